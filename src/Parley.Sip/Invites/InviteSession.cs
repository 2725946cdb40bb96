using System.Runtime.CompilerServices;
using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>
/// An answered call: a confirmed dialog made by INVITE, until its BYE (RFC 3261 §13–15). Lives on its lane; except for <see cref="SendAsync"/> its members
/// are called there.
/// </summary>
public sealed partial class InviteSession
{
    private IInviteSessionHandler? _handler;
    // Boxed because few calls have one, and a flow is as large as half the rest.
    private readonly StrongBox<SipFlow>? _pinned;
    private SipFlow _lastFlow;
    private bool _ended;
    private bool _told;
    private StrongBox<CallEnd>? _untold;

    internal InviteSession(
        UserAgentLane ua, Dialog dialog, IInviteSessionHandler? handler, in SipFlow flow, SipFlow? pinned, DigestCredentials? credentials)
    {
        Ua = ua;
        Dialog = dialog;
        _handler = handler;
        _lastFlow = flow;
        _pinned = pinned is { } way ? new StrongBox<SipFlow>(way) : null;
        Credentials = credentials;
        dialog.User = this;
    }

    /// <summary>The lane the call lives on.</summary>
    public Lane Lane => Ua.Lane;

    /// <summary>Its dialog.</summary>
    public Dialog Dialog { get; }

    /// <summary>What the peer's last message came over.</summary>
    public SipFlow Flow => _lastFlow;

    /// <summary>True when the peer called us.</summary>
    public bool IsIncoming => !Dialog.IsCaller;

    /// <summary>True once the ACK has come, or has been sent.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>True once either side has hung up.</summary>
    public bool IsEnded => _ended;

    internal UserAgentLane Ua { get; }

    internal IInviteSessionHandler? Handler => _handler;

    internal DigestCredentials? Credentials { get; }

    /// <summary>True when the peer's last Allow named UPDATE.</summary>
    internal bool PeerUpdates { get; private set; }

