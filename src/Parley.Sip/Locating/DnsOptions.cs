using System.Globalization;
using System.Net;
using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>How names are looked up.</summary>
public sealed record DnsOptions
{
    /// <summary>Servers asked in turn. Default: those of /etc/resolv.conf, or 127.0.0.1 when it names none.</summary>
    public IReadOnlyList<NetEndpoint> Servers { get; init; } = [NetEndpoint.V4(0x7F000001, 53)];

    /// <summary>Names known without asking, in lower case. Default: those of /etc/hosts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NetEndpoint>> Hosts { get; init; } = new Dictionary<string, IReadOnlyList<NetEndpoint>>();

    /// <summary>Time one server gets for one try. Default 2 s, so that two servers tried twice fit into 8 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tries over all servers. Default 2, as the C library's resolver.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Answers kept at most. Default 10,000: some 5 MB.</summary>
    public int MaxCached { get; init; } = 10_000;

    /// <summary>Longest time an answer is kept. Default one day (RFC 8767 §4 suggests days at most).</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Longest time a "there is none" is kept. Default 5 minutes; RFC 2308 §5 suggests no more than three hours.</summary>
    public TimeSpan MaxNegativeTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time a "there is none" without a SOA is kept. Default 10 s: long enough to stop a storm of the same question.</summary>
    public TimeSpan DefaultNegativeTtl { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lookups under way at once; further ones fail. Default 1,000.</summary>
    public int MaxPending { get; init; } = 1_000;

    /// <summary>The system's settings, read now from /etc/resolv.conf and /etc/hosts; what cannot be read is left at its default.</summary>
    public static DnsOptions FromSystem() => new DnsOptions().With(ReadOrEmpty("/etc/resolv.conf"), ReadOrEmpty("/etc/hosts"));

    /// <summary>These options with the servers, timeout and attempts of a resolv.conf and the names of a hosts file.</summary>
    internal DnsOptions With(string resolvConf, string hosts)
    {
        List<NetEndpoint> servers = [];
        var (timeout, attempts) = (Timeout, Attempts);
        foreach (var words in Lines(resolvConf))
        {
            if (words[0] == "nameserver" && words.Length > 1 && IPAddress.TryParse(words[1], out var address))
                servers.Add(NetEndpoint.From(address, 53));
            if (words[0] != "options")
                continue;
            foreach (var option in words[1..])
            {
                // resolv.conf(5): at most 30 s and 5 attempts.
                if (TryOption(option, "timeout:", out var seconds))
                    timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 30));
                if (TryOption(option, "attempts:", out var times))
                    attempts = Math.Clamp(times, 1, 5);
            }
        }

        return this with
        {
            Servers = servers.Count > 0 ? servers : Servers,
            Hosts = ReadHosts(hosts),
            Timeout = timeout,
            Attempts = attempts,
        };
    }

    private static Dictionary<string, IReadOnlyList<NetEndpoint>> ReadHosts(string text)
    {
        Dictionary<string, IReadOnlyList<NetEndpoint>> hosts = [];
        foreach (var words in Lines(text))
        {
            if (!IPAddress.TryParse(words[0], out var address))
                continue;
            foreach (var name in words[1..])
            {
                var key = name.ToLowerInvariant();
                IReadOnlyList<NetEndpoint> known = hosts.TryGetValue(key, out var before) ? before : [];
                hosts[key] = [.. known, NetEndpoint.From(address, 0)];
            }
        }

        return hosts;
    }

    private static IEnumerable<string[]> Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var comment = line.AsSpan().IndexOfAny('#', ';');
            var words = (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
                yield return words;
        }
    }

    private static bool TryOption(string word, string name, out int value)
    {
        value = 0;
        return word.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(word.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
