using Parley.Media.Codecs;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>A codec and the payload type number that stands for it in one direction of one session.</summary>
/// <param name="PayloadType">RTP payload type, 0–127.</param>
/// <param name="Codec">The codec it means.</param>
public readonly record struct PayloadMapping(byte PayloadType, AudioCodec Codec)
{
    /// <summary>What whoever receives this payload type wrote about it in <c>a=fmtp</c>, where the codec has parameters; null for nothing.</summary>
    public string? Parameters { get; init; }
}

/// <summary>A payload type that carries telephone events (RFC 4733 §2.4) and the clock its timestamps count in.</summary>
/// <param name="PayloadType">RTP payload type, 0–127.</param>
/// <param name="ClockRate">Timestamp units per second; that of the audio codec it goes with.</param>
public readonly record struct TelephoneEventMapping(byte PayloadType, int ClockRate);
