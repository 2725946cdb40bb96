using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>What the requests of one lane share: objects to be used again, counts. No locks: all of it happens on the lane.</summary>
internal sealed class ProxyLane(Lane lane, SipLayers layers, ProxyOptions options, OwnAddresses own)
{
    // Objects kept for use again beyond those in use: what comes back in a burst.
    private const int KeptObjects = 4096;

    private readonly Stack<ProxyRequest> _requests = new();
    private readonly Stack<ProxyBranch> _branches = new();

    public Lane Lane { get; } = lane;

    public SipLayers Layers { get; } = layers;

    public ISipTransport Transport { get; } = layers.Transport;

    public ProxyOptions Options { get; } = options;

    public IProxyStep[] Steps { get; } = [.. options.Steps];

    public IProxyResponseStep[] ResponseSteps { get; } = [.. options.ResponseSteps];

    public OwnAddresses Own { get; } = own;

    public ProxyCounts Counts { get; } = new();

    /// <summary>Larger requests leave over TCP (RFC 3261 §18.1.1).</summary>
    public int SwitchToTcpAbove { get; } = layers.Transactions.SwitchToTcpAbove is > 0 and var limit ? limit : int.MaxValue;

    public int TimerC { get; } = (int)options.TimerC.TotalMilliseconds;

    public ProxyRequest RentRequest()
    {
        Counts.Active++;
        Counts.Requests++;
        return _requests.TryPop(out var used) ? used : new(this);
    }

    public void Return(ProxyRequest request)
    {
        Counts.Active--;
        if (_requests.Count < KeptObjects)
            _requests.Push(request);
    }

    public ProxyBranch RentBranch()
    {
        Counts.Branches++;
        return _branches.TryPop(out var used) ? used : new(this);
    }

    public void Return(ProxyBranch branch)
    {
        if (_branches.Count < KeptObjects)
            _branches.Push(branch);
    }

    /// <summary>Code of the application threw: counted and told, and the lane goes on.</summary>
    public void OnFault(Exception exception)
    {
        Counts.Faults++;
        Options.OnFault?.Invoke(exception);
    }
}

/// <summary>Counts of one lane, written there, read anywhere.</summary>
internal sealed class ProxyCounts
{
    public long Active;
    public long Requests;
    public long Branches;
    public long Acks;
    public long AcksDropped;
    public long Refused;
    public long Loops;
    public long Cancelled;
    public long Faults;
}
