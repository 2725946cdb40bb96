namespace Parley.Media.Codecs;

/// <summary>The codecs that come with the library.</summary>
public static class AudioCodecs
{
    /// <summary>PCMU: G.711 µ-law, 8 kHz, payload type 0 (RFC 3551 §4.5.14).</summary>
    public static AudioCodec Pcmu { get; } = new PcmuCodec();

    /// <summary>PCMA: G.711 A-law, 8 kHz, payload type 8 (RFC 3551 §4.5.14).</summary>
    public static AudioCodec Pcma { get; } = new PcmaCodec();

    /// <summary>G722: ITU-T G.722 at 64 kbit/s, 16 kHz audio on an 8 kHz RTP clock, payload type 9 (RFC 3551 §4.5.2).</summary>
    public static AudioCodec G722 { get; } = new G722Codec();

    /// <summary>L16 mono at 8 kHz; dynamic payload type (RFC 3551 §4.5.11).</summary>
    public static AudioCodec L16Narrowband { get; } = new L16Codec(8000, 1);

    /// <summary>L16 mono at 16 kHz; dynamic payload type (RFC 3551 §4.5.11).</summary>
    public static AudioCodec L16Wideband { get; } = new L16Codec(16000, 1);

    /// <summary>L16 mono at 44.1 kHz, payload type 11 (RFC 3551 §4.5.11).</summary>
    public static AudioCodec L16Music { get; } = new L16Codec(44100, 1);

    /// <summary>What is offered and accepted unless said otherwise: PCMU, PCMA, G722.</summary>
    public static IReadOnlyList<AudioCodec> Default { get; } = [Pcmu, Pcma, G722];

    /// <summary>Every codec of this class, <see cref="Default"/> first.</summary>
    public static IReadOnlyList<AudioCodec> All { get; } = [Pcmu, Pcma, G722, L16Wideband, L16Narrowband, L16Music];

    /// <summary>The codec with that encoding name, compared without regard to case; null when there is none.</summary>
    /// <param name="name">Encoding name as in <c>a=rtpmap</c>.</param>
    /// <param name="clockRate">RTP clock rate to ask for where a name has several; null for the first.</param>
    public static AudioCodec? Find(string name, int? clockRate = null)
    {
        foreach (var codec in All)
        {
            if (codec.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (clockRate is null || codec.ClockRate == clockRate))
                return codec;
        }
        return null;
    }
}
