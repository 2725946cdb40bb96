using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transfers;

/// <summary>Finds the call a Replaces header names, on whichever lane it lives, and says whether it can be replaced (RFC 3891 §3).</summary>
internal static class ReplacesMatch
{
    /// <summary>What the header itself gets a request refused for; null when there is none to object to.</summary>
    public static Reply? Check(UserAgentProfile profile, SipMessage request)
    {
        if (!request.Has(HeaderId.Replaces) || !profile.Supports("replaces"u8))
            return null;
        if (request.Method != SipMethod.Invite)
            return new Reply(400) { Reason = "Replaces belongs into an INVITE" };
        if (request.Has(HeaderId.Join))
            return new Reply(400) { Reason = "Replaces and Join contradict each other" };
        var count = 0;
        foreach (var line in request.Lines(HeaderId.Replaces))
            count += Replaces.TryParse(line, out _) ? 1 : 2;
        return count == 1 ? null : new Reply(400) { Reason = "One Replaces with one to-tag and one from-tag is needed" };
    }

    /// <summary>Offers the INVITE with the call it replaces, or refuses it.</summary>
    public static void Offer(UserAgentLane[] lanes, IncomingInvite invite, Replaces replaces, ISipEndpointHandler handler)
    {
        var home = lanes.Length == 1 ? lanes[0] : lanes[LaneSelector.IndexFor(Encoding.ASCII.GetBytes(replaces.CallId), lanes.Length)];
        if (home.Lane == invite.Lane)
        {
            Finish(invite, Find(home, replaces), handler);
            return;
        }

        home.Lane.Post(static state =>
        {
            var (home, invite, replaces, handler) = ((UserAgentLane, IncomingInvite, Replaces, ISipEndpointHandler))state!;
            invite.Lane.Post(static state =>
            {
                var (invite, verdict, handler) = ((IncomingInvite, Verdict, ISipEndpointHandler))state!;
                Finish(invite, verdict, handler);
            }, (invite, Find(home, replaces), handler));
        }, (home, invite, replaces, handler));
    }

    private static void Finish(IncomingInvite invite, Verdict verdict, ISipEndpointHandler handler)
    {
        if (verdict.Call is { } call)
            invite.Offer(handler, call);
        else
            invite.RefuseUnseen(verdict.Status);
    }

    private static Verdict Find(UserAgentLane home, Replaces replaces)
    {
        var localTag = Encoding.ASCII.GetBytes(replaces.ToTag);
        var callId = Encoding.ASCII.GetBytes(replaces.CallId);
        var dialog = home.Dialogs.Find(localTag, callId, Encoding.ASCII.GetBytes(replaces.FromTag));
        if (dialog is null && replaces.FromTag == "0")
            dialog = home.Dialogs.Find(localTag, callId, default);
        return dialog?.User switch
        {
            InviteSession { IsEnded: true } => new Verdict(603),
            InviteSession when replaces.EarlyOnly => new Verdict(486),
            InviteSession session => new Verdict(session),
            OutgoingInvite { IsPending: true } outgoing => new Verdict(outgoing, dialog),
            _ when DialogTag.TryParse(localTag, out var tag) && home.Dialogs.Ended is { } ended && ended.Has(tag) => new Verdict(603),
            _ => new Verdict(481), // none, one that is a subscription's, or a call that still rings here
        };
    }

    private readonly record struct Verdict(int Status, ReplacedCall? Call)
    {
        public Verdict(int status)
            : this(status, null)
        {
        }

        public Verdict(InviteSession session)
            : this(0, new ReplacedCall(session))
        {
        }

        public Verdict(OutgoingInvite outgoing, Dialog early)
            : this(0, new ReplacedCall(outgoing, early))
        {
        }
    }
}
