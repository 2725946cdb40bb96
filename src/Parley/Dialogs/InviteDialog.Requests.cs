using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Dialogs;

// Requests within the call.
public sealed partial class InviteDialog
{
    /// <summary>
    /// Sends a request within the call and waits for its final response, answering challenges; any outcome is returned, none thrown. 481 and silence end the call
    /// (RFC 3261 §12.2.1.2).
    /// </summary>
    /// <param name="method">INFO, MESSAGE, OPTIONS, NOTIFY, …; INVITE and UPDATE are <see cref="ModifyAsync(SessionChange, CancellationToken)"/>, BYE is <see cref="DestroyAsync"/>, REFER is <see cref="ReferAsync(ReferOptions)"/>.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="cancel">Stops waiting; the request runs its course.</param>
    /// <returns>The outcome; 481 when the call is over, 408 or 503 without a message when nothing came back.</returns>
    /// <exception cref="ArgumentException">A method with a verb of its own, or a header that is not the application's to write.</exception>
    public Task<SipResponse> RequestAsync(
        SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        Session.SendAsync(method, body, headers).WaitAsync(cancel);

    /// <summary>Sends INFO (RFC 6086).</summary>
    /// <inheritdoc cref="RequestAsync"/>
    public Task<SipResponse> InfoAsync(SipBody body = default, IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        RequestAsync(SipMethod.Info, body, headers, cancel);

    /// <summary>Sends MESSAGE within the call (RFC 3428 §4): plain text.</summary>
    /// <param name="text">What to say.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="cancel">Stops waiting; the request runs its course.</param>
    /// <inheritdoc cref="RequestAsync" path="/returns"/>
    public Task<SipResponse> MessageAsync(string text, IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        RequestAsync(SipMethod.Message, new SipBody("text/plain;charset=utf-8", text), headers, cancel);

    /// <summary>Sends OPTIONS within the call: whether the peer still is there, and what it can do.</summary>
    /// <inheritdoc cref="RequestAsync"/>
    public Task<SipResponse> OptionsAsync(IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        RequestAsync(SipMethod.Options, default, headers, cancel);

    /// <summary>Sends NOTIFY outside any subscription of RFC 6665, as some phones take it to reboot, ring or show something.</summary>
    /// <param name="package">Value of the Event header, e.g. <c>talk</c>.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="state">Value of Subscription-State. Default <c>active</c>.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="cancel">Stops waiting; the request runs its course.</param>
    /// <inheritdoc cref="RequestAsync" path="/returns"/>
    public Task<SipResponse> NotifyAsync(
        string package, SipBody body = default, string state = "active", IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        RequestAsync(SipMethod.Notify, body, [new SipHeader("Event", package), new SipHeader("Subscription-State", state), .. headers ?? []], cancel);

    /// <summary>Asks the peer to call somebody (RFC 3515). The call goes on, whatever becomes of it.</summary>
    /// <param name="target">Whom, e.g. <c>sip:carol@example.com</c>.</param>
    /// <returns>What to await the outcome of, or follow the peer's reports by.</returns>
    /// <exception cref="ArgumentException"><paramref name="target"/> is no SIP address.</exception>
    public Task<OutgoingRefer> ReferAsync(string target) =>
        ReferAsync(new ReferOptions { ReferTo = TargetUri.ParseAddress(target, nameof(target)) });

    /// <summary>Asks the peer to call somebody, or to do something else (RFC 3515): who asks, with or without reports, with Replaces in the URI.</summary>
    /// <param name="options">Refer-To, Referred-By (RFC 3892), reports, headers.</param>
    /// <returns>What to await the outcome of, or follow the peer's reports by.</returns>
    /// <exception cref="DialogException">The call is over.</exception>
    public Task<OutgoingRefer> ReferAsync(ReferOptions options) => Session.Lane.RunAsync(() =>
    {
        RequireUp();
        return Session.Refer(options);
    });
}
