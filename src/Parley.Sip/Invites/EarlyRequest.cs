using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>A request of ours in an early dialog, and what its outcome does to that (RFC 3311 §5.1, §5.3).</summary>
internal sealed class EarlyRequest(UserAgentLane ua, Dialog dialog, DigestCredentials? credentials, RequestOutcome? outcome)
{
    private bool _hasOffer;

    /// <exception cref="ArgumentException">A method that has no place in an early dialog, or a header the endpoint writes itself.</exception>
    public static void Require(SipMethod method, IReadOnlyList<SipHeader>? headers)
    {
        if (method is SipMethod.Invite or SipMethod.Ack or SipMethod.Cancel or SipMethod.Bye or SipMethod.Prack or SipMethod.Other)
            throw new ArgumentException($"{method} cannot be sent this way.", nameof(method));
        HeaderText.Require(headers, nameof(headers));
    }

    /// <summary>Tells an outcome that is known without sending, but never from inside the call that asked for it.</summary>
    public static void TellLater(UserAgentLane ua, RequestOutcome? outcome, int status, string reason)
    {
        if (outcome is not null)
            ua.Lane.Post(static state =>
            {
                var (ua, outcome, status, reason) = ((UserAgentLane, RequestOutcome, int, string))state!;
                try
                {
                    outcome(status, reason, null);
                }
                catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
                {
                    ua.OnHandlerFault(e);
                }
            }, (ua, outcome, status, reason));
    }

    /// <summary>Sends from off the lane; a dialog that is no longer early gives 481.</summary>
    public static Task<SipResponse> AwaitAsync(Lane lane, Func<bool> isEarly, Action<RequestOutcome> send)
    {
        var pending = new PendingResponse(lane);
        lane.Run(_ =>
        {
            pending.Start();
            if (!isEarly())
            {
                pending.Complete(481, "The dialog is not early any more", null);
                return;
            }

            try
            {
                send(pending.Complete);
            }
            catch (Exception e) // the waiting caller's to see, not the lane's
            {
                pending.Fail(e);
            }
        }, null);
        return pending.Task;
    }

    public void Send(SipMethod method, in SipBody body, IReadOnlyList<SipHeader>? headers, SipFlow? flow)
    {
        var refreshes = method == SipMethod.Update;
        _hasOffer = refreshes && SessionDescriptions.IsIn(body);
        if (_hasOffer && !dialog.Offers.IsSettled)
        {
            TellLater(ua, outcome, 491, "An offer waits for its answer");
            return;
        }

        if (_hasOffer)
            dialog.Offers = dialog.Offers.Sent();
        var draft = RequestDraft.Within(dialog, method, body, headers);
        if (refreshes)
            draft = draft with { Contact = new FlowContact(dialog.ContactUserBytes.ToArray(), dialog.IsSecure, []), Capabilities = true };
        RequestExchange.Start(ua, draft, credentials, dialog, flow, OnOutcome(refreshes));
    }

    private RequestOutcome OnOutcome(bool refreshes) => (status, reason, response) =>
    {
        if (refreshes && status is >= 200 and < 300)
            dialog.RefreshTarget(response!);
        if (_hasOffer)
            dialog.Offers = status < 300 && SessionDescriptions.IsIn(response!) ? dialog.Offers.Received() : dialog.Offers.Withdrawn();
        outcome?.Invoke(status, reason, response);
    };
}
