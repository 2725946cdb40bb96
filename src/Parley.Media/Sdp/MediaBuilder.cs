using System.Globalization;

namespace Parley.Media.Sdp;

/// <summary>Collects the lines of one media description.</summary>
internal sealed class MediaBuilder
{
    private readonly SdpLimits _limits;
    private readonly MediaDescription _start;
    private List<SdpAttribute>? _attributes;
    private List<SdpLine>? _others;
    private SdpConnection? _connection;

    private MediaBuilder(SdpLimits limits, MediaDescription start)
    {
        _limits = limits;
        _start = start;
    }

    /// <summary>Reads the <c>m=</c> line (RFC 8866 §5.14) and returns what is wrong with it, or null.</summary>
    public static string? TryStart(ReadOnlySpan<char> value, SdpLimits limits, out MediaBuilder? builder)
    {
        builder = null;
        Span<Range> usual = stackalloc Range[16];
        var fields = limits.MaxFormats + 4 <= usual.Length || value.Count(' ') < usual.Length ? usual : new Range[limits.MaxFormats + 4];
        fields = fields[..SessionBuilder.Fields(value, fields)];
        if (fields.Length < 4) return "a media line must be 'm=media port protocol format…'.";
        if (fields.Length - 3 > limits.MaxFormats) return $"more than {limits.MaxFormats} formats.";
        if (!TryPort(value[fields[1]], out var port, out var count)) return "a media port must be a number from 0 to 65535, or 'port/count'.";
        var formats = new string[fields.Length - 3];
        for (var i = 0; i < formats.Length; i++)
            formats[i] = SessionBuilder.Word(value[fields[i + 3]]);
        builder = new(limits, new() { Media = SessionBuilder.Word(value[fields[0]]), Port = port, PortCount = count, Protocol = SessionBuilder.Word(value[fields[2]]), Formats = formats });
        return null;
    }

    public string? Add(char type, ReadOnlySpan<char> value)
    {
        switch (type)
        {
            case 'v' or 'o' or 's' or 't':
                return $"a '{type}=' line belongs before the first 'm=' line.";
            case 'a':
                return SessionBuilder.Attribute(ref _attributes, value, _limits);
            case 'c' when _connection is null:
                _connection = SessionBuilder.ParseConnection(value);
                return _connection is null ? SessionBuilder.ConnectionFault : null;
            default:
                // Further c= lines name more multicast groups of a layered stream (RFC 8866 §5.7).
                (_others ??= []).Add(new(type, value.ToString()));
                return null;
        }
    }

    public MediaDescription Build() => _start with
    {
        Connection = _connection,
        Attributes = (IReadOnlyList<SdpAttribute>?)_attributes ?? [],
        OtherLines = (IReadOnlyList<SdpLine>?)_others ?? [],
    };

    private static bool TryPort(ReadOnlySpan<char> text, out int port, out int count)
    {
        count = 1;
        var slash = text.IndexOf('/');
        var first = slash < 0 ? text : text[..slash];
        return Number(first, out port) && (slash < 0 || (Number(text[(slash + 1)..], out count) && count > 0));

        static bool Number(ReadOnlySpan<char> digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= ushort.MaxValue;
    }
}
