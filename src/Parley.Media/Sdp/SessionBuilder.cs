using System.Globalization;

namespace Parley.Media.Sdp;

/// <summary>Collects lines into a description: the session part until the first <c>m=</c>, then one media part after another.</summary>
internal sealed class SessionBuilder(SdpLimits limits)
{
    private readonly List<SdpTiming> _times = [];
    private readonly List<SdpAttribute> _attributes = [];
    private readonly List<SdpLine> _others = [];
    private readonly List<MediaDescription> _media = new(1);
    private SdpOrigin? _origin;
    private string? _name;
    private SdpConnection? _connection;
    private bool _versionSeen;
    private MediaBuilder? _current;

    /// <summary>Takes one line and returns what is wrong with it, or null.</summary>
    public string? Add(char type, string value)
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
            case 'a': return Attribute(_attributes, value, limits);
            default:
                _others.Add(new(type, value));
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
            Times = _times.Count == 0 ? [default] : _times,
            Attributes = _attributes,
            OtherLines = _others,
            Media = _media,
        };
    }

    public static string? Attribute(List<SdpAttribute> attributes, string value, SdpLimits limits)
    {
        if (attributes.Count >= limits.MaxAttributes) return $"more than {limits.MaxAttributes} attributes in one section.";
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        // Blanks after a property name come from devices that pad lines; they would hide a=sendonly.
        var name = (colon < 0 ? value : value.AsSpan(0, colon)).Trim();
        if (name.IsEmpty) return AttributeFault;
        attributes.Add(new(Known(name), colon < 0 ? null : value[(colon + 1)..]));
        return null;
    }

    /// <summary>Reads the three fields of a <c>c=</c> line; null when they are not three.</summary>
    public static SdpConnection? ParseConnection(string value)
    {
        var fields = Fields(value);
        return fields.Length == 3 ? new() { NetworkType = fields[0], AddressType = fields[1], Address = fields[2] } : null;
    }

    public static string[] Fields(string value) => value.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>One of the few words nearly every description uses, or the text itself.</summary>
    private static string Known(ReadOnlySpan<char> text) => text switch
    {
        "rtpmap" => "rtpmap",
        "fmtp" => "fmtp",
        "ptime" => "ptime",
        "sendrecv" => "sendrecv",
        _ => text.ToString(),
    };

    private const string AttributeFault = "an attribute needs a name: 'a=name' or 'a=name:value'.";

    public const string ConnectionFault = "a connection must be 'c=IN IP4 address' or 'c=IN IP6 address'.";

    private string? StartMedia(string value)
    {
        if (_current is not null) _media.Add(_current.Build());
        _current = null;
        if (_media.Count >= limits.MaxMedia) return $"more than {limits.MaxMedia} media descriptions.";
        return MediaBuilder.TryStart(value, limits, out _current);
    }

    private string? Version(string value)
    {
        if (_versionSeen) return "a second 'v=' line.";
        if (value.Trim() != "0") return "the version must be 0.";
        _versionSeen = true;
        return null;
    }

    private string? Origin(string value)
    {
        if (_origin is not null) return "a second 'o=' line.";
        var fields = Fields(value);
        if (fields.Length != 6) return "an origin must be 'o=user id version IN IP4 address'.";
        _origin = new()
        {
            UserName = fields[0],
            SessionId = fields[1],
            SessionVersion = fields[2],
            NetworkType = fields[3],
            AddressType = fields[4],
            Address = fields[5],
        };
        return null;
    }

    private string? Connection(string value)
    {
        if (_connection is not null) return "a second session-level 'c=' line.";
        _connection = ParseConnection(value);
        return _connection is null ? ConnectionFault : null;
    }

    private string? Time(string value)
    {
        var fields = Fields(value);
        if (fields.Length != 2 || !Seconds(fields[0], out var start) || !Seconds(fields[1], out var stop))
            return "a time must be 't=start stop' in seconds.";
        _times.Add(new(start, stop));
        return null;

        static bool Seconds(string text, out ulong seconds) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
    }

    private static string? Once(ref string? field, string value, string line)
    {
        if (field is not null) return $"a second '{line}' line.";
        field = value;
        return null;
    }
}
