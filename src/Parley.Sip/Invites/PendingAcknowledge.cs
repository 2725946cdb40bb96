using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>
/// The ACK of a re-INVITE of ours that waits to be sent: the peer's 2xx holds an offer, and the ACK its answer (RFC 3261 §14.1). Until then the peer repeats
/// its 2xx, which is no new event; 64·T1 without an ACK end the call. Lives on its call's lane.
/// </summary>
public sealed class PendingAcknowledge
{
    private readonly Modification _change;

    internal PendingAcknowledge(Modification change) => _change = change;

    /// <summary>The call.</summary>
    public InviteSession Session => _change.Session;

    /// <summary>True until it has been sent or the call has ended.</summary>
    public bool IsPending => _change.AwaitsAcknowledge;

    /// <summary>Sends it. Does nothing when it has been sent, or the call has ended.</summary>
    /// <param name="body">The answer. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Send(SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(headers, nameof(headers));
        Session.Ua.RequireCurrent();
        _change.Acknowledge(body, headers ?? []);
    }

    /// <summary>Like <see cref="Send"/>, from any thread; completes when it has left.</summary>
    /// <param name="body">The answer; its bytes must stay unchanged until this has completed. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    public Task SendAsync(SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(headers, nameof(headers));
        return LaneCall.RunAsync(Session.Lane, () => _change.Acknowledge(body, headers ?? []));
    }
}
