using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>
/// Answers, positive and negative, until their time is over. Bounded: when full, what has expired goes first, then what expires soonest.
/// </summary>
internal sealed class DnsCache
{
    private readonly TimeProvider _time;
    private readonly DnsOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, DnsType Type), Entry> _entries = [];

    public DnsCache(TimeProvider time, DnsOptions options)
    {
        _time = time;
        _options = options;
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    public bool TryGet(string name, DnsType type, out IReadOnlyList<DnsRecord> records)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((name, type), out var entry) && entry.Until > _time.GetTimestamp())
            {
                records = entry.Records;
                return true;
            }
        }

        records = [];
        return false;
    }

    public void Add(string name, DnsType type, IReadOnlyList<DnsRecord> records, TimeSpan? negativeTtl)
    {
        var ttl = records.Count > 0
            ? Min(records.Min(r => r.Ttl), _options.MaxTtl)
            : Min(negativeTtl ?? _options.DefaultNegativeTtl, _options.MaxNegativeTtl);
        if (ttl <= TimeSpan.Zero || _options.MaxCached <= 0)
            return;
        var until = _time.GetTimestamp() + (long)(ttl.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            if (_entries.Count >= _options.MaxCached)
                MakeRoom();
            _entries[(name, type)] = new(records, until);
        }
    }

    // A tenth at a time, so that a full cache is not sorted for every new entry.
    private void MakeRoom()
    {
        foreach (var (key, _) in _entries.OrderBy(e => e.Value.Until).Take(Math.Max(1, _options.MaxCached / 10)).ToArray())
            _entries.Remove(key);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private readonly record struct Entry(IReadOnlyList<DnsRecord> Records, long Until);
}
