using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>Told what became of a change, once, on the call's lane.</summary>
public delegate void ModifyOutcome(ModifyResult result);

/// <summary>What became of a change to a call.</summary>
/// <param name="Status">
/// The final status; 2xx: it is done. 487 when it was cancelled or the call ended first; 408 and 503 of our own making when nothing came back (RFC 3261 §8.1.3.1);
/// 500 without a message when more changes wait than <c>EndpointLimits.MaxWaitingChanges</c> allows.
/// </param>
/// <param name="Reason">Reason phrase, or what went wrong.</param>
/// <param name="Message">
/// The final response: lent for the call where the outcome is told, the receiver's to keep where it is awaited. Null when nothing came back.
/// </param>
/// <param name="Acknowledge">The ACK that waits to be sent: the peer's offer in a 2xx is answered in it. Null when there is nothing to send.</param>
public sealed record ModifyResult(int Status, string Reason, SipMessage? Message, PendingAcknowledge? Acknowledge)
{
    /// <summary>
    /// What the peer's description is in, if anywhere: the final response, or the reliable provisional one that answered before it (RFC 3262 §5). As with
    /// <see cref="Message"/>, it is to be kept where the outcome is told.
    /// </summary>
    public SipMessage? Described => Message is not null && Dialogs.SessionDescriptions.IsIn(Message) ? Message : Early ?? Message;

    internal SipMessage? Early { get; init; }

    /// <summary>True for a 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
