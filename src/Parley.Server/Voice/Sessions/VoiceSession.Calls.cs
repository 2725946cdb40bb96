using System.Text;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Srtp;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <content>The call itself: made, answered, refused, ended.</content>
internal sealed partial class VoiceSession
{
    private bool _isSettingUp;
    private bool _isAnnounced;

    private void Invite(InviteCommand command)
    {
        if (Kind != VoiceKind.Sip)
        {
            Fail("invite", Kind == VoiceKind.WebRtc
                ? "Calls of browsers are not served: there is no ICE and no DTLS here. /call/sip calls a phone."
                : "Audio over the socket is not served. /call/sip calls a phone.", 501);
            return;
        }

        if (_call is not null || _isSettingUp)
        {
            Fail("invite", "This session has its call already; a further one needs a session of its own.");
            return;
        }

        if (command.Option.Callee is not { Length: > 0 } callee)
        {
            Fail("invite", "option.callee: must be there: whom to call.");
            return;
        }

        _option = command.Option;
        _recorder = command.Option.Recorder;
        _isSettingUp = true;
        var dial = DialOptions(_option);
        Begin("invite", () => DialAsync(callee, dial));
    }

    private async Task DialAsync(string callee, DialOptions dial)
    {
        OutgoingCall call;
        try
        {
            call = await _core.Agent.CreateCallAsync(WithScheme(callee), dial, _ending.Token);
        }
        catch
        {
            Post(() => _isSettingUp = false); // told by whoever runs this; the session can try again
            throw;
        }

        if (!Post(() =>
        {
            Watch(call);
            Tell(new TrackStartEvent { TrackId = Id });
        }))
        {
            await call.DisposeAsync();
            return;
        }

        if (await call.TryInviteAsync(_ending.Token))
            Post(() => Answered(Encoding.UTF8.GetString(call.Response!.Body)));
    }

    private DialOptions DialOptions(CallOption option)
    {
        var sip = option.Sip;
        var caller = option.Caller is { Length: > 0 } given ? WithScheme(given)
            : sip is { Username: { Length: > 0 } user, Realm: { Length: > 0 } realm } ? $"sip:{user}@{realm}" : null;
        var dial = new DialOptions
        {
            Caller = caller,
            UserName = Given(sip?.Username),
            Password = Given(sip?.Password),
            Headers = Headers(sip?.Headers),
            MediaEncryption = sip?.EnableSrtp == true ? MediaEncryption.Required : null,
            OnProgress = progress => Post(() => Progress(progress)),
        };
        return option.HandshakeTimeout is > 0 and var seconds ? dial with { RingTimeout = TimeSpan.FromSeconds(seconds) } : dial;
    }

    private void Progress(CallProgress progress)
    {
        if (progress.Status <= 100 || _answered is not null)
            return;
        _rang ??= Now;
        Tell(new RingingEvent { TrackId = Id, EarlyMedia = progress.EarlyMedia });
        if (progress.EarlyMedia)
            OpenAudio(listen: _option.Asr?.StartWhenAnswer != true);
    }

    private void Answered(string sdp)
    {
        if (_isOver || _answered is not null)
            return;
        _answered = Now;
        Tell(new AnswerEvent { TrackId = Id, Sdp = sdp });
        // What ringing opened knows nothing of the options that came with the answer.
        if (_call is IncomingCall)
            CloseChain();
        OpenAudio(listen: true);
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
        Tell(new IncomingEvent
        {
            TrackId = Id, Caller = call.From.Uri.ToString(), Callee = call.To.Uri.ToString(), Sdp = Encoding.UTF8.GetString(call.Invite!.Body), Headers = OwnHeaders(call.Invite),
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
                OpenAudio(listen: true);
                if (command.Ringtone is { Length: > 0 } tone)
                    Play(new PlayCommand { Url = tone });
            });
        });
    }

    private void Accept(AcceptCommand command)
    {
        if (Waiting("accept") is not { } call)
            return;
        Announce(call);
        _option = command.Option;
        _recorder ??= command.Option.Recorder;
        _isSettingUp = true;
        var answer = new AnswerOptions { Headers = Headers(_option.Sip?.Headers), MediaEncryption = _option.Sip?.EnableSrtp == true ? MediaEncryption.Required : null };
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
            finally
            {
                Post(() => _isSettingUp = _answered is null && _isSettingUp && call.State == CallState.Answered);
            }

            Post(() => Answered(""));
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

        Begin("reject", () => call.RejectAsync(code, new() { Reason = Given(command.Reason) }));
    }

    private void HangUp(HangupCommand command)
    {
        if (command.Refer == true)
        {
            EndReferred();
            return;
        }

        if (command.Headers is { Count: > 0 })
            Fail("hangup", "headers: a BYE has no headers of yours; the call is ended without.");
        if ((_call ?? _pending?.Call) is null)
        {
            if (_isSettingUp)
                _ending.Cancel();
            else
                Fail("hangup", "There is no call.");
            return;
        }

        var initiator = command.Initiator?.ToLowerInvariant() is "caller" or "callee" ? command.Initiator.ToLowerInvariant() : "system";
        _why ??= (Word(command.Reason, initiator), initiator);
        Abandon();
    }

    private static string Word(string? reason, string initiator) => (initiator, reason?.ToLowerInvariant()) switch
    {
        ("caller", _) or (_, "caller") => "ByCaller",
        ("callee", _) or (_, "callee") => "ByCallee",
        (_, "refer") => "ByRefer",
        (_, null or "" or "system") => "BySystem",
        (_, "autohangup") => "Autohangup",
        (_, "inactivitytimeout") => "InactivityTimeout",
        (_, "canceled") => "Canceled",
        (_, "rejected") => "Rejected",
        (_, "failed") => "Failed",
        _ => reason!,
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string WithScheme(string uri) =>
        uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase) || uri.Contains('<', StringComparison.Ordinal) ? uri : "sip:" + uri;

    private List<SipHeader> Headers(IReadOnlyDictionary<string, string>? headers)
    {
        var good = new List<SipHeader>();
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            try
            {
                good.Add(new(name, value));
            }
            catch (ArgumentException e)
            {
                _held.Add(new($"headers.{name}", e.Message));
            }
        }

        return good;
    }

    private static Dictionary<string, string> OwnHeaders(SipMessage invite)
    {
        var own = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < invite.HeaderCount; i++)
        {
            var name = Encoding.UTF8.GetString(invite.Header(i).Name);
            if (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("P-", StringComparison.OrdinalIgnoreCase))
                own[name] = Encoding.UTF8.GetString(invite.Header(i).Value);
        }

        return own;
    }
}
