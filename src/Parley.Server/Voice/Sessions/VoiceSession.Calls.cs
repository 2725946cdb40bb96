using System.Text;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
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
            Fail("invite", "Calls of browsers are not served: there is no ICE and no DTLS here. /call/sip calls a phone.", 501);
            return;
        }

        if (_call is not null || _isSettingUp || _socketLine is not null)
        {
            Fail("invite", "This session has its call already; a further one needs a session of its own.");
            return;
        }

        if (Kind == VoiceKind.WebSocket)
        {
            StartSocket(command.Option);
            return;
        }

        if (command.Option.Callee is not { Length: > 0 } callee)
        {
            Fail("invite", "option.callee: must be there: whom to call.");
            return;
        }

        if (command.Option.EnableIpv6 == false && SipPlan.IsIpv6(callee))
        {
            Fail("invite", "option.enableIpv6: the callee has an address of IPv6, which is not to be used.");
            return;
        }

        _option = command.Option;
        _recorder = command.Option.Recorder;
        _isSettingUp = _holdsErrors = true;
        var dial = SipPlan.Dial(_core.Agent, _option, Id, _held) with { OnProgress = progress => FromOutside(() => Progress(progress)) };
        Begin("invite", () => DialAsync(callee, dial));
    }

    private async Task DialAsync(string callee, DialOptions dial)
    {
        OutgoingCall call;
        try
        {
            call = await _core.CreateCallAsync(SipPlan.WithScheme(callee), dial, _ending.Token);
        }
        catch
        {
            Post(() => _isSettingUp = _holdsErrors = false); // told by whoever runs this; the session can try again
            throw;
        }

        var tried = new TaskCompletionSource();
        if (!Post(() =>
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
            if (await call.TryInviteAsync(_ending.Token))
                Post(() => Answered(SipPlan.Shown(call.RemoteDescription)));
        }
        finally
        {
            tried.SetResult();
        }
    }

    private void Progress(CallProgress progress)
    {
        if (progress.Status <= 100 || _answered is not null)
            return;
        _rang ??= Now;
        Tell(new RingingEvent { TrackId = Id, EarlyMedia = progress.EarlyMedia });
        if (progress.EarlyMedia)
            OpenAudio();
    }

    private void Answered(string sdp)
    {
        if (_isOver || _answered is not null)
            return;
        _answered = Now;
        CheckAgreed();
        Tell(new AnswerEvent { TrackId = Id, Sdp = sdp });
        if (_call is IncomingCall)
        {
            StopRingtone();
            ChangeAudio();
        }

        OpenAudio();
        Tell(new MediaReadyEvent { TrackId = Id });
        TellHeld();
        BeginDialogue();
        DoEarly();
    }

    private IncomingCall? Waiting(string command)
    {
        if (_pending?.Call is { State: < CallState.Answered } call && !_isSettingUp)
            return call;
        if (_call is null && command == "accept")
            Finish(new RejectEvent { TrackId = Id, Reason = "no pending call", Code = 486 });
        else
            Fail(command, _isSettingUp || _answered is not null ? "The call has been answered already." : "There is no incoming call with the id of this session.");
        return null;
    }

    // Told by the first command, as clients expect: they know of the call from the webhook.
    private void Announce(IncomingCall call)
    {
        if (_isAnnounced)
            return;
        _isAnnounced = true;
        var headers = OwnHeaders(call.Invite!);
        foreach (var name in _option.Sip?.ExtractHeaders ?? [])
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
        _rang ??= Now;
        _recorder ??= command.Recorder;
        var early = command.EarlyMedia == true || command.Ringtone is { Length: > 0 };
        Begin("ringing", async () =>
        {
            if (!early)
            {
                await call.RingAsync();
                return;
            }

            await call.StartEarlyMediaAsync();
            Post(() =>
            {
                OpenAudio();
                if (command.Ringtone is { Length: > 0 } tone)
                    PlayRingtone(tone);
            });
        });
    }

    private void Accept(AcceptCommand command)
    {
        if (Waiting("accept") is not { } call)
            return;
        _option = command.Option;
        Announce(call);
        _recorder ??= command.Option.Recorder;
        _isSettingUp = true;
        var answer = SipPlan.Answer(_core.Agent, _option, _held);
        Begin("accept", async () =>
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
                Post(() => _isSettingUp = _answered is null && _isSettingUp && call.State == CallState.Answered);
            }

            Post(() => Answered(SipPlan.Shown(call.LocalDescription)));
        });
    }

    private void Reject(RejectCommand command)
    {
        if (Waiting("reject") is not { } call)
            return;
        Announce(call);
        _why = (command.Reason.Length > 0 ? command.Reason : "Rejected", "system");
        var code = command.Code ?? (command.Reason.Contains("busy", StringComparison.OrdinalIgnoreCase) ? 486 : 603);
        if (code is < 400 or > 699)
        {
            Fail("reject", $"code: {code} is no status of a refusal; 603 is taken. There are 400 to 699.");
            code = 603;
        }

        Begin("reject", () => call.RejectAsync(code, new() { Reason = SipPlan.Phrase(command.Reason) }));
    }

    private void HangUp(HangupCommand command)
    {
        var initiator = command.Initiator?.ToLowerInvariant() is "caller" or "callee" ? command.Initiator.ToLowerInvariant() : "system";
        if (command.Refer == true)
        {
            HangUpReferred((HangupWords.Of(command.Reason, initiator), initiator));
            return;
        }

        if ((_call ?? _pending?.Call) is null && !_isSettingUp && _socketLine is null)
        {
            Fail("hangup", "There is no call.");
            return;
        }

        var problems = new List<VoiceProblem>();
        _farewell = SipPlan.Headers(command.Headers, "headers", problems);
        Complain("hangup", problems);
        var isUnanswered = _answered is null && _call is not IncomingCall;
        _why ??= (isUnanswered && string.IsNullOrEmpty(command.Reason) ? "Canceled" : HangupWords.Of(command.Reason, initiator), initiator);
        Abandon();
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

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
