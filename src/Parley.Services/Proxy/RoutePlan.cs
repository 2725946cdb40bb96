using Parley.Sip.Forwarding;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// What a request's Route values and request-URI say once our own have been taken out (RFC 3261 §16.4; for the second of two of ours, RFC 5658 §4). Counts
/// only, so that nothing needs to be kept or copied.
/// </summary>
internal struct RoutePlan
{
    /// <summary>Route values at the front that are ours.</summary>
    public int Removed { get; private set; }

    /// <summary>True when a strict router put our address into the request-URI: the real one is the last Route value.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>True when a value taken out was signed by us for this Call-ID, or was our Path.</summary>
    public bool IsSigned { get; private set; }

    /// <summary>True when Route values are left.</summary>
    public bool HasMore { get; private set; }

    /// <summary>The flow named by the last value taken out, unless the request came by it; default for none.</summary>
    public SipTarget Flow { get; private set; }

    public static RoutePlan Of(SipMessage request, in SipFlow flow, OwnAddresses own, ForwardingKey key)
    {
        var plan = default(RoutePlan);
        if (!request.Has(HeaderId.Route))
            return plan;
        var count = 0;
        var stopped = false;
        foreach (var value in request.Values(HeaderId.Route))
        {
            count++;
            if (stopped)
                continue;
            if (NameAddrView.TryParse(value, out var route) && route.TryGetUri(out var uri) && own.Contains(uri))
                plan.TakeOut(uri.User, request, key);
            else
                stopped = true;
        }

        // The request-URI we put into a Record-Route always says lr; a caller's own request-URI does not.
        if (request.TryGetRequestUri(out var target) && target.TryGetParameter("lr"u8, out _) && own.Contains(target) && count > plan.Removed)
        {
            plan.IsStrict = true;
            plan.Sign(target.User, request, key);
        }

        plan.HasMore = count - (plan.IsStrict ? 1 : 0) > plan.Removed;
        if (plan.Flow.Remote.HasValue && plan.Flow.Transport == flow.Transport && plan.Flow.Remote == flow.Remote)
            plan.Flow = default; // RFC 5626 §5.3.1: towards the flow it came by means away from it
        return plan;
    }

    /// <summary>The request-URI: the last Route value's when a strict router is before us, else the one that came.</summary>
    public readonly ReadOnlySpan<byte> RequestUri(SipMessage request)
    {
        if (!IsStrict)
            return request.RequestUri;
        var last = default(ReadOnlySpan<byte>);
        foreach (var value in request.Values(HeaderId.Route))
            last = value;
        return NameAddrView.TryParse(last, out var route) ? route.Uri : request.RequestUri;
    }

    /// <summary>The URI of the first Route value left; empty when there is none.</summary>
    public readonly ReadOnlySpan<byte> FirstRoute(SipMessage request)
    {
        if (!HasMore)
            return default;
        var at = 0;
        foreach (var value in request.Values(HeaderId.Route))
        {
            if (at++ == Removed)
                return NameAddrView.TryParse(value, out var route) ? route.Uri : default;
        }

        return default;
    }

    private void TakeOut(ReadOnlySpan<byte> user, SipMessage request, ForwardingKey key)
    {
        Removed++;
        Flow = default;
        Sign(user, request, key);
    }

    private void Sign(ReadOnlySpan<byte> user, SipMessage request, ForwardingKey key)
    {
        // Good for the dialog only: with it alone, one call let through would open the way for any other of the same Call-ID.
        var flow = default(SipTarget);
        var signed = !user.IsEmpty
            && ((!request.ToTag.IsEmpty && key.TryReadToken(user, request.CallId, out flow)) || key.TryReadToken(user, default, out flow));
        if (!signed)
            return;
        IsSigned = true;
        Flow = flow;
    }
}
