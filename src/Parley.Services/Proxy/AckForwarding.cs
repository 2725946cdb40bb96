using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>The ACK for a 2xx, which is no transaction: it follows its dialog's route set and leaves nothing behind (RFC 3261 §16.11, last paragraph of §16).</summary>
internal static class AckForwarding
{
    /// <returns>False when it is not for a dialog that came through here.</returns>
    public static bool TryForward(ProxyLane home, SipMessage ack, in SipFlow flow)
    {
        var plan = RoutePlan.Of(ack, flow, home.Own, home.Options.Key);
        if (!plan.IsSigned)
        {
            home.Counts.AcksDropped++;
            return false;
        }

        var hops = 70;
        if (ack.Has(HeaderId.MaxForwards) && (!ack.TryGetMaxForwards(out hops) || hops-- == 0))
            return true; // looped; an ACK is not answered
        home.Counts.Acks++;
        var strict = plan.FirstRoute(ack);
        var uri = plan.RequestUri(ack);
        var isStrict = !strict.IsEmpty && !(SipUriView.TryParse(strict, out var first) && first.TryGetParameter("lr"u8, out _));
        var writer = new SipWriter(home.Transport.Pool);
        writer.Forward(ack, new RequestEdits
        {
            Source = flow.Remote,
            RequestUri = isStrict ? strict : uri,
            MaxForwards = hops,
            MaxBreadth = home.Options.Limits.MaxBreadth,
            RoutesRemoved = plan.Removed + (isStrict ? 1 : 0),
            LastRouteRemoved = plan.IsStrict,
            RouteAfter = isStrict ? uri : default,
        });
        Send(home, new OutgoingRequest(writer.Finish(), SipMethod.Ack), plan.Flow, strict.IsEmpty ? uri : strict);
        return true;
    }

    private static void Send(ProxyLane home, in OutgoingRequest ack, in SipTarget named, ReadOnlySpan<byte> nextHop)
    {
        if (named.Remote.HasValue)
        {
            if (home.Transport.TryGetFlow(named, out var flow))
                home.Layers.Transactions.SendAck(home.Lane, ack, flow);
            else
                ack.Bytes.Release();
        }
        else if (!SipUriView.TryParse(nextHop, out var uri))
        {
            ack.Bytes.Release();
        }
        else if (SipLocator.TryLocate(uri, out var target))
        {
            home.Layers.Transactions.SendAck(home.Lane, ack, target);
        }
        else
        {
            _ = LocateAsync(home, ack, SipUri.FromView(uri));
        }
    }

    // An ACK that finds no way is lost, and the 2xx comes again.
    private static async Task LocateAsync(ProxyLane home, OutgoingRequest ack, SipUri uri)
    {
        IReadOnlyList<SipTarget> found = [];
        try
        {
            found = await home.Layers.Locator.LocateAsync(uri).ConfigureAwait(false);
        }
        catch (LocateException)
        {
            // An empty list says it.
        }

        home.Lane.Post(_ =>
        {
            if (found.Count == 0)
                ack.Bytes.Release();
            else
                home.Layers.Transactions.SendAck(home.Lane, ack, found[0]);
        }, null);
    }
}
