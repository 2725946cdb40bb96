using System.Text;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <content>The call itself: made, answered, refused, ended.</content>
internal sealed partial class VoiceSession
{
    private bool _isSettingUp;
    private bool _isAnnounced;

    private void Invite(InviteCommand command)
    {
        if (Kind == VoiceKind.WebRtc)
        {
            _context.Fail("invite", "Calls of browsers are not served: there is no ICE and no DTLS here. /call/sip calls a phone.", 501);
            return;
        }

        if (_call.Sip is not null || _isSettingUp || _audio.IsOverSocket)
        {
            _context.Fail("invite", "This session has its call already; a further one needs a session of its own.");
            return;
        }

        if (Kind == VoiceKind.WebSocket)
        {
            StartSocket(command.Option);
            return;
        }

        if (command.Option.Callee is not { Length: > 0 } callee)
        {
            _context.Fail("invite", "option.callee: must be there: whom to call.");
            return;
        }

        if (command.Option.EnableIpv6 == false && SipPlan.IsIpv6(callee))
        {
            _context.Fail("invite", "option.enableIpv6: the callee has an address of IPv6, which is not to be used.");
            return;
        }

        (_call.Option, _call.Recorder) = (command.Option, command.Option.Recorder);
        _isSettingUp = _context.Held.HoldsErrors = true;
        var dial = SipPlan.Dial(_core.Agent, _call.Option, Id, _context.Held.Problems) with { OnProgress = progress => _context.FromOutside(() => Progress(progress)) };
        _context.Begin("invite", () => DialAsync(callee, dial));
    }

    private async Task DialAsync(string callee, DialOptions dial)
    {
        OutgoingCall call;
        try
        {
            call = await _core.CreateCallAsync(SipPlan.WithScheme(callee), dial, _context.Ending);
        }
        catch
        {
            _context.Post(() => _isSettingUp = _context.Held.HoldsErrors = false); // told by whoever runs this; the session can try again
            throw;
        }

        var tried = new TaskCompletionSource();
        if (!_context.Post(() =>
        {
            Watch(call, tried.Task);
            Tell(new TrackStartEvent { TrackId = Id });
        }))
        {
            await call.DisposeAsync();
            return;
        }

        try
        {
            if (await call.TryInviteAsync(_context.Ending))
                _context.Post(() => Answered(SipPlan.Shown(call.RemoteDescription)));
        }
        finally
        {
            tried.SetResult();
        }
    }

    private void Progress(CallProgress progress)
    {
        if (progress.Status <= 100 || _call.Answered is not null)
            return;
        _call.Rang ??= _context.Now;
        Tell(new RingingEvent { TrackId = Id, EarlyMedia = progress.EarlyMedia });
        if (progress.EarlyMedia)
            _audio.Open();
    }

    private void Answered(string sdp)
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

    private IncomingCall? Waiting(string command)
    {
        if (_pending?.Call is { State: < CallState.Answered } call && !_isSettingUp)
            return call;
        if (_call.Sip is null && command == "accept")
            Finish(new RejectEvent { TrackId = Id, Reason = "no pending call", Code = 486 });
        else
            _context.Fail(command, _isSettingUp || _call.Answered is not null ? "The call has been answered already." : "There is no incoming call with the id of this session.");
        return null;
    }

    // Told by the first command, as clients expect: they know of the call from the webhook.
    private void Announce(IncomingCall call)
    {
        if (_isAnnounced)
            return;
        _isAnnounced = true;
        var headers = OwnHeaders(call.Invite!);
        foreach (var name in _call.Option.Sip?.ExtractHeaders ?? [])
        {
            if (call.Header(name) is { } value)
                headers[name] = value;
        }

        Tell(new IncomingEvent
        {
            TrackId = Id, Caller = call.From.Uri.ToString(), Callee = call.To.Uri.ToString(), Sdp = SipPlan.Shown(Encoding.UTF8.GetString(call.Invite!.Body)), Headers = headers,
        });
        Tell(new TrackStartEvent { TrackId = Id });
    }

    private void Ring(RingingCommand command)
    {
        if (Waiting("ringing") is not { } call)
            return;
        Announce(call);
        _call.Rang ??= _context.Now;
        _call.Recorder ??= command.Recorder;
        var early = command.EarlyMedia == true || command.Ringtone is { Length: > 0 };
        _context.Begin("ringing", async () =>
        {
            if (!early)
            {
                await call.RingAsync();
                return;
            }

            await call.StartEarlyMediaAsync();
            _context.Post(() =>
            {
                _audio.Open();
                if (command.Ringtone is { Length: > 0 } tone)
                    _audio.For("ringing")?.Ring(tone);
            });
        });
    }

    private void Accept(AcceptCommand command)
    {
        if (Waiting("accept") is not { } call)
            return;
        _call.Option = command.Option;
        Announce(call);
        _call.Recorder ??= command.Option.Recorder;
        _isSettingUp = true;
        var answer = SipPlan.Answer(_core.Agent, _call.Option, _context.Held.Problems);
        _context.Begin("accept", async () =>
        {
            try
            {
                await call.AnswerAsync(answer);
            }
            catch (CallMediaException)
            {
                await call.RejectAsync(488);
                throw;
            }
            catch (CallEndedException)
            {
                return; // the caller has gone, or the program has; the hangup event says so
            }
            finally
            {
                _context.Post(() => _isSettingUp = _call.Answered is null && _isSettingUp && call.State == CallState.Answered);
            }

            _context.Post(() => Answered(SipPlan.Shown(call.LocalDescription)));
        });
    }

    private void Reject(RejectCommand command)
    {
        if (Waiting("reject") is not { } call)
            return;
        Announce(call);
        _call.Why = (command.Reason.Length > 0 ? command.Reason : "Rejected", "system");
        var code = command.Code ?? (command.Reason.Contains("busy", StringComparison.OrdinalIgnoreCase) ? 486 : 603);
        if (code is < 400 or > 699)
        {
            _context.Fail("reject", $"code: {code} is no status of a refusal; 603 is taken. There are 400 to 699.");
            code = 603;
        }

        _context.Begin("reject", () => call.RejectAsync(code, new() { Reason = SipPlan.Phrase(command.Reason) }));
    }

    private void HangUp(HangupCommand command)
    {
        var initiator = command.Initiator?.ToLowerInvariant() is "caller" or "callee" ? command.Initiator.ToLowerInvariant() : "system";
        if (command.Refer == true)
        {
            _referral.HangUp((HangupWords.Of(command.Reason, initiator), initiator));
            return;
        }

        if ((_call.Sip ?? _pending?.Call) is null && !_isSettingUp && !_audio.IsOverSocket)
        {
            _context.Fail("hangup", "There is no call.");
            return;
        }

        _farewell.Take(command.Headers);
        var isUnanswered = _call.Answered is null && _call.Sip is not IncomingCall;
        HangUp(isUnanswered && string.IsNullOrEmpty(command.Reason) ? "Canceled" : HangupWords.Of(command.Reason, initiator), initiator);
    }

    private static Dictionary<string, string> OwnHeaders(SipMessage invite)
    {
        var own = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < invite.HeaderCount; i++)
        {
            var name = Encoding.UTF8.GetString(invite.Header(i).Name);
            if (HeaderNames.Find(invite.Header(i).Name) == HeaderId.Unknown || name.StartsWith("P-", StringComparison.OrdinalIgnoreCase))
                own[name] = Encoding.UTF8.GetString(invite.Header(i).Value);
        }

        return own;
    }
}
