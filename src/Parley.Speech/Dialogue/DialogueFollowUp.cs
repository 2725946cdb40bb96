namespace Parley.Speech.Dialogue;

/// <summary>What happens when a caller says nothing: he is asked, and in the end the call is ended.</summary>
public sealed record DialogueFollowUp
{
    /// <summary>Silence, after all that was said had been heard, before he is asked. Default 8 s.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>What is said then; null lets the model find the words.</summary>
    public string? Say { get; init; }

    /// <summary>How often in a row he is asked; the silence behind the last time ends the call. Default 2.</summary>
    public int Most { get; init; } = 2;

    internal void Validate()
    {
        if (After <= TimeSpan.Zero) throw new ArgumentException($"{nameof(After)} must be more than nothing.", nameof(After));
        if (Most is < 0 or > 100) throw new ArgumentException($"{nameof(Most)} must be 0 to 100, not {Most}.", nameof(Most));
    }
}
