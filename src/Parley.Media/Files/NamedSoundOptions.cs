namespace Parley.Media.Files;

/// <summary>How a sound is opened that others name.</summary>
public sealed record NamedSoundOptions
{
    /// <summary>Plays it for ever; what a URL gives is then loaded whole before it begins. Default: once.</summary>
    public bool Repeat { get; init; }

    /// <summary>How much of its beginning is left out. Default: nothing.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>How long a tone lasts whose name does not say, when it is not repeated. Default: for ever.</summary>
    public TimeSpan? ToneLength { get; init; }
}
