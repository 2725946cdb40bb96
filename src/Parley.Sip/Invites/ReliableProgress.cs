using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>A reliable provisional response to an INVITE of ours, and the PRACK it is to get (RFC 3262 §4). Lives on the call's lane.</summary>
public sealed class ReliableProgress
{
    private readonly OutgoingInvite _invite;
    private readonly string _rack;

    internal ReliableProgress(OutgoingInvite invite, Dialog dialog, uint number, uint inviteCSeq)
    {
        _invite = invite;
        Dialog = dialog;
        _rack = string.Create(CultureInfo.InvariantCulture, $"{number} {inviteCSeq} INVITE");
        HasOffer = dialog.Offers.State == OfferAnswerState.RemoteOffer;
    }

    /// <summary>The early dialog.</summary>
    public Dialog Dialog { get; }

    /// <summary>True when the response makes an offer, because our INVITE made none: the PRACK must carry its answer.</summary>
    public bool HasOffer { get; }

    /// <summary>True until the PRACK has been sent, or the call has ended or has been answered.</summary>
    public bool IsPending => !IsSent && _invite.IsPending;

    internal bool IsHeld { get; private set; }

    private bool IsSent { get; set; }

    /// <summary>Keeps the PRACK back until <see cref="Prack"/>. The called side repeats its response for 64·T1 and then ends the call.</summary>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Hold()
    {
        _invite.RequireCurrent();
        IsHeld = true;
    }

    /// <summary>Sends the PRACK. Does nothing but tell the outcome, 487, when it has been sent or the call is no longer pending.</summary>
    /// <param name="body">The answer to the response's offer; else, where offer and answer have been exchanged, a new offer, answered in the 2xx. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="outcome">Told the final response, once, never from inside this call. Default nobody.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Prack(SipBody body = default, IReadOnlyList<SipHeader>? headers = null, RequestOutcome? outcome = null)
    {
        HeaderText.Require(headers, nameof(headers));
        _invite.RequireCurrent();
        if (!IsPending)
        {
            _invite.TellLater(outcome, 487, "The call is no longer pending");
            return;
        }

        IsSent = true;
        _invite.SendPrack(Dialog, body, [new SipHeader("RAck", _rack), .. headers ?? []], outcome);
    }
}
