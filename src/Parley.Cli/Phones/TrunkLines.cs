using Parley.Cli.Configuration;
using Parley.Net;

namespace Parley.Cli.Phones;

/// <summary>The trunks that are configured at this moment.</summary>
internal sealed class TrunkLines(UserAgent agent, TimeProvider time, Action<string> log) : IAsyncDisposable
{
    private volatile IReadOnlyDictionary<string, TrunkLine> _lines = new Dictionary<string, TrunkLine>();

    public IEnumerable<TrunkLine> All => _lines.Values;

    public TrunkLine? Find(string name) => _lines.GetValueOrDefault(name);

    /// <summary>The trunk that calls from there come from; null for none.</summary>
    public TrunkLine? FindSource(in NetEndpoint source)
    {
        foreach (var line in _lines.Values)
        {
            if (line.IsSource(source))
                return line;
        }

        return null;
    }

    /// <summary>Takes new settings. Trunks that stay as they were keep their registration and their calls; calls through one that goes are not touched.</summary>
    public async Task ApplyAsync(IReadOnlyDictionary<string, TrunkSettings> settings)
    {
        var old = _lines;
        var kept = old.Where(pair => settings.TryGetValue(pair.Key, out var one) && Same(pair.Value.Settings, one)).ToDictionary();
        foreach (var (name, line) in old)
        {
            if (!kept.ContainsKey(name))
                await line.DisposeAsync();
        }

        _lines = settings.ToDictionary(pair => pair.Key, pair => kept.GetValueOrDefault(pair.Key) ?? new TrunkLine(pair.Value, agent, time, log));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines.Values)
            await line.DisposeAsync();
    }

    private static bool Same(TrunkSettings one, TrunkSettings other) =>
        one with { Sources = [], Inbound = [] } == other with { Sources = [], Inbound = [] } && one.Sources.SequenceEqual(other.Sources) && one.Inbound.SequenceEqual(other.Inbound);
}