    /// <summary>
    /// Hangs up. The handler is told at once; the BYE is sent now, or, where our 200 is not yet acknowledged, with the ACK (RFC 3261 §15). Does nothing when
    /// the call has ended.
    /// </summary>
    /// <param name="reason">Text of a Reason header (RFC 3326), e.g. <c>Q.850;cause=16</c>. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Bye(string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(reason, nameof(reason));
        HeaderText.Require(headers, nameof(headers));
        Ua.RequireCurrent();
        HangUp(WithReason(reason, headers), new CallEnd(CallEndKind.Completed, CallEndParty.Local, 200, "Hung up"));
    }

    /// <summary>Sends a request within the call, answering challenges. A 481, or silence, ends the call (RFC 3261 §12.2.1.2).</summary>
    /// <param name="method">INFO, MESSAGE, REFER, …; not INVITE and UPDATE, for which there is <see cref="Modify"/>, nor ACK, CANCEL, BYE and PRACK.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="outcome">Told the final response, once. Default nobody.</param>
    /// <exception cref="ArgumentException">A method with its own member, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the call has ended.</exception>
    public void Send(SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, RequestOutcome? outcome = null)
    {
        RequireSendable(method);
        HeaderText.Require(headers, nameof(headers));
        Ua.RequireCurrent();
        if (_ended)
            throw new InvalidOperationException("The call has ended.");
        var draft = RequestDraft.Within(Dialog, method, body, headers);
        RequestExchange.Start(Ua, draft, Credentials, Dialog, FlowForRequests(), (status, reason, response) =>
        {
            outcome?.Invoke(status, reason, response);
            OnRequestOutcome(status, reason, response);
        });
    }

    /// <summary>Like <see cref="Send"/>, from any thread, waiting for the outcome.</summary>
    /// <param name="method">As for <see cref="Send"/>.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <returns>The outcome; a call that has ended gives 481.</returns>
    /// <exception cref="ArgumentException">A method with its own member, or a header the endpoint writes itself.</exception>
    public Task<SipResponse> SendAsync(SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        RequireSendable(method);
        HeaderText.Require(headers, nameof(headers));
        var pending = new PendingResponse(Ua.Lane);
        Lane.Run(_ =>
        {
            pending.Start();
            if (_ended)
                pending.Complete(481, "The call has ended", null);
            else
                Send(method, body, headers, pending.Complete);
        }, null);
        return pending.Task;
    }

    /// <summary>The handler of a call that was answered before the application had named one; a call without is hung up.</summary>
    internal void Attach(IInviteSessionHandler? handler)
    {
        _handler = handler ?? NobodyListens.Instance;
        if (_untold is { } end)
            CallLedger.Ended(Ua, this, IsIncoming, end.Value, _handler, null);
        else if (handler is null)
            HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "No handler follows the call"));
    }

    /// <summary>The invitation ended before the 200 that would have begun the call could be sent; its handler has been told.</summary>
    internal void EndUnsent()
    {
        Unsent = null;
        _ended = true;
        _told = true;
        _timer?.Stop();
        _changes?.End();
    }

    internal SipFlow? FlowForRequests() =>
        _pinned is { Value.Channel.IsOpen: true } pinned ? pinned.Value : FlowChoice.For(Ua.Profile.FlowRouting, Dialog, _lastFlow);

    private static void RequireSendable(SipMethod method)
    {
        if (method is SipMethod.Invite or SipMethod.Ack or SipMethod.Cancel or SipMethod.Bye or SipMethod.Update or SipMethod.Prack or SipMethod.Other)
            throw new ArgumentException($"{method} cannot be sent this way; what changes the call is for Modify.", nameof(method));
    }

    // The call is over for the application now; its BYE may still be on its way.
    private void HangUp(IReadOnlyList<SipHeader> headers, CallEnd end)
    {
        if (_ended)
            return;
        _ended = true;
        if (Unsent is { } invite)
        {
            invite.Withdraw(headers, end);
            return;
        }

        if (!IsConfirmed && IsIncoming && _answer is { IsWaiting: true })
            _byeWithAck = headers; // RFC 3261 §15: no BYE from the called side before the ACK
        else
            SendBye(headers);
        Tell(end, null);
    }

    private void SendBye(IReadOnlyList<SipHeader> headers)
    {
        if (!IsConfirmed && !IsIncoming)
            Acknowledge();
        _changes?.AcknowledgeNow();
        _answer?.Stop();
        var draft = RequestDraft.Within(Dialog, SipMethod.Bye, default, headers);
        // The dialog stays until then, so that a BYE of the peer that crosses ours is answered 200.
        RequestExchange.Start(Ua, draft, Credentials, Dialog, FlowForRequests(), (_, _, _) => Forget());
    }

    private void OnRequestOutcome(int status, string reason, SipMessage? response)
    {
        if (_ended || (status != 481 && !(status == 408 && response is null)))
            return;
        var end = status == 481
            ? new CallEnd(CallEndKind.Failed, CallEndParty.Remote, 481, reason)
            : new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, reason);
        if (status == 408)
        {
            HangUp([], end);
            return;
        }

        _ended = true;
        Forget();
        Tell(end, response);
    }

    private void Forget()
    {
        _answer?.Stop();
        if (Dialog.User == this)
            Ua.Dialogs.LeaveCall(Dialog);
    }

    private void Tell(CallEnd end, SipMessage? message)
    {
        if (_told)
            return;
        _told = true;
        _timer?.Stop();
        _waiting?.RefuseAll();
        _changes?.End();
        if (_handler is null)
            _untold = new StrongBox<CallEnd>(end);
        else
            CallLedger.Ended(Ua, this, IsIncoming, end, _handler, message);
    }

    private static IReadOnlyList<SipHeader> WithReason(string? reason, IReadOnlyList<SipHeader>? headers)
    {
        if (reason is null)
            return headers ?? [];
        return [new SipHeader("Reason", reason), .. headers ?? []];
    }

    private sealed class NobodyListens : IInviteSessionHandler
    {
        public static readonly NobodyListens Instance = new();

        public void OnEnded(CallEnd end, SipMessage? message)
        {
        }
    }
}
