namespace Parley.Media.Playback;

/// <summary>How PCM is written.</summary>
public sealed record AudioWriterOptions
{
    /// <summary>Samples per second written; 0 (default) takes the codec's, or 8000 before one is negotiated.</summary>
    public int SampleRate { get; init; }

    /// <summary>Audio queued before a write waits. Default 200 ms: short, so that what is written last is heard soon.</summary>
    public TimeSpan Buffer { get; init; } = TimeSpan.FromMilliseconds(200);
}
