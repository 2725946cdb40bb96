using System.Globalization;
using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Transfers;

/// <summary>Checks a REFER, finds the call it is about, and offers it to the application.</summary>
internal sealed class ReferRouter(UserAgentProfile profile, ISipEndpointHandler handler)
{
    /// <summary>One per lane, in their order.</summary>
    public UserAgentLane[] Lanes { get; set; } = [];

    /// <summary>A REFER outside any dialog, or within one that is confirmed; gives the refusal, or null when it was offered to the application.</summary>
    public Reply? OnRefer(UserAgentLane ua, ServerTransaction transaction, SipMessage request, Dialog? within)
    {
        if (!ReferTarget.TryRead(request, out var target, out var problem))
            return new Reply(400) { Reason = problem };
        if (RequestChecks.Contact(request) is { } refusal)
            return refusal;
        if (ua.IsDraining || ua.Subscriptions.IsFull(transaction.Flow.Remote.AddressBits, within))
        {
            var seconds = profile.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return new Reply(503) { Headers = [new SipHeader("Retry-After", seconds)] };
        }

        DialogId? about = null;
        if (within is null && profile.Supports("tdialog"u8) && request.Has(HeaderId.TargetDialog)
            && !DialogId.TryParse(request.GetString(HeaderId.TargetDialog), out about))
            return new Reply(400) { Reason = "Target-Dialog cannot be read" };
        var refer = new IncomingRefer(ua, transaction, request, target, within);
        if (about is null)
            Offer(ua, refer);
        else
            FindAndOffer(ua, refer, about.Reversed());
        return null;
    }

    /// <summary>Tells who asks which call of ours the parts name; on the lane of that call, and back on the caller's.</summary>
    public UserAgentLane HomeOf(DialogId id) =>
        Lanes.Length == 1 ? Lanes[0] : Lanes[LaneSelector.IndexFor(Encoding.UTF8.GetBytes(id.CallId), Lanes.Length)];

    /// <summary>The answered call with these tags, seen from here; null when there is none. On its lane.</summary>
    public static InviteSession? Find(UserAgentLane home, DialogId id)
    {
        var dialog = home.Dialogs.Find(Encoding.UTF8.GetBytes(id.LocalTag), Encoding.UTF8.GetBytes(id.CallId), Encoding.UTF8.GetBytes(id.RemoteTag));
        return dialog?.User is InviteSession { IsEnded: false } session ? session : null;
    }

    private void FindAndOffer(UserAgentLane ua, IncomingRefer refer, DialogId id)
    {
        var home = HomeOf(id);
        if (home == ua)
        {
            refer.Session = Find(home, id);
            Offer(ua, refer);
            return;
        }

        home.Lane.Post(_ =>
        {
            var session = Find(home, id);
            ua.Lane.Post(_ =>
            {
                refer.Session = session;
                if (refer.IsPending)
                    Offer(ua, refer);
            }, null);
        }, null);
    }

    private void Offer(UserAgentLane ua, IncomingRefer refer)
    {
        try
        {
            if (refer.Session is { Handler: { } follower } session && session.Lane == ua.Lane && refer.IsWithinDialog)
                follower.OnRefer(session, refer);
            else
                handler.OnRefer(refer);
        }
        catch (Exception e) // the application's code: the sender gets an answer, and the lane goes on
        {
            ua.OnHandlerFault(e);
            if (refer.IsPending)
                refer.Reject(500);
        }
    }
}
