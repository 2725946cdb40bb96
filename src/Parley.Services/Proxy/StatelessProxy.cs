using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Forwarding;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// A stateless proxy (RFC 3261 §16.11) as the <see cref="SipEndpointOptions.Router"/> of an endpoint: every request goes to one place that follows from it alone, every
/// response goes back by its Vias, and nothing is remembered. What the policy leaves goes to the endpoint's user agent.
/// </summary>
/// <remarks>
/// It has no transactions, so it retransmits, forks and times nothing, and its branch is a function of the one before, so that what is sent again is seen to be the same.
/// Where a name has to be looked up in DNS, the request is sent once the answer is there; what comes meanwhile may overtake it.
/// </remarks>
/// <param name="policy">
/// The target of a request: for each repetition the same. Null leaves it to the user agent. Only <see cref="ProxyTarget.Uri"/> and
/// <see cref="ProxyTarget.Route"/> are used.
/// </param>
/// <param name="names">As <see cref="ProxyOptions.Names"/>.</param>
/// <param name="key">Signs the branches; two proxies with one key make the same. Default: one for the life of the process.</param>
public sealed class StatelessProxy(Func<SipMessage, ProxyTarget?> policy, IReadOnlyList<string> names, ForwardingKey? key = null) : ISipRequestRouter
{
    private readonly OwnAddresses _own = new(names);
    private readonly ForwardingKey _key = key ?? ForwardingKey.Random();
    private SipLayers? _layers;
    private long _requests;
    private long _responses;
    private long _dropped;
    private bool _listenersKnown;

    /// <summary>Requests passed on.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Responses passed back.</summary>
    public long Responses => Interlocked.Read(ref _responses);

    /// <summary>Messages dropped: hops used up, no way found, or a response whose next Via cannot be read.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It serves an endpoint already.</exception>
    public void Attach(SipLayers layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (_layers is not null)
            throw new InvalidOperationException("A proxy serves one endpoint.");
        _layers = layers;
    }

    /// <inheritdoc/>
    public bool TryTake(ServerTransaction transaction, SipMessage request) => false;

    /// <inheritdoc/>
    public bool TryPass(SipMessage message, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!Volatile.Read(ref _listenersKnown) && _layers!.Listeners() is { Count: > 0 } listeners)
        {
            _own.AddListeners(listeners);
            Volatile.Write(ref _listenersKnown, true);
        }

        return message.IsRequest ? PassRequest(message, flow) : PassResponse(message);
    }

    private bool PassRequest(SipMessage request, in SipFlow flow)
    {
        if (policy(request) is not { } target)
            return false;
        var hops = 70;
        if (request.Has(HeaderId.MaxForwards) && (!request.TryGetMaxForwards(out hops) || hops-- == 0))
            return false; // answered by the user agent, with 483
        var plan = RoutePlan.Of(request, flow, _own, _key);
        var nextHop = target.FirstRoute.Length > 0 ? target.FirstRoute : plan.FirstRoute(request);
        if (nextHop.IsEmpty)
            nextHop = target.RequestUri;
        var writer = new SipWriter(_layers!.Transport.Pool);
        writer.Forward(request, new RequestEdits
        {
            Source = flow.Remote,
            RequestUri = target.RequestUri,
            MaxForwards = hops,
            RoutesRemoved = plan.Removed,
            RoutesBefore = target.RouteValue,
        });
        var copy = new OutgoingRequest(writer.Finish(), request.Method);
        var branch = new byte[ForwardingKey.StatelessBranchLength];
        _key.WriteStatelessBranch(request, branch);
        Interlocked.Increment(ref _requests);
        var lane = _layers.Transport.LaneFor(request.CallId);
        if (!SipUriView.TryParse(nextHop, out var uri) || uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            Drop(copy);
        else if (SipLocator.TryLocate(uri, out var place))
            _layers.Transactions.SendStateless(lane, copy, place, branch);
        else
            _ = LocateAsync(lane, copy, SipUri.FromView(uri), branch);
        return true;
    }

    // RFC 3261 §16.11: back to where the Via behind ours says.
    private bool PassResponse(SipMessage response)
    {
        if (!_key.IsStatelessBranch(response))
            return false;
        var first = true;
        foreach (var value in response.Values(HeaderId.Via))
        {
            if (first)
            {
                first = false;
                continue;
            }

            if (!ViaView.TryParse(value, out var via) || !ResponseRoute.TryFor(via, out var place) || !_layers!.Transport.TryGetFlow(place, out var flow))
                break;
            var writer = new SipWriter(_layers.Transport.Pool);
            writer.Forward(response);
            var copy = writer.Finish();
            _layers.Transport.Send(flow, copy);
            copy.Release();
            Interlocked.Increment(ref _responses);
            return true;
        }

        Interlocked.Increment(ref _dropped);
        return true;
    }

    private void Drop(in OutgoingRequest copy)
    {
        Interlocked.Increment(ref _dropped);
        copy.Bytes.Release();
    }

    private async Task LocateAsync(Lane lane, OutgoingRequest copy, SipUri uri, byte[] branch)
    {
        try
        {
            var found = await _layers!.Locator.LocateAsync(uri).ConfigureAwait(false);
            lane.Post(_ => _layers.Transactions.SendStateless(lane, copy, found[0], branch), null);
        }
        catch (LocateException)
        {
            Drop(copy);
        }
    }
}
