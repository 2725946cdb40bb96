namespace Parley.Speech.Activity;

/// <summary>How long a pause must be before what was said counts as said. Which one applies depends on the words recognised so far.</summary>
public sealed record EndOfUtteranceOptions
{
    /// <summary>Behind words that end a sentence (a full stop, a question mark) or answer by themselves (yes, no, thanks). Default 300 ms.</summary>
    public TimeSpan CompletePause { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Behind other words, and where nothing is recognised. Default 700 ms.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Behind words that lead on (and, because, my, um, a comma). Default 1500 ms. The utterance then ends incomplete.</summary>
    public TimeSpan IncompletePause { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>How long to wait for the words of a recogniser that has not given any yet. Default 2 s.</summary>
    public TimeSpan TextTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A pause is not from 0 to 30 s, or a more certain end would wait longer than a less certain one.</exception>
    public void Validate()
    {
        foreach (var (pause, name) in new[] { (CompletePause, nameof(CompletePause)), (Pause, nameof(Pause)), (IncompletePause, nameof(IncompletePause)), (TextTimeout, nameof(TextTimeout)) })
        {
            if (pause < TimeSpan.Zero || pause > TimeSpan.FromSeconds(30)) throw new ArgumentException($"{name} must be 0 to 30 s, not {pause.TotalSeconds} s.", name);
        }

        if (CompletePause > Pause || Pause > IncompletePause)
            throw new ArgumentException($"{nameof(CompletePause)}, {nameof(Pause)} and {nameof(IncompletePause)} must not get shorter in this order.", nameof(Pause));
    }
}
