using System.Globalization;

namespace Parley.Media.Sdp;

/// <summary>Collects the lines of one media description.</summary>
internal sealed class MediaBuilder
{
    private readonly SdpLimits _limits;
    private readonly MediaDescription _start;
    private readonly List<SdpAttribute> _attributes = [];
    private readonly List<SdpLine> _others = [];
    private SdpConnection? _connection;

    private MediaBuilder(SdpLimits limits, MediaDescription start)
    {
        _limits = limits;
        _start = start;
    }

    /// <summary>Reads the <c>m=</c> line (RFC 8866 §5.14) and returns what is wrong with it, or null.</summary>
    public static string? TryStart(string value, SdpLimits limits, out MediaBuilder? builder)
    {
        builder = null;
        var fields = SessionBuilder.Fields(value);
        if (fields.Length < 4) return "a media line must be 'm=media port protocol format…'.";
        if (fields.Length - 3 > limits.MaxFormats) return $"more than {limits.MaxFormats} formats.";
        if (!TryPort(fields[1], out var port, out var count)) return "a media port must be a number from 0 to 65535, or 'port/count'.";
        builder = new(limits, new() { Media = fields[0], Port = port, PortCount = count, Protocol = fields[2], Formats = fields[3..] });
        return null;
    }

    public string? Add(char type, string value)
    {
        switch (type)
        {
            case 'v' or 'o' or 's' or 't':
                return $"a '{type}=' line belongs before the first 'm=' line.";
            case 'a':
                return SessionBuilder.Attribute(_attributes, value, _limits);
            case 'c' when _connection is null:
                _connection = SessionBuilder.ParseConnection(value);
                return _connection is null ? SessionBuilder.ConnectionFault : null;
            default:
                // Further c= lines name more multicast groups of a layered stream (RFC 8866 §5.7).
                _others.Add(new(type, value));
                return null;
        }
    }

    public MediaDescription Build() => _start with { Connection = _connection, Attributes = _attributes, OtherLines = _others };

    private static bool TryPort(string text, out int port, out int count)
    {
        count = 1;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? text : text[..slash];
        return Number(first, out port) && (slash < 0 || (Number(text[(slash + 1)..], out count) && count > 0));

        static bool Number(string digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= ushort.MaxValue;
    }
}
