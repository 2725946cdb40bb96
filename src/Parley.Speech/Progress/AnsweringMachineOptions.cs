namespace Parley.Speech.Progress;

/// <summary>What tells a person who answers from a machine: a person says a word or two and waits, a machine tells a story and beeps.</summary>
public sealed record AnsweringMachineOptions
{
    /// <summary>Silence at the beginning after which nothing is known. Default 2.5 s.</summary>
    public TimeSpan InitialSilence { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Greeting, pauses between words included, from which it is a machine. Default 2.2 s: "Hello, this is Martin Miller" takes 1.7 s.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromSeconds(2.2);

    /// <summary>Silence behind a shorter greeting that makes it a person. Default 800 ms.</summary>
    public TimeSpan AfterGreeting { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Time in which the verdict must fall; past it, it is <see cref="AnswererKind.Unknown"/>. Default 6 s.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long to wait for a machine's beep, or for its silence. Default 45 s.</summary>
    public TimeSpan BeepTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Silence of a machine without a beep after which a message may begin. Default 3 s.</summary>
    public TimeSpan SilenceBeforeMessage { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is not from 100 ms to 5 min; the message names it.</exception>
    public void Validate()
    {
        foreach (var (value, name) in new[]
        {
            (InitialSilence, nameof(InitialSilence)), (Greeting, nameof(Greeting)), (AfterGreeting, nameof(AfterGreeting)),
            (TotalTime, nameof(TotalTime)), (BeepTimeout, nameof(BeepTimeout)), (SilenceBeforeMessage, nameof(SilenceBeforeMessage)),
        })
        {
            if (value < TimeSpan.FromMilliseconds(100) || value > TimeSpan.FromMinutes(5)) throw new ArgumentException($"{name} must be 100 ms to 5 min, not {value}.", name);
        }
    }
}
