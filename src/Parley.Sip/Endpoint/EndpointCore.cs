using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Sip.Endpoint;

/// <summary>The user agent's core (RFC 3261 §8.2, §12.2.2): checks each new request, then gives it to its dialog, or to the application.</summary>
internal sealed class EndpointCore(
    UserAgentProfile profile, ISipEndpointHandler handler, ISipRequestRouter? router, int maxCalls, bool answerOptions) : ISipCore
{
    private readonly SubscriptionRouter _subscriptions = new(profile, handler);

    /// <summary>One per lane, in their order; set before the first message can come.</summary>
    public UserAgentLane[] Lanes
    {
        get;
        set => Refers.Lanes = field = value;
    } = [];

    /// <summary>Where REFERs go, and calls are found by their tags.</summary>
    public ReferRouter Refers { get; } = new(profile, handler);

    public bool TryPass(SipMessage message, in SipFlow flow) => router is not null && router.TryPass(message, flow);

    public bool TryRoute(ServerTransaction transaction, SipMessage request) =>
        router is not null && (request.ToTag.IsEmpty || LaneOf(request).Dialogs.Find(request) is null) && router.TryTake(transaction, request);

    public void OnRequest(ServerTransaction transaction, SipMessage request)
    {
        var ua = Lanes[transaction.Lane.Index];
        if (RequestChecks.Method(profile, request) is { } refusal)
            Refuse(ua, transaction, request, refusal);
        else if (request.ToTag.IsEmpty)
            OnOutside(ua, transaction, request);
        else
            OnWithin(ua, transaction, request);
    }

    public void OnAck(SipMessage ack, in SipFlow flow)
    {
        var ua = LaneOf(ack);
        if (ua.Dialogs.Find(ack) is { } dialog)
            dialog.User?.OnAck(ack, flow);
        else
            router?.TryTakeAck(ack, flow);
    }

    // Counted by the transaction layer; there is nobody it could matter to.
    public void OnStrayResponse(SipMessage response, in SipFlow flow)
    {
    }

    private void OnWithin(UserAgentLane ua, ServerTransaction transaction, SipMessage request)
    {
        var dialog = ua.Dialogs.Find(request);
        if (dialog is null)
        {
            if (request.Method != SipMethod.Notify || !ua.Subscriptions.TryTake(transaction, request))
                Refuse(ua, transaction, request, new Reply(481)); // RFC 3261 §12.2.2
            return;
        }

        request.TryGetCSeq(out var cseq);
        var refusal = dialog.AcceptCSeq(cseq.Number) ? default(Reply?) : OutOfOrder();
        refusal ??= RequestChecks.Extensions(profile, request) ?? ReplacesMatch.Check(profile, request);
        if (request.Method == SipMethod.Invite)
            refusal = refusal ?? RequestChecks.Contact(request) ?? RequestChecks.Body(profile, request) ?? RequestChecks.SessionInterval(profile, request);
        else if (request.Method == SipMethod.Update)
            refusal = refusal ?? RequestChecks.Body(profile, request) ?? RequestChecks.SessionInterval(profile, request);
        if (refusal is { } reply)
            Refuse(ua, transaction, request, reply);
        else if (answerOptions && request.Method == SipMethod.Options)
            Respond(ua, transaction, request, new Reply(200) { Capabilities = true });
        else if (_subscriptions.TryTake(ua, dialog, transaction, request, out var refused))
            RefuseIf(ua, transaction, request, refused);
        else if (request.Method == SipMethod.Refer && dialog is { State: DialogState.Confirmed, User: not InviteSession { IsEnded: true } })
            RefuseIf(ua, transaction, request, Refers.OnRefer(ua, transaction, request, dialog));
        else if (dialog.User is { } user)
            user.OnRequest(dialog, transaction, request);
        else
            Refuse(ua, transaction, request, new Reply(481)); // a call that is over, or a subscription's dialog
    }

    private void OnOutside(UserAgentLane ua, ServerTransaction transaction, SipMessage request)
    {
        var refusal = RequestChecks.Hops(request) ?? RequestChecks.Scheme(request) ?? RequestChecks.Extensions(profile, request)
            ?? ReplacesMatch.Check(profile, request);
        if (refusal is { } reply)
            Refuse(ua, transaction, request, reply);
        else if (request.Method == SipMethod.Invite)
            OnInvite(ua, transaction, request);
        else if (request.Method == SipMethod.Subscribe)
            RefuseIf(ua, transaction, request, _subscriptions.OnSubscribe(ua, transaction, request));
        else if (request.Method == SipMethod.Refer)
            RefuseIf(ua, transaction, request, Refers.OnRefer(ua, transaction, request, within: null));
        else if (request.Method is SipMethod.Bye or SipMethod.Info or SipMethod.Update or SipMethod.Prack)
            Refuse(ua, transaction, request, new Reply(481)); // only ever sent within a dialog
        else if (answerOptions && request.Method == SipMethod.Options)
            Respond(ua, transaction, request, ua.IsDraining ? Later(503) : new Reply(200) { Capabilities = true }); // §11.2: as an INVITE would be answered
        else
            OnOther(ua, transaction, request);
    }

    private void OnInvite(UserAgentLane ua, ServerTransaction transaction, SipMessage request)
    {
        if ((RequestChecks.Contact(request) ?? RequestChecks.Body(profile, request) ?? RequestChecks.SessionInterval(profile, request)) is { } refusal)
        {
            Refuse(ua, transaction, request, refusal);
        }
        else if (ua.IsDraining || CallCount() >= maxCalls)
        {
            ua.Counts.CallsRefused++;
            Respond(ua, transaction, request, Later(503));
        }
        else if (profile.Supports("replaces"u8) && Replaces.TryParse(request.Value(HeaderId.Replaces), out var replaces))
        {
            ReplacesMatch.Offer(Lanes, new IncomingInvite(ua, transaction, request), replaces, handler);
        }
        else
        {
            new IncomingInvite(ua, transaction, request).Offer(handler);
        }
    }

    private void OnOther(UserAgentLane ua, ServerTransaction transaction, SipMessage request)
    {
        var incoming = new IncomingRequest(ua, transaction, request, owner: null);
        try
        {
            handler.OnRequest(incoming);
        }
        catch (Exception e) // the application's code: the sender gets an answer, and the lane goes on
        {
            ua.OnHandlerFault(e);
            incoming.Respond(500);
        }
    }

    private int CallCount()
    {
        var calls = 0;
        foreach (var lane in Lanes)
            calls += lane.Calls;
        return calls;
    }

    private UserAgentLane LaneOf(SipMessage message) =>
        Lanes.Length == 1 ? Lanes[0] : Lanes[LaneSelector.IndexFor(message.CallId, Lanes.Length)];

    // RFC 3261 §12.2.2. The client is told when to come back, since only a later request of its can be in order.
    private static Reply OutOfOrder() => new(500)
    {
        Reason = "CSeq out of order",
        Headers = [new SipHeader("Retry-After", Random.Shared.Next(11).ToString(CultureInfo.InvariantCulture))],
    };

    private Reply Later(int status) => new(status)
    {
        Headers = [new SipHeader("Retry-After", profile.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture))],
    };

    private static void RefuseIf(UserAgentLane ua, ServerTransaction transaction, SipMessage request, in Reply? refusal)
    {
        if (refusal is { } reply)
            Refuse(ua, transaction, request, reply);
    }

    private static void Refuse(UserAgentLane ua, ServerTransaction transaction, SipMessage request, in Reply reply)
    {
        ua.Counts.RequestsRefused++;
        Respond(ua, transaction, request, reply);
    }

    private static void Respond(UserAgentLane ua, ServerTransaction transaction, SipMessage request, in Reply reply)
    {
        var complete = request.ToTag.IsEmpty ? reply with { LocalTag = DialogTag.Of(transaction) } : reply;
        transaction.Respond(ResponseBuilder.Build(ua, request, transaction.Flow, complete), reply.Status);
    }
}
