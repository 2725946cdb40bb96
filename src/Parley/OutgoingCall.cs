using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>
/// A call to somebody else. <see cref="UserAgent.DialAsync"/> makes one and waits for the answer; <see cref="UserAgent.CreateCallAsync"/> makes one whose
/// dialog and audio exist before <see cref="InviteAsync"/> sends the INVITE.
/// </summary>
public sealed class OutgoingCall : Call, IOutgoingInviteHandler
{
    private readonly OutgoingInviteOptions _options;
    private readonly DialOptions _dial;
    private readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutgoingInvite? _invite;
    private InviteSession? _session;
    private Dialog? _early;
    private CallEnd? _why;
    private int _sent;
    private volatile bool _giveUp;

    internal OutgoingCall(UserAgent agent, OutgoingInviteOptions options, DialOptions dial, CallMedia media)
        : base(agent, media, CallState.Idle)
    {
        _options = options;
        _dial = dial;
        Id = options.CallId!;
        From = options.From!;
        To = options.To ?? new SipAddress(options.Target);
        ToUser = options.Target.User ?? "";
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override bool IsIncoming => false;

    /// <inheritdoc/>
    public override SipAddress From { get; }

    /// <inheritdoc/>
    public override SipAddress To { get; }

    /// <inheritdoc/>
    public override string ToUser { get; }

    /// <inheritdoc/>
    public override SipTransport? Transport => _session?.Flow.Channel.Transport;

    /// <inheritdoc/>
    public override NetEndpoint RemoteEndpoint => _session?.Flow.Remote ?? default;

    /// <inheritdoc/>
    public override Dialog? Dialog => _session?.Dialog ?? _early;

    /// <summary>The final response to the INVITE, 2xx or not; null before it came.</summary>
    public SipMessage? Response { get; private set; }

    /// <summary>Sends the INVITE and waits for the answer. Cancelling <paramref name="cancel"/> while it rings sends CANCEL.</summary>
    /// <exception cref="DialException">The call was refused, not answered or could not be delivered.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    /// <exception cref="InvalidOperationException">The INVITE was sent before.</exception>
    public async Task InviteAsync(CancellationToken cancel = default)
    {
        if (!await TryInviteAsync(cancel).ConfigureAwait(false))
            throw new DialException(End!.Value, Response);
    }

    /// <summary>Like <see cref="InviteAsync"/>, for those to whom busy is nothing exceptional.</summary>
    /// <returns>True when the call was answered; otherwise <see cref="Call.End"/> and <see cref="Response"/> say why not.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    /// <exception cref="InvalidOperationException">The INVITE was sent before.</exception>
    public async Task<bool> TryInviteAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _sent, 1) != 0)
            throw new InvalidOperationException("The INVITE of this call was sent before; make a new call.");
        MoveTo(CallState.Trying);
        try
        {
            Volatile.Write(ref _invite, Agent.Endpoint.Invite(_options with { Body = AudioSession.Offer() }, this));
        }
        catch
        {
            // Nothing has left, so nobody will ever report an end: this is it.
            Complete(new CallEnd(CallEndKind.Failed, CallEndParty.Local, 400, "The INVITE could not be built"));
            throw;
        }

        Interlocked.MemoryBarrier();
        if (_giveUp)
            BeginHangUp(null);
        using (cancel.UnsafeRegister(static call => ((OutgoingCall)call!).BeginHangUp(null), this))
        {
            var answered = await _answered.Task.ConfigureAwait(false);
            if (!answered && cancel.IsCancellationRequested)
                throw new OperationCanceledException(cancel);
            return answered;
        }
    }

    internal override void BeginHangUp(CallEnd? why)
    {
        if (Interlocked.Exchange(ref _sent, 1) == 0)
        {
            Complete(why ?? new CallEnd(CallEndKind.Cancelled, CallEndParty.Local, 487, "The call was given up before it was made"));
            return;
        }

        _giveUp = true;
        Interlocked.MemoryBarrier(); // pairs with TryInviteAsync: one of the two sees what the other wrote
        Volatile.Read(ref _invite)?.Lane.Run(
            static state =>
            {
                var (call, why) = ((OutgoingCall, CallEnd?))state!;
                call.EndOnLane(why, null);
            },
            (this, why));
    }

    internal override InviteSession? Session => _session;

    internal override Lane? SignallingLane => _invite?.Lane;

    void IOutgoingInviteHandler.OnProgress(OutgoingInvite invite, Dialog? dialog, SipMessage response)
    {
        _early = dialog ?? _early;
        var early = SessionBody.IsPresent(response) && AudioSession.TryAcceptAnswer(response, out _);
        if (early)
            MoveTo(CallState.EarlyMedia);
        else if (response.StatusCode == 180)
            MoveTo(CallState.Ringing);
        if (_dial.OnProgress is { } told)
        {
            var progress = new CallProgress(response.StatusCode, System.Text.Encoding.UTF8.GetString(response.Reason), early, response.ToOwned());
            Callbacks.Post(() => told(progress));
        }
    }

    void IOutgoingInviteHandler.OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response)
    {
        _session = session;
        Response = response.ToOwned();
        AudioSession.TrustSignalling(session.Flow.Remote);
        // An answer already given in a reliable or early response may be repeated or left out of the 200 only when it was the same (RFC 3264 §4);
        // without any answer there is no audio, and the call is of no use.
        var hasAnswer = SessionBody.IsPresent(response);
        string? problem = null;
        if (hasAnswer ? !AudioSession.TryAcceptAnswer(response, out problem) : !AudioSession.IsOpen)
        {
            _why = new CallEnd(CallEndKind.Failed, CallEndParty.Local, 488, problem ?? "The answer carries no session description");
            session.Bye();
            return;
        }

        AudioSession.ExchangeDone();
        MoveTo(CallState.Answered);
        Changed();
        Tell(answered: true);
    }

    void IInviteSessionHandler.OnReinvite(InviteSession session, IncomingRequest request) => Renegotiate(request);

    void IInviteSessionHandler.OnReinviteConfirmed(InviteSession session, SipMessage ack) => TakeAnswer(ack);

    void IInviteSessionHandler.OnRequest(InviteSession session, IncomingRequest request) => TakeRequest(request);

    void IInviteSessionHandler.OnRefer(InviteSession session, IncomingRefer refer) => TakeRefer(refer);

    void IInviteSessionHandler.OnEnded(CallEnd end, SipMessage? message)
    {
        if (message is { IsRequest: false, StatusCode: >= 300 })
            Response = message = message.ToOwned();
        else
            message = message?.ToOwned();
        Complete(_why ?? end, message);
    }

    private void Complete(CallEnd end, SipMessage? message = null)
    {
        Finish(end, message);
        Tell(answered: false);
    }

    // Behind the progress that is still on its way to the application: what rang before it was answered is told before it, too.
    private void Tell(bool answered)
    {
        if (_dial.OnProgress is null)
            _answered.TrySetResult(answered);
        else
            Callbacks.Post(() => _answered.TrySetResult(answered));
    }

    private protected override void EndOnLane(CallEnd? why, HangUpOptions? with)
    {
        if (State == CallState.Ended)
            return;
        _why ??= why;
        if (_session is { } session)
            session.Bye(with?.Cause?.ToString(), with?.Headers);
        else
            _invite!.Cancel(with?.Cause?.ToString());
    }
}
