using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Sip.Invites;

namespace Parley.Server.Voice.Sessions;

/// <content>How its call stands: begun, answered, given up, ended.</content>
internal sealed partial class VoiceSession : ICallOwner
{
    /// <inheritdoc/>
    public void Begun(Call call, Task tried)
    {
        _call.Sip = call;
        _requests.Follow(call, isReferred: false);
        _ = WatchAsync();

        async Task WatchAsync()
        {
            var end = await call.WaitForEndAsync();
            await tried;
            _context.Post(() => Ended(call, end));
        }
    }

    /// <inheritdoc/>
    public void Refused(RejectEvent last) => Finish(last);

    /// <inheritdoc/>
    public void Answered(string sdp)
    {
        if (_context.IsOver || _call.Answered is not null)
            return;
        _call.Answered = _context.Now;
        // What was asked for and could not be had, now that it is known.
        if (_call is { Option.Sip.EnableSrtp: true, Sip.CryptoSuite: null })
            _context.Held.Problems.Add(new("option.sip.enable_srtp", "the audio was opened before, and is not encrypted."));
        Tell(new AnswerEvent { TrackId = Id, Sdp = sdp });
        if (_call.Sip is IncomingCall)
            _audio.Change();
        _audio.Open();
        Tell(new MediaReadyEvent { TrackId = Id });
        if (_call.Sip is IncomingCall)
            TellHeld();
        else
            _context.ReleaseSoon("invite");
        _audio.BeginDialogue(() => _referral.IsConnecting || Bridging.IsOn, Refer);
        DoEarly();
    }

    private void Invite(InviteCommand command)
    {
        if (Kind == VoiceKind.WebRtc)
            _context.Fail("invite", "Calls of browsers are not served: there is no ICE and no DTLS here. /call/sip calls a phone.", 501);
        else if (_call.Sip is not null || _call.IsSettingUp || _audio.IsOverSocket)
            _context.Fail("invite", "This session has its call already; a further one needs a session of its own.");
        else if (Kind == VoiceKind.WebSocket)
            StartSocket(command.Option);
        else
            _setup.Invite(command);
    }

    private void StartSocket(CallOption option)
    {
        (_call.Option, _call.Recorder, _call.Answered) = (option, option.Recorder, _context.Now);
        _audio.UseSocket(HasBinaryHeader);
        Tell(new TrackStartEvent { TrackId = Id });
        Tell(new AnswerEvent { TrackId = Id, Sdp = "" });
        _audio.Open();
        _context.ReleaseSoon("invite");
        DoEarly();
    }

    private void HangUp(HangupCommand command)
    {
        var initiator = command.Initiator?.ToLowerInvariant() is "caller" or "callee" ? command.Initiator.ToLowerInvariant() : "system";
        if (command.Refer == true)
        {
            _referral.HangUp((HangupWords.Of(command.Reason, initiator), initiator));
            return;
        }

        if (_call.Any is null && !_call.IsSettingUp && !_audio.IsOverSocket)
        {
            _context.Fail("hangup", "There is no call.");
            return;
        }

        _farewell.Take(command.Headers);
        var isUnanswered = _call.Answered is null && _call.Sip is not IncomingCall;
        HangUp(isUnanswered && string.IsNullOrEmpty(command.Reason) ? "Canceled" : HangupWords.Of(command.Reason, initiator), initiator);
    }

    private void HangUp(string reason, string initiator)
    {
        _call.Why ??= (reason, initiator);
        Abandon();
    }

    // Whatever the call's state: BYE, CANCEL, a refusal, or nothing where nothing has been sent.
    private void Abandon(string? phrase = null)
    {
        if (_context.IsOver)
            return;
        _context.GiveUp();
        if (_call.Any is not { } call)
        {
            if (_audio.IsOverSocket)
                EndSocket();
            else
                Finish(_call.IsSettingUp ? _words.OfNothing() : null);
            return;
        }

        var options = new HangUpOptions { Headers = _farewell.Own(call), Refusal = _call.Why?.Reason == "ServerUnavailable" ? 503 : 603, RefusalPhrase = phrase };
        _context.Begin("hangup", () => call.HangUpAsync(options));
    }

    // The one way out: whatever was said to end the call, this is told once, and last.
    private void Ended(Call call, CallEnd end)
    {
        if (_context.IsOver)
            return;
        // Phones that were asked to call somebody else often go before they report on it.
        if (_referral.IsHandingOver && end is { Kind: CallEndKind.Completed, By: CallEndParty.Remote })
            _call.Why ??= ("ByRefer", call.IsIncoming ? "caller" : "callee");
        _audio.End();
        // The session's end is the end of all it was joined with.
        Bridging.End();
        _referral.End();
        _requests.Dispose();
        // Put together before the recording is whole: what is said meanwhile has no part in it.
        var answered = _call.Answered;
        var track = new TrackEndEvent { TrackId = Id, Duration = Since(answered), Ssrc = answered is null ? null : _audio.RemoteSsrc };
        VoiceEvent last = answered is null && call is OutgoingCall && _call.Why is null && end.Kind != CallEndKind.Cancelled
            ? new RejectEvent { TrackId = Id, Reason = end.Reason, Code = end.Status }
            : _words.Of(call, end, _call.Why, new(_call.Started, _call.Rang, answered, _context.Now));
        WhenRecorded(() =>
        {
            Tell(track);
            Finish(last);
        });
    }

    private void EndSocket()
    {
        _audio.End();
        WhenRecorded(() =>
        {
            if (_context.IsOver)
                return;
            _audio.CloseSocket();
            Tell(new TrackEndEvent { TrackId = Id, Duration = Since(_call.Answered) });
            Finish(_words.OfSocket(_call.Answered!.Value));
        });
    }

    // The file is whole before the end of the call is told.
    private void WhenRecorded(Action then)
    {
        _ = ThenAsync();

        async Task ThenAsync()
        {
            await _audio.EndRecordingAsync();
            _context.Post(then);
        }
    }
}
