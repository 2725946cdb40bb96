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

/// <summary>A digit the other side pressed.</summary>
/// <param name="Symbol">0–9, *, #, A–D.</param>
/// <param name="Duration">How long it was held; zero when the way it travelled does not tell.</param>
/// <param name="Source">How it travelled.</param>
public readonly record struct DtmfDigit(char Symbol, TimeSpan Duration, DtmfSource Source);
