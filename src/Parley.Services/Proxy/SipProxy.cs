using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// A stateful proxy (RFC 3261 §16) as the <see cref="SipEndpointOptions.Router"/> of an endpoint. Of a call, it sees every request its Record-Route brings
/// here; what its steps leave goes to the endpoint's user agent.
/// </summary>
public sealed class SipProxy : ISipRequestRouter
{
    private readonly ProxyOptions _options;
    private readonly OwnAddresses _own;
    private SipLayers? _layers;
    private ProxyLane[] _lanes = [];
    private int _listenersKnown;

    /// <summary>Makes a proxy, for one endpoint.</summary>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">A name is no host, or a limit or Timer C is out of its range.</exception>
    public SipProxy(ProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Limits.MaxTargets < 1 || options.Limits.MaxBreadth < 1)
            throw new ArgumentException("MaxTargets and MaxBreadth are at least 1.", nameof(options));
        if (options.TimerC <= TimeSpan.Zero || options.TimerC > TimeSpan.FromDays(1))
            throw new ArgumentException("Timer C is longer than nothing and at most a day.", nameof(options));
        _options = options;
        _own = new(options.Names);
    }

    /// <summary>What happened so far and what exists now.</summary>
    public ProxyCounters Counters => new()
    {
        Active = Sum(c => Volatile.Read(ref c.Active)),
        Requests = Sum(c => Volatile.Read(ref c.Requests)),
        Branches = Sum(c => Volatile.Read(ref c.Branches)),
        Acks = Sum(c => Volatile.Read(ref c.Acks)),
        AcksDropped = Sum(c => Volatile.Read(ref c.AcksDropped)),
        Refused = Sum(c => Volatile.Read(ref c.Refused)),
        Loops = Sum(c => Volatile.Read(ref c.Loops)),
        Cancelled = Sum(c => Volatile.Read(ref c.Cancelled)),
        Faults = Sum(c => Volatile.Read(ref c.Faults)),
    };

    /// <summary>True when a URI's host and port are this proxy's: by its names, its listeners, or what it has called itself in messages.</summary>
    public bool IsOwn(SipUriView uri)
    {
        KnowListeners();
        return _own.Contains(uri);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It serves an endpoint already.</exception>
    public void Attach(SipLayers layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (_layers is not null)
            throw new InvalidOperationException("A proxy serves one endpoint.");
        _layers = layers;
        _lanes = [.. layers.Transport.Lanes.Select(lane => new ProxyLane(lane, layers, _options, _own))];
    }

    /// <inheritdoc/>
    public bool TryTake(ServerTransaction transaction, SipMessage request)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(request);
        KnowListeners();
        return _lanes[transaction.Lane.Index].RentRequest().Begin(this, transaction, request);
    }

    /// <inheritdoc/>
    public bool TryTakeAck(SipMessage ack, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(ack);
        KnowListeners();
        var home = _lanes.Length == 1 ? _lanes[0] : _lanes[LaneSelector.IndexFor(ack.CallId, _lanes.Length)];
        return AckForwarding.TryForward(home, ack, flow);
    }

    // The endpoint tells of its listeners only once all of them are bound, and the first request may come before.
    private void KnowListeners()
    {
        if (Volatile.Read(ref _listenersKnown) != 0 || _layers?.Listeners() is not { Count: > 0 } listeners)
            return;
        _own.AddListeners(listeners);
        Volatile.Write(ref _listenersKnown, listeners.Count);
    }

    private long Sum(Func<ProxyCounts, long> count)
    {
        var sum = 0L;
        foreach (var lane in _lanes)
            sum += count(lane.Counts);
        return sum;
    }
}
