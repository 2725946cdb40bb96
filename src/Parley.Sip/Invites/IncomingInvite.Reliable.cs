using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Invites;

// Reliable provisional responses and the 200 that must not overtake them (RFC 3262 §3).
public sealed partial class IncomingInvite
{
    private ReliableProvisionals? _provisionals;
    private PacketBuffer? _held;

    /// <summary>True when the caller can acknowledge provisional responses, and this endpoint can send such (RFC 3262).</summary>
    /// <exception cref="InvalidOperationException">No longer pending.</exception>
    public bool SupportsReliable => RequiresReliable || (_ua.Profile.Reliable && Request.HasToken(HeaderId.Supported, "100rel"u8));

    /// <summary>True when the caller insists on it: every provisional response but 100 is then sent reliably.</summary>
    /// <exception cref="InvalidOperationException">No longer pending.</exception>
    public bool RequiresReliable => _ua.Profile.Reliable && Request.HasToken(HeaderId.Require, "100rel"u8);

    internal long T1 => _ua.Profile.T1;

    /// <summary>Writes a reliable response that is about to leave for the first time.</summary>
    internal PacketBuffer BuildReliable(in Reply reply, uint number)
    {
        if (SessionDescriptions.IsIn(reply.Body) && !Dialog.Offers.HasAgreed)
            Dialog.Offers = Dialog.Offers.Sent();
        return Write(reply with { Headers = ReliableProvisionals.HeadersFor(number, reply.Headers) });
    }

    /// <summary>Takes over the buffer's reference.</summary>
    internal void Transmit(PacketBuffer response, int status) => _transaction!.Respond(response, status);

    /// <summary>Keeps a ringing call alive at the proxies on the way, which repetitions of an old response do not once it is acknowledged.</summary>
    internal void RepeatReliably(int status)
    {
        if (_provisionals is { IsWaiting: false })
            _provisionals.Send(new Reply(status) { Contact = true, RecordRoute = true });
    }

    internal void OnNeverAcknowledged() => Refuse(
        new Reply(504), new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 504, "A provisional response was never acknowledged"), null);

    /// <summary>The application hangs up before the 200 could leave.</summary>
    internal void Withdraw(IReadOnlyList<SipHeader> headers, CallEnd end) => Refuse(new Reply(480) { Headers = headers }, end, null);

    private void SendReliably(in Reply reply)
    {
        if (_provisionals is null)
        {
            _request.TryGetCSeq(out var cseq);
            _provisionals = new ReliableProvisionals(this, cseq.Number);
        }

        _ring.Ringing(null, reply.Status);
        _provisionals.Send(reply);
    }

    private void Hold(InviteSession session, PacketBuffer response)
    {
        _held = response;
        session.Unsent = this;
        Dialog.User = this;
    }

    private void OnPrack(ServerTransaction transaction, SipMessage prack)
    {
        if (_provisionals?.TryAcknowledge(prack) != true)
        {
            Refusals.Send(_ua, transaction, 481);
            return;
        }

        ShowPrack(transaction, prack);
        if (_transaction is null)
            return;
        _provisionals.GoOn();
        if (_session is { } session && _held is { } response && !_provisionals.HoldsAnswer)
        {
            _held = null;
            session.Unsent = null;
            Dialog.User = session;
            Begin(session, response);
        }
    }

    // The body answers our offer in the provisional response, or, when nothing waits, makes a new one (RFC 3262 §5).
    private void ShowPrack(ServerTransaction transaction, SipMessage prack)
    {
        var describes = SessionDescriptions.IsIn(prack);
        if (describes && Dialog.Offers.State == OfferAnswerState.RemoteOffer)
        {
            Refusals.ForAMoment(_ua, transaction);
            return;
        }

        var hasOffer = describes && Dialog.Offers.IsSettled;
        if (Dialog.Offers.State == OfferAnswerState.LocalOffer)
            Dialog.Offers = describes ? Dialog.Offers.Received() : Dialog.Offers.Withdrawn();
        Show(transaction, prack, hasOffer);
    }
}
