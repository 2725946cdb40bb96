using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Invites;

/// <summary>
/// Requests of the peer within one dialog that wait for the application's answer, and what they do to the dialog when they get it. Made with the first; goes
/// over from an early dialog to the call it becomes.
/// </summary>
internal sealed class WaitingRequests(UserAgentLane ua, Dialog dialog, IWaitingOwner owner) : IRequestOwner
{
    private readonly List<IncomingRequest> _waiting = [];

    /// <summary>Who shows them to the application.</summary>
    public IWaitingOwner Owner { get; set; } = owner;

    bool IRequestOwner.IsSecure => dialog.IsSecure;

    ReadOnlyMemory<byte> IRequestOwner.OwnContact => dialog.OwnContact;

    public bool Has(SipMethod method)
    {
        foreach (var waiting in _waiting)
        {
            if (waiting.Method == method)
                return true;
        }

        return false;
    }

    /// <summary>Shows a request to the application, unless too many wait already.</summary>
    public void Take(ServerTransaction transaction, SipMessage request, bool hasOffer)
    {
        if (_waiting.Count >= ua.Profile.MaxPendingRequests)
        {
            Refusals.ForNow(ua, transaction, 500, ua.Profile.RetryAfterSeconds);
            return;
        }

        if (hasOffer)
            dialog.Offers = dialog.Offers.Received();
        var incoming = new IncomingRequest(ua, transaction, request, this) { HasOffer = hasOffer };
        _waiting.Add(incoming);
        try
        {
            Owner.Show(dialog, incoming);
        }
        catch (Exception e) // the application's code: the peer gets an answer, and the call goes on
        {
            ua.OnHandlerFault(e);
            incoming.Respond(500);
        }
    }

    /// <summary>RFC 3261 §15.1.2: requests still waiting when the call ends are answered 487.</summary>
    public void RefuseAll()
    {
        while (_waiting.Count > 0)
            _waiting[^1].Respond(487);
    }

    Reply IRequestOwner.OnAnswering(IncomingRequest request, in Reply reply)
    {
        if (request.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack))
            return reply;
        if (reply.Status >= 300)
        {
            if (request.HasOffer)
                dialog.Offers = dialog.Offers.Withdrawn();
            return reply;
        }

        // Only an accepted request moves the target (RFC 6141 §4.6).
        if (request.Method != SipMethod.Prack)
            dialog.RefreshTarget(request.Message);
        if (request.HasOffer)
            dialog.Offers = SessionDescriptions.IsIn(reply.Body) ? dialog.Offers.Sent() : dialog.Offers.Withdrawn();
        else if (request.Method == SipMethod.Invite && SessionDescriptions.IsIn(reply.Body))
            dialog.Offers = dialog.Offers.Sent();
        return Owner.OnAccepted(request, reply);
    }

    void IRequestOwner.OnReinviteAnswered(IncomingRequest request, ServerTransaction transaction, PacketBuffer response, int status) =>
        Owner.OnReinviteAnswered(request, transaction, response, status);

    void IRequestOwner.OnRequestDone(IncomingRequest request)
    {
        _waiting.Remove(request);
        Owner.OnRequestDone(request);
    }
}

/// <summary>The call, or the invitation before it, that waiting requests belong to.</summary>
internal interface IWaitingOwner
{
    /// <summary>Shows a request to the application.</summary>
    void Show(Dialog dialog, IncomingRequest request);

    /// <summary>One that changes the session is about to get its 2xx, which may say more.</summary>
    Reply OnAccepted(IncomingRequest request, in Reply reply) => reply;

    /// <summary>A re-INVITE was accepted: its 2xx is to be sent until the ACK comes. Takes over the buffer's reference.</summary>
    void OnReinviteAnswered(IncomingRequest request, ServerTransaction transaction, PacketBuffer response, int status) => response.Release();

    /// <summary>One waits no more.</summary>
    void OnRequestDone(IncomingRequest request)
    {
    }
}
