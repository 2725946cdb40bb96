using Parley.Net;
using Parley.Sip.Endpoint;

namespace Parley.Services.Trunks;

/// <summary>All trunks of an endpoint. May be used from any thread.</summary>
public sealed class TrunkSet : IAsyncDisposable
{
    private readonly SipEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _changing = new(1);
    private volatile Trunk[] _trunks = [];

    /// <summary>A set without trunks.</summary>
    /// <param name="endpoint">What they call, ask and register with.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    public TrunkSet(SipEndpoint endpoint, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _endpoint = endpoint;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The trunks, in the order they were given.</summary>
    public IReadOnlyList<Trunk> Trunks => _trunks;

    /// <summary>Makes the set what is given: trunks whose options are the same stay as they are, calls, state and registration included.</summary>
    /// <param name="trunks">All trunks there shall be.</param>
    /// <exception cref="ArgumentException">Two have one name; nothing has changed.</exception>
    /// <exception cref="FormatException">One has a source that is no network; nothing has changed.</exception>
    public async ValueTask SetAsync(IReadOnlyList<TrunkOptions> trunks)
    {
        ArgumentNullException.ThrowIfNull(trunks);
        if (trunks.GroupBy(trunk => trunk.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"There are two trunks named {twice.Key}.", nameof(trunks));
        foreach (var trunk in trunks)
            _ = trunk.Networks();
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            var before = _trunks;
            _trunks = [.. trunks.Select(options => Array.Find(before, trunk => trunk.Options == options) ?? New(options))];
            foreach (var gone in before.Except(_trunks))
                await gone.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The trunks to try for a call, best first: see <see cref="TrunkChoice.Order"/>. A line is taken by <see cref="Trunk.TryTakeLine"/>.</summary>
    /// <param name="names">Those the route names, best first.</param>
    public IReadOnlyList<Trunk> Choose(IReadOnlyList<string> names)
    {
        var trunks = _trunks;
        return [.. TrunkChoice.Order([.. trunks.Select(trunk => trunk.Snapshot)], names).Select(choice => Array.Find(trunks, trunk => trunk.Options == choice.Options)!)];
    }

    /// <summary>The trunk that calls from this address; null when none does.</summary>
    public Trunk? From(in NetEndpoint source)
    {
        foreach (var trunk in _trunks)
        {
            if (trunk.Calls(source))
                return trunk;
        }

        return null;
    }

    /// <summary>Stops all of them and takes their registrations back.</summary>
    public async ValueTask DisposeAsync()
    {
        await SetAsync([]).ConfigureAwait(false);
        _changing.Dispose();
    }

    private Trunk New(TrunkOptions options)
    {
        var trunk = new Trunk(_endpoint, options, _time);
        trunk.Start();
        return trunk;
    }
}
