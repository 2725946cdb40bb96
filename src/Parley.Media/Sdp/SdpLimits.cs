namespace Parley.Media.Sdp;

/// <summary>How much of a peer's SDP is read before it is refused. Each default is far above what real offers reach.</summary>
public sealed record SdpLimits
{
    /// <summary>The defaults.</summary>
    public static SdpLimits Default { get; } = new();

    /// <summary>Bytes in all. Default 32,768: a browser's offer with audio, video and ICE candidates is about 8,000.</summary>
    public int MaxBytes { get; init; } = 32_768;

    /// <summary>Bytes in one line. Default 4,096: the longest seen are H.264 parameter sets of about 600.</summary>
    public int MaxLineBytes { get; init; } = 4_096;

    /// <summary>Lines in all. Default 1,024: a browser's offer has about 200.</summary>
    public int MaxLines { get; init; } = 1_024;

    /// <summary>Media descriptions. Default 32: conference offers carry up to about 20.</summary>
    public int MaxMedia { get; init; } = 32;

    /// <summary>Formats in one <c>m=</c> line. Default 64: the dynamic range 96–127 and the statics in use together are fewer.</summary>
    public int MaxFormats { get; init; } = 64;

    /// <summary>Attributes at session level or in one media description. Default 256: a browser's video section has about 100.</summary>
    public int MaxAttributes { get; init; } = 256;
}
