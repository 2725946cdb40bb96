namespace Parley.Media.Playback;

/// <summary>How heard audio is read.</summary>
public sealed record AudioReaderOptions
{
    /// <summary>Samples per second wanted; 0 (default) takes the codec's, or 8000 before one is negotiated.</summary>
    public int SampleRate { get; init; }

    /// <summary>Audio kept for a reader that is slow; what comes beyond is dropped and counted. Default 1 s.</summary>
    public TimeSpan Buffer { get; init; } = TimeSpan.FromSeconds(1);
}
