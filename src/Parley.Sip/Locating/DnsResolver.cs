using System.Collections.Concurrent;
using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>
/// A small resolver for what locating needs: A, AAAA, SRV, NAPTR, CNAME, with a cache that keeps to the records' times. Runs on a lane of
/// the network it is given, so tests run it on a virtual one. May be called from any thread; the same question asked meanwhile is asked
/// once.
/// </summary>
public sealed class DnsResolver
{
    // Names in a chain of CNAMEs; real ones have two or three.
    private const int MaxChain = 8;

    private readonly INetwork _network;
    private readonly Lane _lane;
    private readonly DnsOptions _options;
    private readonly DnsCache _cache;
    private readonly ConcurrentDictionary<(string Name, DnsType Type), Lazy<Task<IReadOnlyList<DnsRecord>>>> _pending = [];

    /// <summary>Creates a resolver whose sockets and timers are on <paramref name="lane"/>.</summary>
    public DnsResolver(INetwork network, Lane lane, DnsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(lane);
        _network = network;
        _lane = lane;
        _options = options ?? DnsOptions.FromSystem();
        _cache = new(network.Time, _options);
    }

    /// <summary>Answers kept now.</summary>
    public int CachedCount => _cache.Count;

    /// <summary>Lookups under way.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>The IPv4 or IPv6 addresses of a name, with port 0; none when it has none. The hosts file comes before DNS.</summary>
    /// <exception cref="DnsException">No server gave an answer.</exception>
    public async ValueTask<IReadOnlyList<NetEndpoint>> AddressesAsync(string name, bool v6, CancellationToken cancel = default)
    {
        var key = Fold(name);
        if (_options.Hosts.TryGetValue(key, out var known))
            return [.. known.Where(a => a.IsV6 == v6)];
        // RFC 6761 §6.3: never asked of a server.
        if (key is "localhost" || key.EndsWith(".localhost", StringComparison.Ordinal))
            return [v6 ? NetEndpoint.V6(1, 0) : NetEndpoint.V4(0x7F000001, 0)];
        var records = await LookUpAsync(key, v6 ? DnsType.Aaaa : DnsType.A, cancel);
        return [.. records.OfType<AddressRecord>().Select(r => r.Address)];
    }

    /// <summary>The SRV records of a name such as <c>_sip._udp.example.com</c>, in no order; none when it has none.</summary>
    /// <exception cref="DnsException">No server gave an answer.</exception>
    public async ValueTask<IReadOnlyList<SrvRecord>> ServicesAsync(string name, CancellationToken cancel = default) =>
        [.. (await LookUpAsync(Fold(name), DnsType.Srv, cancel)).OfType<SrvRecord>()];

    /// <summary>The NAPTR records of a domain, in no order; none when it has none.</summary>
    /// <exception cref="DnsException">No server gave an answer.</exception>
    public async ValueTask<IReadOnlyList<NaptrRecord>> PointersAsync(string name, CancellationToken cancel = default) =>
        [.. (await LookUpAsync(Fold(name), DnsType.Naptr, cancel)).OfType<NaptrRecord>()];

    private async ValueTask<IReadOnlyList<DnsRecord>> LookUpAsync(string name, DnsType type, CancellationToken cancel)
    {
        if (_cache.TryGet(name, type, out var cached))
            return cached;
        if (_pending.Count >= _options.MaxPending)
            throw new DnsException($"Not asked for {type} of '{name}': {_options.MaxPending} lookups are under way.");
        var lookup = _pending.GetOrAdd((name, type), key => new(() => AskAsync(key.Name, key.Type)));
        // Who gives up leaves the question to the others and to the cache.
        return await lookup.Value.WaitAsync(cancel);
    }

    private async Task<IReadOnlyList<DnsRecord>> AskAsync(string name, DnsType type)
    {
        try
        {
            List<DnsRecord> chain = [];
            var current = name;
            for (var asked = 0; asked < MaxChain; asked++)
            {
                var message = await new DnsQuery(_network, _lane, _options, current, type).RunAsync();
                current = Follow(message, current, chain);
                var found = message.Answers.Where(r => r.Name == current && r is not CnameRecord).ToList();
                var done = found.Count > 0 || !message.Answers.OfType<CnameRecord>().Any();
                if (!done)
                    continue;
                // The whole chain holds no longer than its shortest link.
                var ttl = chain.Concat(found).Select(r => r.Ttl).DefaultIfEmpty(TimeSpan.MaxValue).Min();
                IReadOnlyList<DnsRecord> records = [.. found.Select(r => r with { Ttl = ttl })];
                _cache.Add(name, type, records, message.NegativeTtl);
                return records;
            }

            throw new DnsException($"'{name}' leads through more than {MaxChain} names to no {type} record.");
        }
        finally
        {
            _pending.TryRemove((name, type), out _);
        }
    }

    private static string Follow(DnsMessage message, string name, List<DnsRecord> chain)
    {
        for (var i = 0; i < MaxChain; i++)
        {
            if (message.Answers.OfType<CnameRecord>().FirstOrDefault(r => r.Name == name) is not { } alias)
                break;
            chain.Add(alias);
            name = alias.Target;
        }

        return name;
    }

    private static string Fold(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.TrimEnd('.').ToLowerInvariant();
    }
}
