namespace Parley.Media.Rtp;

/// <summary>How a digit travelled.</summary>
public enum DtmfSource
{
    /// <summary>As telephone-event packets (RFC 4733).</summary>
    Rtp,

    /// <summary>In a SIP INFO request.</summary>
    Info,

    /// <summary>As tones in the audio.</summary>
    InBand,
}
