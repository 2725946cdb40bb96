using System.Net;
using System.Text;
using Parley.Net;
using Parley.Services.Locations;

namespace Parley.Cli.Configuration;

/// <summary>What <c>parley serve</c> was asked for, by options or by file; null where nothing was said. Its text form shows no secrets.</summary>
internal sealed record ServeSettings
{
    public const string DefaultHttp = "127.0.0.1:8080";

    private static readonly string[] DefaultSip = ["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"];

    /// <summary>Listen addresses, <c>udp:HOST:PORT</c>.</summary>
    public IReadOnlyList<string>? Sip { get; init; }

    /// <summary>Address of health, counters and live trace; <c>off</c> for none.</summary>
    public string? Http { get; init; }

    /// <summary>Folder of accounts, registrations and recordings.</summary>
    public string? Data { get; init; }

    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    public bool? TlsSelfSigned { get; init; }

    /// <summary>File that messages are written to; <c>-</c> for standard output.</summary>
    public string? Trace { get; init; }

    /// <summary>First and last port for RTP, <c>10000-20000</c>.</summary>
    public string? MediaPorts { get; init; }

    /// <summary>Host told to peers instead of the local address.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>Whether audio is encrypted: <c>off</c>, <c>optional</c> or <c>required</c>.</summary>
    public string? Srtp { get; init; }

    /// <summary>Hosts anybody may be bridged to.</summary>
    public IReadOnlyList<string>? AllowBridge { get; init; }

    /// <summary>Connection string of the PostgreSQL database that accounts and registrations are kept in; null for a file in the data folder.</summary>
    public string? Storage { get; init; }

    /// <summary>Where the call API is served, and to whom.</summary>
    public ApiSettings CallApi { get; init; } = new();

    /// <summary>Where voice agents are served, and which calls are theirs.</summary>
    public VoiceSettings Voice { get; init; } = new();

    /// <summary>Domains, trunks, routes and the rest of what only the file can say.</summary>
    public PhoneSettings Phones { get; init; } = PhoneSettings.None;

    /// <summary>Listen addresses, with the default.</summary>
    public IReadOnlyList<string> Listen => Sip is { Count: > 0 } ? Sip : DefaultSip;

    /// <summary>Data folder, with the default.</summary>
    public string DataFolder => Data ?? "parley-data";

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public ServeSettings Over(ServeSettings others) => new()
    {
        Sip = Sip is { Count: > 0 } ? Sip : others.Sip,
        Http = Http ?? others.Http,
        Data = Data ?? others.Data,
        TlsCertificate = TlsCertificate ?? others.TlsCertificate,
        TlsKey = TlsKey ?? others.TlsKey,
        TlsSelfSigned = TlsSelfSigned ?? others.TlsSelfSigned,
        Trace = Trace ?? others.Trace,
        MediaPorts = MediaPorts ?? others.MediaPorts,
        ExternalHost = ExternalHost ?? others.ExternalHost,
        Srtp = Srtp ?? others.Srtp,
        AllowBridge = AllowBridge is { Count: > 0 } ? AllowBridge : others.AllowBridge,
        Storage = Storage ?? others.Storage,
        CallApi = CallApi.Over(others.CallApi),
        Voice = Voice.Over(others.Voice),
        Phones = others.Phones,
    };

    /// <summary>The keys whose values differ from those a server was started with and count at its start only.</summary>
    public IReadOnlyList<string> DifferentAtStart(ServeSettings started)
    {
        (string Key, bool Same)[] keys =
        [
            ("sip", Listen.SequenceEqual(started.Listen)),
            ("http", Http == started.Http),
            ("data", Data == started.Data),
            ("tls-cert", TlsCertificate == started.TlsCertificate),
            ("tls-key", TlsKey == started.TlsKey),
            ("tls-self-signed", TlsSelfSigned == started.TlsSelfSigned),
            ("trace", Trace == started.Trace),
            ("media-ports", MediaPorts == started.MediaPorts),
            ("external-host", ExternalHost == started.ExternalHost),
            ("srtp", Srtp == started.Srtp),
            ("allow-bridge", (AllowBridge ?? []).SequenceEqual(started.AllowBridge ?? [])),
            ("storage", Storage == started.Storage),
            ("call-api", CallApi.IsSameAs(started.CallApi)),
            ("voice", Voice.IsSameAtStart(started.Voice)),
            ("control", Phones.Control == started.Phones.Control),
            ("domains", Phones.Domains.SequenceEqual(started.Phones.Domains, DomainComparer.Instance)),
            ("digest", Phones.Digest.SequenceEqual(started.Phones.Digest)),
            ("limits.exempt", Phones.Limits.Exempt.SequenceEqual(started.Phones.Limits.Exempt)),
            ("media", Phones.DirectMedia == started.Phones.DirectMedia),
        ];
        return [.. keys.Where(one => !one.Same).Select(one => one.Key)];
    }

    /// <summary>Reads <c>FIRST-LAST</c>.</summary>
    /// <exception cref="FormatException">It is no such range.</exception>
    public static (int First, int Last) ParsePorts(string text)
    {
        var parts = text.Split('-');
        if (parts.Length == 2 && int.TryParse(parts[0], out var first) && int.TryParse(parts[1], out var last)
            && first is >= 1024 and <= 65535 && last <= 65535 && last > first)
            return (first, last);
        throw new FormatException($"'{text}' is no port range; write FIRST-LAST between 1024 and 65535, such as 10000-20000.");
    }

    /// <summary>Reads <c>HOST:PORT</c>, <c>[V6]:PORT</c> or <c>localhost:PORT</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IPEndPoint ParseHttp(string text) => ParseAddress(text, DefaultHttp);

    /// <summary>The same, with <paramref name="example"/> in the message.</summary>
    public static IPEndPoint ParseAddress(string text, string example)
    {
        const string local = "localhost:";
        var address = text.StartsWith(local, StringComparison.OrdinalIgnoreCase) ? "127.0.0.1:" + text[local.Length..] : text;
        // Without a port the platform would take an address for one with port 0.
        var hasPort = address.StartsWith('[') ? address.Contains("]:", StringComparison.Ordinal) : address.Count(c => c == ':') == 1;
        if (hasPort && NetEndpoint.TryParse(address, out var endpoint))
            return endpoint.ToIPEndPoint();
        throw new FormatException($"'{text}' is no address to listen on; write HOST:PORT, such as {example}, or 'off'.");
    }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Sip = {string.Join(' ', Sip ?? [])}, Http = {Http}, Data = {Data}, CallApi = {CallApi}, Voice = {Voice}");
        return true;
    }

    private sealed class DomainComparer : IEqualityComparer<ServedDomain>
    {
        public static readonly DomainComparer Instance = new();

        public bool Equals(ServedDomain? x, ServedDomain? y) => x?.Name == y?.Name && (x?.Aliases ?? []).SequenceEqual(y?.Aliases ?? []);

        public int GetHashCode(ServedDomain obj) => obj.Name.GetHashCode(StringComparison.Ordinal);
    }
}
