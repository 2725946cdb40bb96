namespace Parley.Media.Files;

/// <summary>How much audio from outside is taken in before it is refused.</summary>
public sealed record AudioFileLimits
{
    /// <summary>The defaults.</summary>
    public static AudioFileLimits Default { get; } = new();

    /// <summary>Bytes of a WAV's header before the audio. Default 262,144: cover art in a tag chunk reaches about 200,000.</summary>
    public int MaxHeaderBytes { get; init; } = 262_144;

    /// <summary>
    /// Bytes of audio that are loaded into memory as one clip; what had to be decoded counts as mono of 16 bits. Default 64 MiB: a WAV of 35 minutes
    /// of stereo at 8 kHz, 6 at 44.1 kHz; an MP3 of 12 minutes at 44.1 kHz, 46 at 12 kHz.
    /// </summary>
    public int MaxClipBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes of a compressed file (MP3, Ogg, FLAC, …) that comes from a URL or another stream that cannot be read twice: all of it is taken in before it
    /// plays. Default 16 MiB: 17 minutes at 128 kbit/s. Files on disk are read as they are decoded.
    /// </summary>
    public int MaxEncodedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of audio that are streamed from one source. Default 1 GiB: over nine hours of stereo at 8 kHz.</summary>
    public long MaxStreamBytes { get; init; } = 1L << 30;

    /// <summary>Audio held ahead of playback. Default 2 s, which rides out a usual stall of a network or a disk; 32 kB at 8 kHz.</summary>
    public TimeSpan ReadAhead { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a source may take to give its header (of compressed audio from a URL: all of it), and then to give anything at all. Default 10 s: callers hang up before.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
