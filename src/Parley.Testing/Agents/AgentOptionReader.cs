using System.Globalization;
using Parley.Testing.Expectations;

namespace Parley.Testing.Agents;

/// <summary>From a script's map to options, and what of them can be checked before anything is opened.</summary>
internal static class AgentOptionReader
{
    private static readonly string[] s_keys =
    [
        "username", "domain", "password", "display_name", "transport", "auth_user", "outbound", "stun_server", "media_enc", "regint", "mwi", "dtmf_mode", "headers", "deflect_to",
        "metadata",
    ];

    public static AgentOptions Read(string agent, IReadOnlyDictionary<string, object?> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        foreach (var key in map.Keys)
        {
            if (!s_keys.Contains(key))
                throw AgentException.Of(agent, $"unknown config key `{key}`{(Nearest.Of(key, s_keys) is { } near ? $" (did you mean `{near}`?)" : "")}");
        }

        var options = new AgentOptions
        {
            Username = Text(map, "username") ?? "",
            Domain = Text(map, "domain") ?? "",
            Password = Text(map, "password") ?? "",
            DisplayName = Text(map, "display_name"),
            Transport = Text(map, "transport") ?? "udp",
            AuthUser = Text(map, "auth_user"),
            Outbound = Text(map, "outbound"),
            StunServer = Text(map, "stun_server"),
            MediaEncryption = Text(map, "media_enc"),
            RegInt = Seconds(agent, map.GetValueOrDefault("regint")),
            Mwi = map.GetValueOrDefault("mwi") is true,
            DtmfMode = Text(map, "dtmf_mode") ?? "rtpevent",
            Headers = Headers(agent, map.GetValueOrDefault("headers")),
            DeflectTo = Text(map, "deflect_to"),
            Metadata = map.GetValueOrDefault("metadata") as IReadOnlyDictionary<string, object?> ?? new AgentOptions().Metadata,
        };
        Check(agent, options);
        return options;
    }

    public static void Check(string agent, AgentOptions options)
    {
        if (string.IsNullOrEmpty(options.Username))
            throw AgentException.Of(agent, "`username` is required");
        if (string.IsNullOrEmpty(options.Domain))
            throw AgentException.Of(agent, "`domain` is required");
        if (options.Transport is not ("udp" or "tcp" or "tls"))
            throw AgentException.Of(agent, $"transport `{options.Transport}` is not udp, tcp or tls");
        if (options.RegInt < 0)
            throw AgentException.Of(agent, string.Create(CultureInfo.InvariantCulture, $"regint must be 0 or more seconds, but was {options.RegInt}"));
        CheckEncryption(agent, options.MediaEncryption);
        foreach (var (name, value) in options.Headers)
            CheckHeader(name, value);
    }

    /// <summary>A header that a script wants to be sent.</summary>
    /// <exception cref="AgentException">Its name is none, or its value would end the line.</exception>
    public static void CheckHeader(string name, string value)
    {
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"-.!%*_+`'~".Contains(c, StringComparison.Ordinal)))
            throw new AgentException($"`{name}` is not a valid SIP header name (token characters only)");
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new AgentException($"header `{name}` must not contain a line break");
    }

    private static void CheckEncryption(string agent, string? encryption)
    {
        if (encryption is "zrtp" or "dtls_srtp" or "dtls_srtpf" or "srtp-mandf")
            throw AgentException.Of(agent, $"media_enc `{encryption}` is not yet supported (use srtp)");
        if (encryption is not (null or "" or "srtp" or "srtp-mand"))
            throw AgentException.Of(agent, $"media_enc `{encryption}` is not srtp or srtp-mand");
    }

    // What is no string counts as not given.
    private static string? Text(IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key) as string;

    private static int Seconds(string agent, object? value) => value switch
    {
        null => new AgentOptions().RegInt,
        long and >= 0 and <= int.MaxValue => (int)(long)value,
        int number => number,
        _ => throw AgentException.Of(agent, $"regint must be 0 or more seconds, but was {ValueText.Default.Print(value)}"),
    };

    private static List<KeyValuePair<string, string>> Headers(string agent, object? value)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (value is null)
            return headers;
        if (value is not IReadOnlyDictionary<string, object?> map)
            throw AgentException.Of(agent, $"headers must be a map of names and values, but was {ValueText.Default.Print(value)}");
        foreach (var (name, entry) in map)
        {
            foreach (var one in entry as IReadOnlyList<object?> ?? [entry])
                headers.Add(new(name, ValueText.Default.Print(one)));
        }

        return headers;
    }
}
