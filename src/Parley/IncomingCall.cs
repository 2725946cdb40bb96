using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>A call from somebody else, as given to the handler of <see cref="UserAgent.ServeAsync"/>.</summary>
public sealed class IncomingCall : Call, IInviteSessionHandler
{
    private readonly IncomingInvite _invite;
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InviteSession? _session;
    private CallEnd? _why;

    internal IncomingCall(UserAgent agent, IncomingInvite invite, CallMedia media)
        : base(agent, media, CallState.Trying)
    {
        _invite = invite;
        Invite = invite.Request.ToOwned();
        Id = Invite.GetString(HeaderId.CallId)!;
        From = SipAddress.Parse(Invite.GetString(HeaderId.From)!);
        To = SipAddress.Parse(Invite.GetString(HeaderId.To)!);
        ToUser = Invite.TryGetRequestUri(out var uri) ? System.Text.Encoding.UTF8.GetString(uri.User) : "";
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override bool IsIncoming => true;

    /// <inheritdoc/>
    public override SipAddress From { get; }

    /// <inheritdoc/>
    public override SipAddress To { get; }

    /// <inheritdoc/>
    public override string ToUser { get; }

    /// <inheritdoc/>
    public override SipTransport? Transport => _invite.Flow.Channel.Transport;

    /// <inheritdoc/>
    public override NetEndpoint RemoteEndpoint => _invite.Flow.Remote;

    /// <summary>
    /// The call of this agent that this one wants to take the place of (RFC 3891): whoever serves it decides whether the caller may, answers, and ends the other. Null for an ordinary
    /// call. <c>replaces</c> has to be named in <see cref="UserAgentOptions.Extensions"/>.
    /// </summary>
    public Call? Replaces => _invite.Replaced?.Handler as Call;

    /// <summary>What the INVITE came over.</summary>
    public SipFlow Flow => _invite.Flow;

    /// <inheritdoc/>
    public override Dialog? Dialog => _invite.Dialog;

    /// <summary>Sends 100 Trying at once (the transaction would after 200 ms).</summary>
    public Task TryingAsync(CancellationToken cancel = default) => OnLaneAsync(() => _invite.Trying(), cancel);

    /// <summary>Sends 180 Ringing.</summary>
    /// <exception cref="InvalidOperationException">The call is answered, refused or over.</exception>
    public Task RingAsync(CancellationToken cancel = default) => OnLaneAsync(
        () =>
        {
            MoveTo(CallState.Ringing);
            _invite.Progress(180);
        },
        cancel);

    /// <summary>Opens the audio before the answer: 183 with a session description (RFC 3960). <see cref="AnswerAsync"/> goes on with the same audio.</summary>
    /// <exception cref="CallMediaException">The offer cannot be met, or there is none; the call can still be refused.</exception>
    /// <exception cref="InvalidOperationException">The call is answered, refused or over.</exception>
    public async Task StartEarlyMediaAsync(AnswerOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var body = AudioSession.Answer(Invite!, options);
        if (AudioSession.AwaitsAnswer)
            throw new CallMediaException(CallMediaProblem.NoOffer, "Early media needs an offer in the INVITE, and this one has none.");
        await OnLaneAsync(
            () =>
            {
                MoveTo(CallState.EarlyMedia);
                _invite.Progress(183, null, body, options.Headers);
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Answers the call and waits until the caller has confirmed it (ACK). An INVITE without an offer is answered with one, and the ACK carries the answer.
    /// </summary>
    /// <exception cref="CallMediaException">The offer cannot be met (no common codec, not readable); the call can still be refused, and is, with 488, when the handler lets the exception out.</exception>
    /// <exception cref="CallEndedException">The call ended before it was confirmed.</exception>
    /// <exception cref="InvalidOperationException">The call is answered or refused already.</exception>
    public async Task AnswerAsync(AnswerOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var body = AudioSession.Answer(Invite!, options);
        await OnLaneAsync(() => _session = _invite.Answer(body, options.Headers), cancel).ConfigureAwait(false);
        await _confirmed.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Refuses the call.</summary>
    /// <param name="status">400–699, e.g. 486 Busy Here or 603 Decline; for 3xx there is <see cref="RedirectAsync(IReadOnlyList{string}, CancellationToken)"/>.</param>
    /// <param name="options">Reason phrase and headers.</param>
    /// <param name="cancel">Gives up waiting; the refusal stays.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is no final refusal.</exception>
    /// <exception cref="InvalidOperationException">The call is answered, refused or over.</exception>
    public Task RejectAsync(int status, RejectOptions? options = null, CancellationToken cancel = default)
    {
        if (status is < 400 or > 699)
            throw new ArgumentOutOfRangeException(nameof(status), status, "A refusal has a status from 400 to 699; a redirection is sent by RedirectAsync.");
        return OnLaneAsync(() => _invite.Reject(status, options?.Reason, options?.Headers), cancel);
    }

    /// <summary>Sends the caller elsewhere: 302 with the contacts, best first.</summary>
    /// <exception cref="ArgumentException">No contact, or one that is no URI.</exception>
    /// <exception cref="InvalidOperationException">The call is answered, refused or over.</exception>
    public Task RedirectAsync(IReadOnlyList<string> contacts, CancellationToken cancel = default) => RedirectAsync(contacts, 302, null, cancel);

    /// <summary>Sends the caller elsewhere, with a status, a phrase and headers of one's own, e.g. Diversion.</summary>
    /// <param name="contacts">Where to, best first.</param>
    /// <param name="status">300–399.</param>
    /// <param name="options">Reason phrase and headers.</param>
    /// <param name="cancel">Gives up waiting; the redirection stays.</param>
    /// <exception cref="ArgumentException">No contact, one that is no URI, a status that is no redirection, or a header that is not the application's to write.</exception>
    /// <exception cref="InvalidOperationException">The call is answered, refused or over.</exception>
    public Task RedirectAsync(IReadOnlyList<string> contacts, int status, RejectOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(contacts);
        if (contacts.Count == 0)
            throw new ArgumentException("A redirection names at least one contact.", nameof(contacts));
        var uris = contacts.Select(contact => TargetUri.Parse(contact, nameof(contacts))).ToList();
        return OnLaneAsync(() => _invite.Redirect(uris, status, options?.Reason, options?.Headers), cancel);
    }

    internal override void BeginHangUp(CallEnd? why) => _invite.Lane.Run(
        static state =>
        {
            var (call, why) = ((IncomingCall, CallEnd?))state!;
            call.EndOnLane(why, null);
        },
        (this, why));

    internal override InviteSession? Session => _session;

    internal override Lane? SignallingLane => _invite.Lane;

    void IInviteSessionHandler.OnConfirmed(InviteSession session, SipMessage ack)
    {
        if (!AudioSession.TryAcceptAnswer(ack, out var problem))
        {
            _why = new CallEnd(CallEndKind.Failed, CallEndParty.Local, 488, problem);
            session.Bye();
            return;
        }

        AudioSession.ExchangeDone();
        MoveTo(CallState.Answered);
        Changed();
        _confirmed.TrySetResult();
    }

    void IInviteSessionHandler.OnReinvite(InviteSession session, IncomingRequest request) => Renegotiate(request);

    void IInviteSessionHandler.OnReinviteConfirmed(InviteSession session, SipMessage ack) => TakeAnswer(ack);

    void IInviteSessionHandler.OnRequest(InviteSession session, IncomingRequest request) => TakeRequest(request);

    void IInviteSessionHandler.OnRefer(InviteSession session, IncomingRefer refer) => TakeRefer(refer);

    void IInviteSessionHandler.OnEnded(CallEnd end, SipMessage? message)
    {
        end = _why ?? end;
        Finish(end, message?.ToOwned());
        if (_confirmed.TrySetException(new CallEndedException(end)))
            _ = _confirmed.Task.Exception; // seen: nobody need be waiting for the answer
    }

    private protected override void EndOnLane(CallEnd? why, HangUpOptions? with)
    {
        if (State == CallState.Ended)
            return;
        _why ??= why;
        if (_invite.IsPending)
            _invite.Reject(why?.Status ?? with?.Refusal ?? 480, with?.RefusalPhrase, why is { Status: 488 } ? [new SipHeader("Warning", Warning(why.Value.Reason))] : RefusalHeaders(with));
        else
            _session?.Bye(with?.Cause?.ToString(), with?.Headers);
    }

    private static IReadOnlyList<SipHeader>? RefusalHeaders(HangUpOptions? with) =>
        with?.Cause is { } cause ? [new SipHeader("Reason", cause.ToString()), .. with.Headers] : with?.Headers;

    private async Task OnLaneAsync(Action step, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _invite.Lane.Run(
            _ =>
            {
                if (!_invite.IsPending)
                {
                    done.SetException(State == CallState.Ended
                        ? new CallEndedException(End ?? default)
                        : new InvalidOperationException("The call has its final response already."));
                    return;
                }

                try
                {
                    step();
                    done.SetResult();
                }
                catch (Exception e) // handed to whoever asked for the step, who would wait for ever otherwise
                {
                    done.SetException(e);
                }
            },
            null);
        await done.Task.WaitAsync(cancel).ConfigureAwait(false);
    }
}
