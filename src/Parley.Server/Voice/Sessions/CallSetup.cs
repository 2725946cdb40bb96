using System.Text;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Sound;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <summary>Who a call belongs to that is being set up. Called in the mailbox.</summary>
internal interface ICallOwner
{
    /// <summary>There is a call, which may end from now on.</summary>
    /// <param name="call">The call.</param>
    /// <param name="tried">When all has been told that came before it was answered or refused: its end is not told before that.</param>
    void Begun(Call call, Task tried);

    /// <summary>It has been answered.</summary>
    /// <param name="sdp">The answer, to be shown.</param>
    void Answered(string sdp);

    /// <summary>There is no call, and there will be none.</summary>
    /// <param name="last">What is told last.</param>
    void Refused(RejectEvent last);
}

/// <summary>A session's call of SIP until it is answered or refused: made from here, or announced, rung and accepted. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
/// <param name="session">What is known of its call.</param>
/// <param name="audio">Opened before the answer where there is early media.</param>
/// <param name="owner">The session.</param>
internal sealed class CallSetup(SessionContext context, SessionCall session, SessionAudio audio, ICallOwner owner)
{
    private bool _isAnnounced;

    /// <summary>Calls somebody.</summary>
    public void Invite(InviteCommand command)
    {
        if (command.Option.Callee is not { Length: > 0 } callee)
        {
            context.Fail("invite", "option.callee: must be there: whom to call.");
            return;
        }

        if (command.Option.EnableIpv6 == false && SipPlan.IsIpv6(callee))
        {
            context.Fail("invite", "option.enableIpv6: the callee has an address of IPv6, which is not to be used.");
            return;
        }

        (session.Option, session.Recorder) = (command.Option, command.Option.Recorder);
        session.IsSettingUp = context.Held.HoldsErrors = true;
        var dial = SipPlan.Dial(context.Core.Agent, session.Option, context.Id, context.Held.Problems) with { OnProgress = progress => context.FromOutside(() => Progress(progress)) };
        context.Begin("invite", () => DialAsync(callee, dial));
    }

    /// <summary>Lets the caller hear that it rings, or a sound instead.</summary>
    public void Ring(RingingCommand command)
    {
        if (Waiting("ringing") is not { } call)
            return;
        Announce(call);
        session.Rang ??= context.Now;
        session.Recorder ??= command.Recorder;
        var early = command.EarlyMedia == true || command.Ringtone is { Length: > 0 };
        context.Begin("ringing", async () =>
        {
            if (!early)
            {
                await call.RingAsync();
                return;
            }

            await call.StartEarlyMediaAsync();
            context.Post(() =>
            {
                audio.Open();
                if (command.Ringtone is { Length: > 0 } tone)
                    audio.For("ringing")?.Ring(tone);
            });
        });
    }

    /// <summary>Answers.</summary>
    public void Accept(AcceptCommand command)
    {
        if (Waiting("accept") is not { } call)
            return;
        session.Option = command.Option;
        Announce(call);
        session.Recorder ??= command.Option.Recorder;
        session.IsSettingUp = true;
        var answer = SipPlan.Answer(context.Core.Agent, session.Option, context.Held.Problems);
        context.Begin("accept", async () =>
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
                context.Post(() => session.IsSettingUp = session.Answered is null && session.IsSettingUp && call.State == CallState.Answered);
            }

            context.Post(() => owner.Answered(SipPlan.Shown(call.LocalDescription)));
        });
    }

    /// <summary>Refuses.</summary>
    public void Reject(RejectCommand command)
    {
        if (Waiting("reject") is not { } call)
            return;
        Announce(call);
        session.Why = (command.Reason.Length > 0 ? command.Reason : "Rejected", "system");
        var code = command.Code ?? (command.Reason.Contains("busy", StringComparison.OrdinalIgnoreCase) ? 486 : 603);
        if (code is < 400 or > 699)
        {
            context.Fail("reject", $"code: {code} is no status of a refusal; 603 is taken. There are 400 to 699.");
            code = 603;
        }

        context.Begin("reject", () => call.RejectAsync(code, new() { Reason = SipPlan.Phrase(command.Reason) }));
    }

    private async Task DialAsync(string callee, DialOptions dial)
    {
        OutgoingCall call;
        try
        {
            call = await context.Core.CreateCallAsync(SipPlan.WithScheme(callee), dial, context.Ending);
        }
        catch
        {
            context.Post(() => session.IsSettingUp = context.Held.HoldsErrors = false); // told by whoever runs this; the session can try again
            throw;
        }

        var tried = new TaskCompletionSource();
        if (!context.Post(() =>
        {
            owner.Begun(call, tried.Task);
            context.Tell(new TrackStartEvent { TrackId = context.Id });
        }))
        {
            await call.DisposeAsync();
            return;
        }

        try
        {
            if (await call.TryInviteAsync(context.Ending))
                context.Post(() => owner.Answered(SipPlan.Shown(call.RemoteDescription)));
        }
        finally
        {
            tried.SetResult();
        }
    }

    private void Progress(CallProgress progress)
    {
        if (progress.Status <= 100 || session.Answered is not null)
            return;
        session.Rang ??= context.Now;
        context.Tell(new RingingEvent { TrackId = context.Id, EarlyMedia = progress.EarlyMedia });
        if (progress.EarlyMedia)
            audio.Open();
    }

    private IncomingCall? Waiting(string command)
    {
        if (session.Pending is { State: < CallState.Answered } call && !session.IsSettingUp)
            return call;
        if (session.Sip is null && command == "accept")
            owner.Refused(new RejectEvent { TrackId = context.Id, Reason = "no pending call", Code = 486 });
        else
            context.Fail(command, session.IsSettingUp || session.Answered is not null ? "The call has been answered already." : "There is no incoming call with the id of this session.");
        return null;
    }

    // Told by the first command, as clients expect: they know of the call from the webhook.
    private void Announce(IncomingCall call)
    {
        if (_isAnnounced)
            return;
        _isAnnounced = true;
        var headers = OwnHeaders(call.Invite!);
        foreach (var name in session.Option.Sip?.ExtractHeaders ?? [])
        {
            if (call.Header(name) is { } value)
                headers[name] = value;
        }

        context.Tell(new IncomingEvent
        {
            TrackId = context.Id, Caller = call.From.Uri.ToString(), Callee = call.To.Uri.ToString(), Sdp = SipPlan.Shown(Encoding.UTF8.GetString(call.Invite!.Body)), Headers = headers,
        });
        context.Tell(new TrackStartEvent { TrackId = context.Id });
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
