using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Dialogs;

// Calls as UAS and as UAC.
public sealed partial class DialogAgent
{
    private static readonly SipAddress s_anonymous = SipAddress.Parse("\"Anonymous\" <sip:anonymous@anonymous.invalid>"); // RFC 3323 §4.1.1.3

    /// <summary>Answers a call. Completes when the 200 has been sent; <see cref="DialogHandlers.OnAck"/> hears of the ACK.</summary>
    /// <param name="invite">The call.</param>
    /// <param name="options">Our description, headers, handlers.</param>
    /// <param name="cancel">Gives up before the answer; the call stays to be answered or refused.</param>
    /// <returns>The dialog.</returns>
    /// <exception cref="DialogException">The caller cancelled before (487), or the call is over.</exception>
    /// <exception cref="InvalidOperationException">It is answered or refused already.</exception>
    /// <exception cref="ArgumentException">The caller made an offer and there is no answer; or a header that is not the application's to write.</exception>
    public async Task<InviteDialog> CreateUasAsync(InviteRequest invite, UasOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(invite);
        options ??= new();
        var sdp = options.Sdp;
        if (sdp is null && options.SdpFor is { } source)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, invite.Cancelled);
            sdp = await source(invite.Sdp, either.Token).ConfigureAwait(false);
        }

        cancel.ThrowIfCancellationRequested();
        if (sdp is null && invite.Sdp is not null)
            throw new ArgumentException("The caller's offer needs an answer: give Sdp or SdpFor.", nameof(options));
        var body = SessionBody.Of(sdp);
        return await invite.Invite.Lane.RunAsync(() =>
        {
            invite.RequirePending();
            invite.DropMedia();
            return invite.Answer(new HandlerOwner(this, options.Handlers), body, options.Headers, options.SessionTimer);
        }).ConfigureAwait(false);
    }

    /// <summary>Calls somebody and waits for the answer. Cancelling <paramref name="cancel"/> while it rings sends CANCEL.</summary>
    /// <param name="target">Whom, e.g. <c>sip:bob@example.com</c>.</param>
    /// <param name="options">Offer or none, caller, credentials, headers, timeout, handlers.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The dialog.</returns>
    /// <exception cref="DialogException">Refused, not answered, not reachable: status, reason and response are in it.</exception>
    /// <exception cref="ArgumentException">No SIP address; neither <see cref="UacOptions.Sdp"/> nor <see cref="UacOptions.SdpFor"/>; a header that is not the application's to write.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<InviteDialog> CreateUacAsync(string target, UacOptions options, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var attempt = StartUac(target, options);
        using (cancel.UnsafeRegister(static state => Cancel(state!), (attempt, options.CancelReason)))
        {
            try
            {
                return await attempt.Answered.ConfigureAwait(false);
            }
            catch (DialogException) when (cancel.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancel);
            }
        }

        static void Cancel(object state)
        {
            var (attempt, reason) = ((UacAttempt, string?))state;
            attempt.Cancel(reason);
        }
    }

    /// <summary>Like <see cref="CreateUacAsync"/>, for those to whom busy is nothing exceptional.</summary>
    /// <inheritdoc cref="CreateUacAsync"/>
    public async Task<UacResult> TryCreateUacAsync(string target, UacOptions options, CancellationToken cancel = default)
    {
        try
        {
            var dialog = await CreateUacAsync(target, options, cancel).ConfigureAwait(false);
            return new UacResult(dialog, 200, "OK", dialog.Answer);
        }
        catch (DialogException e)
        {
            return new UacResult(null, e.Status, e.Reason, e.Response);
        }
    }

    /// <summary>Calls somebody and returns at once with what the call can be awaited and cancelled by.</summary>
    /// <exception cref="ArgumentException">No SIP address; neither <see cref="UacOptions.Sdp"/> nor <see cref="UacOptions.SdpFor"/>; a header that is not the application's to write.</exception>
    public UacAttempt StartUac(string target, UacOptions options) => StartUacOn(null, null, target, options);

    /// <summary>Like the other one, on a lane and over a flow that are known before.</summary>
    internal UacAttempt StartUacOn(Lane? lane, SipFlow? flow, string target, UacOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Sdp is null && options.SdpFor is null)
            throw new ArgumentException("A call needs an offer, Sdp, or SdpFor to answer the peer's.", nameof(options));
        var owner = new UacOwner(this, options);
        var body = SessionBody.Of(options.Sdp);
        var invite = Invite(TargetUri.Parse(target, nameof(target)), options, body) with { MaxForwards = options.MaxForwards, Reliability = options.Reliability, Lane = lane, Flow = flow };
        var dialog = InviteDialog.OfCaller(this, owner, body, invite.ContactUser ?? invite.From?.Uri.User ?? "");
        return new UacAttempt(owner, Endpoint.Invite(invite, dialog));
    }

    /// <summary>What signalling needs to make the call.</summary>
    internal OutgoingInviteOptions Invite(SipUri target, OutgoingOptions options, in SipBody body)
    {
        var caller = options.Caller ?? Phone.Options.Caller;
        var from = caller is null ? s_anonymous : TargetUri.ParseAddress(caller, nameof(OutgoingOptions.Caller));
        return new OutgoingInviteOptions
        {
            Target = target,
            To = options.To is null ? null : TargetUri.ParseAddress(options.To, nameof(OutgoingOptions.To)),
            From = from,
            ContactUser = options.ContactUser ?? (ReferenceEquals(from, s_anonymous) ? null : from.Uri.User),
            Headers = options.Headers,
            Body = body,
            Credentials = options.Credentials,
            CredentialsFor = options.CredentialsFor,
            Proxy = options.Proxy is null ? null : TargetUri.Parse(options.Proxy, nameof(OutgoingOptions.Proxy)),
            Route = options.Route.Count == 0 ? [] : [.. options.Route.Select(hop => TargetUri.Parse(hop, nameof(OutgoingOptions.Route)))],
            MaxRedirects = options.FollowRedirects,
            KeepUriOnRedirect = options.KeepUriOnRedirect,
            RingTimeout = options.RingTimeout,
            SessionTimer = options.SessionTimer,
        };
    }
}
