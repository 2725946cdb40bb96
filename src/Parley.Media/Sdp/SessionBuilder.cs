using System.Globalization;

namespace Parley.Media.Sdp;

/// <summary>Collects lines into a description: the session part until the first <c>m=</c>, then one media part after another.</summary>
internal sealed class SessionBuilder(SdpLimits limits)
{
    private List<SdpTiming>? _times; // null for one of 0 0, which is what SIP uses
    private List<SdpAttribute>? _attributes;
    private List<SdpLine>? _others;
    private readonly List<MediaDescription> _media = new(1);
    private SdpOrigin? _origin;
    private string? _name;
    private SdpConnection? _connection;
    private bool _versionSeen;
    private bool _timeSeen;
    private MediaBuilder? _current;

    /// <summary>Takes one line and returns what is wrong with it, or null.</summary>
    public string? Add(char type, ReadOnlySpan<char> value)
    {
        if (type != 'v' && !_versionSeen) return "the first line must be 'v=0'.";
        if (type == 'm') return StartMedia(value);
        if (_current is not null) return _current.Add(type, value);
        switch (type)
        {
            case 'v': return Version(value);
            case 'o': return Origin(value);
            case 's': return Once(ref _name, value, "s=");
            case 'c': return Connection(value);
            case 't': return Time(value);
            case 'a': return Attribute(ref _attributes, value, limits);
            default:
                (_others ??= []).Add(new(type, value.ToString()));
                return null;
        }
    }

    public SessionDescription? Build(out SdpError? error)
    {
        error = !_versionSeen ? new(0, "empty; it must start with 'v=0'.")
            : _origin is null ? new(0, "the 'o=' line is missing.")
            : null;
        if (error is not null) return null;
        if (_current is not null) _media.Add(_current.Build());
        return new()
        {
            Origin = _origin!,
            SessionName = _name ?? "-",
            Connection = _connection,
            Times = _times ?? SessionDescription.Always,
            Attributes = (IReadOnlyList<SdpAttribute>?)_attributes ?? [],
            OtherLines = (IReadOnlyList<SdpLine>?)_others ?? [],
            Media = _media,
        };
    }

    public static string? Attribute(ref List<SdpAttribute>? attributes, ReadOnlySpan<char> value, SdpLimits limits)
    {
        attributes ??= [];
        if (attributes.Count >= limits.MaxAttributes) return $"more than {limits.MaxAttributes} attributes in one section.";
        var colon = value.IndexOf(':');
        // Blanks after a property name come from devices that pad lines; they would hide a=sendonly.
        var name = (colon < 0 ? value : value[..colon]).Trim();
        if (name.IsEmpty) return AttributeFault;
        attributes.Add(new(Word(name), colon < 0 ? null : value[(colon + 1)..].ToString()));
        return null;
    }

    /// <summary>Reads the three fields of a <c>c=</c> line; null when they are not three.</summary>
    public static SdpConnection? ParseConnection(ReadOnlySpan<char> value)
    {
        Span<Range> fields = stackalloc Range[4];
        return Fields(value, fields) == 3
            ? new() { NetworkType = Word(value[fields[0]]), AddressType = Word(value[fields[1]]), Address = value[fields[2]].ToString() }
            : null;
    }

    /// <summary>Where the fields of a line are; how many, at most as many as there is room for.</summary>
    public static int Fields(ReadOnlySpan<char> value, Span<Range> fields) => value.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text; one of the few words that nearly every description uses is not made anew.</summary>
    public static string Word(ReadOnlySpan<char> text) => text switch
    {
        "-" => "-",
        "IN" => "IN",
        "IP4" => "IP4",
        "audio" => "audio",
        "RTP/AVP" => "RTP/AVP",
        "rtpmap" => "rtpmap",
        "fmtp" => "fmtp",
        "ptime" => "ptime",
        "sendrecv" => "sendrecv",
        "0" => "0",
        "8" => "8",
        "101" => "101",
        _ => text.ToString(),
    };

    private const string AttributeFault = "an attribute needs a name: 'a=name' or 'a=name:value'.";

    public const string ConnectionFault = "a connection must be 'c=IN IP4 address' or 'c=IN IP6 address'.";

    private string? StartMedia(ReadOnlySpan<char> value)
    {
        if (_current is not null) _media.Add(_current.Build());
        _current = null;
        if (_media.Count >= limits.MaxMedia) return $"more than {limits.MaxMedia} media descriptions.";
        return MediaBuilder.TryStart(value, limits, out _current);
    }

    private string? Version(ReadOnlySpan<char> value)
    {
        if (_versionSeen) return "a second 'v=' line.";
        if (value.Trim() is not "0") return "the version must be 0.";
        _versionSeen = true;
        return null;
    }

    private string? Origin(ReadOnlySpan<char> value)
    {
        if (_origin is not null) return "a second 'o=' line.";
        Span<Range> fields = stackalloc Range[7];
        if (Fields(value, fields) != 6) return "an origin must be 'o=user id version IN IP4 address'.";
        _origin = new()
        {
            UserName = Word(value[fields[0]]),
            SessionId = value[fields[1]].ToString(),
            SessionVersion = value[fields[2]].ToString(),
            NetworkType = Word(value[fields[3]]),
            AddressType = Word(value[fields[4]]),
            Address = value[fields[5]].ToString(),
        };
        return null;
    }

    private string? Connection(ReadOnlySpan<char> value)
    {
        if (_connection is not null) return "a second session-level 'c=' line.";
        _connection = ParseConnection(value);
        return _connection is null ? ConnectionFault : null;
    }

    private string? Time(ReadOnlySpan<char> value)
    {
        Span<Range> fields = stackalloc Range[3];
        if (Fields(value, fields) != 2 || !Seconds(value[fields[0]], out var start) || !Seconds(value[fields[1]], out var stop))
            return "a time must be 't=start stop' in seconds.";
        if (_timeSeen || start != 0 || stop != 0)
            (_times ??= _timeSeen ? [default] : []).Add(new(start, stop));
        _timeSeen = true;
        return null;

        static bool Seconds(ReadOnlySpan<char> text, out ulong seconds) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
    }

    private static string? Once(ref string? field, ReadOnlySpan<char> value, string line)
    {
        if (field is not null) return $"a second '{line}' line.";
        field = Word(value);
        return null;
    }
}
