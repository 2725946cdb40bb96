using System.Diagnostics.CodeAnalysis;

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

    /// <summary>
    /// Opus (RFC 7587) heard and sent at 16 kHz: the bandwidth of speech, and what the other side is told to send no more than. Needs Debian's <c>libopus0</c>;
    /// <see cref="AudioCodec.Unavailable"/> where that is missing.
    /// </summary>
    public static AudioCodec Opus { get; } = new OpusCodec(16000, OpusLibrary.Missing);

    /// <summary>Opus at 48 kHz, all a human hears: for music, and for relays between phones that shall not be told to send less. Otherwise as <see cref="Opus"/>.</summary>
    public static AudioCodec OpusFullband { get; } = new OpusCodec(48000, OpusLibrary.Missing);

    /// <summary>What is offered and accepted unless said otherwise: PCMU, PCMA, G722.</summary>
    public static IReadOnlyList<AudioCodec> Default { get; } = [Pcmu, Pcma, G722];

    private static IReadOnlyList<AudioCodec> Known { get; } = [Pcmu, Pcma, G722, L16Wideband, L16Narrowband, L16Music, Opus];

    /// <summary>Every codec of this class that can be used here, each once, <see cref="Default"/> first: Opus only where its library is.</summary>
    public static IReadOnlyList<AudioCodec> All { get; } = [.. Known.Where(codec => codec.Unavailable is null)];

    /// <summary>The codec with that encoding name, compared without regard to case, whether it can be used here or not; null when there is none.</summary>
    /// <param name="name">Encoding name as in <c>a=rtpmap</c>.</param>
    /// <param name="clockRate">RTP clock rate to ask for where a name has several; null for the first.</param>
    public static AudioCodec? Find(string name, int? clockRate = null)
    {
        foreach (var codec in Known)
        {
            if (codec.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (clockRate is null || codec.ClockRate == clockRate))
                return codec;
        }
        return null;
    }

    /// <summary>Looks a codec up that somebody has named, and says what is wrong with the name.</summary>
    /// <param name="name">Encoding name as in <c>a=rtpmap</c>, in any case.</param>
    /// <param name="codec">The codec.</param>
    /// <param name="problem">That there is none and which there are, or what is missing to use it: fit to be shown.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out AudioCodec? codec, [NotNullWhen(false)] out string? problem)
    {
        codec = Find(name);
        problem = codec is null
            ? $"no codec '{name}'; there are {string.Join(", ", Known.Select(one => one.Name).Distinct())}."
            : codec.Unavailable is { } reason ? $"{codec.Name} cannot be used: {reason}." : null;
        return problem is null;
    }

    /// <summary>Checks codecs that an application has chosen.</summary>
    /// <param name="codecs">The codecs; null is none chosen.</param>
    /// <param name="argument">Name of the option they were given by.</param>
    /// <exception cref="ArgumentException">One of them cannot be used on this machine; the message says what is missing.</exception>
    public static void RequireUsable(IEnumerable<AudioCodec>? codecs, string argument)
    {
        foreach (var codec in codecs ?? [])
        {
            if (codec.Unavailable is { } reason)
                throw new ArgumentException($"{codec.Name} cannot be used: {reason}.", argument);
        }
    }
}
