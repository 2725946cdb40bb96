namespace Parley.Speech.Output;

/// <summary>What was heard of speech that was cut short.</summary>
public sealed record Interruption
{
    /// <summary>Whose playback it was; null for none.</summary>
    public string? PlayId { get; init; }

    /// <summary>All the text of the segment that was being heard; empty when none was.</summary>
    public string Text { get; init; } = "";

    /// <summary>Characters of <see cref="Text"/> that were heard: by the synthesiser's marks where it gave any, otherwise estimated to the word.</summary>
    public int Position { get; init; }

    /// <summary>The text that was heard.</summary>
    public string Heard => Text[..Position].TrimEnd();

    /// <summary>How much of the segment's audio was heard.</summary>
    public TimeSpan Current { get; init; }

    /// <summary>How much audio there was for it, up to then.</summary>
    public TimeSpan Total { get; init; }

    internal static Interruption Of(string? playId, SpeechSegment? segment) => segment is null
        ? new() { PlayId = playId }
        : new() { PlayId = playId, Text = segment.Text, Position = segment.HeardPosition(), Current = segment.Played, Total = segment.Received };
}
