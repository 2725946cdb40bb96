using System.Globalization;
using Parley.Media.Codecs;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>What one format number of an audio <c>m=</c> line means: from <c>a=rtpmap</c>, or from RFC 3551 table 4 for static numbers.</summary>
internal readonly record struct PayloadFormat(byte PayloadType, string Name, int ClockRate, int Channels)
{
    public const string TelephoneEvent = "telephone-event";

    public bool IsTelephoneEvent => Name.Equals(TelephoneEvent, StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 3264 §5.1 and RFC 8866 §6.6: same name without regard to case, same clock, same channel count.</summary>
    public bool Is(AudioCodec codec) =>
        codec.ClockRate == ClockRate && codec.RtpChannels == Channels && codec.Name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads every format of the line that can be understood, in order; others are left out.</summary>
    /// <param name="media">The line to read.</param>
    /// <param name="fallback">A description whose mapping counts where the line gives none: the offer, when reading an answer.</param>
    public static List<PayloadFormat> ReadAll(MediaDescription media, MediaDescription? fallback = null)
    {
        var formats = new List<PayloadFormat>(media.Formats.Count);
        for (var i = 0; i < media.Formats.Count; i++)
        {
            var format = media.Formats[i];
            if (!byte.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 127) continue;
            var map = media.AttributeFor("rtpmap", number) ?? fallback?.AttributeFor("rtpmap", number);
            if ((map is null ? Static(number) : Parse(number, map)) is { } known) formats.Add(known);
        }
        return formats;
    }

    private static PayloadFormat? Parse(byte number, string map)
    {
        Span<Range> fields = stackalloc Range[4];
        var text = map.AsSpan();
        var count = text.Split(fields, '/');
        if (count is < 2 or > 3 || !Number(text[fields[1]], out var clock)) return null;
        var channels = 1;
        return count == 2 || Number(text[fields[2]], out channels) ? new(number, Name(text[fields[0]].Trim()), clock, channels) : null;

        static string Name(ReadOnlySpan<char> text) => text switch
        {
            "PCMU" => "PCMU",
            "PCMA" => "PCMA",
            TelephoneEvent => TelephoneEvent,
            _ => text.ToString(),
        };

        static bool Number(ReadOnlySpan<char> text, out int value) =>
            int.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value) && value > 0;
    }

    private static PayloadFormat? Static(byte number) => number switch
    {
        0 => new(0, "PCMU", 8000, 1),
        3 => new(3, "GSM", 8000, 1),
        4 => new(4, "G723", 8000, 1),
        8 => new(8, "PCMA", 8000, 1),
        9 => new(9, "G722", 8000, 1),
        10 => new(10, "L16", 44100, 2),
        11 => new(11, "L16", 44100, 1),
        13 => new(13, "CN", 8000, 1),
        15 => new(15, "G728", 8000, 1),
        18 => new(18, "G729", 8000, 1),
        _ => null,
    };
}
