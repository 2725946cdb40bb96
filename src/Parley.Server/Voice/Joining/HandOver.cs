using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Sessions;
using Parley.Transfers;

namespace Parley.Server.Voice.Joining;

/// <summary>A call handed over: its phone is asked to call somebody else itself, or to take the place of another session's call. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
/// <param name="joining">The other sessions, and what asks phones.</param>
internal sealed class HandOver(SessionContext context, ICallJoining joining)
{
    /// <summary>Whether the phone has been asked and has not said what became of it.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Asks the phone.</summary>
    /// <param name="call">Its call.</param>
    /// <param name="command">Whom it is to call.</param>
    /// <param name="options">How.</param>
    /// <param name="over">Called in the mailbox when that is over, however.</param>
    public void Begin(Call call, ReferCommand command, ReferOption options, Action over)
    {
        foreach (var name in Unfit(options))
            context.Fail("refer", $"options.{name}: the phone makes the call itself, away from this server; this has no effect.");
        var problems = new List<VoiceProblem>();
        var transfer = new TransferOptions
        {
            Mode = TransferMode.ByPhone,
            KeepCall = true,
            Timeout = ReferredCall.RingTimeoutOf(options),
            ReferredBy = command.Caller.Given() is { } caller ? SipPlan.WithScheme(caller) : (call.IsIncoming ? call.To : call.From).Uri.ToString(),
            Headers = SipPlan.Headers(options.Sip?.Headers, "options.sip.headers", problems),
            OnProgress = progress => context.FromOutside(() => Told(progress)),
        };
        context.Complain("refer", problems);
        var target = joining.Other(options.TargetSessionId);
        IsOn = true;
        context.Begin("refer", async () =>
        {
            try
            {
                var outcome = target?.Call is { } other
                    ? await joining.TransferAsync(call, other, transfer, context.Ending)
                    : await joining.TransferAsync(call, SipPlan.WithScheme(command.Callee), transfer, context.Ending);
                context.Post(() => Done(outcome, options.AutoHangup != false, target));
            }
            finally
            {
                context.Post(() =>
                {
                    IsOn = false;
                    over();
                });
            }
        });
    }

    private void Told(TransferProgress progress)
    {
        if (progress.Status is > 100 and < 200 && IsOn)
            context.Tell(new RingingEvent { TrackId = context.BotTrack, EarlyMedia = false, Refer = true });
    }

    private void Done(TransferOutcome outcome, bool ends, IJoinableSession? target)
    {
        if (!outcome.IsSuccess)
        {
            context.Tell(new RejectEvent { TrackId = context.BotTrack, Reason = outcome.Reason, Code = outcome.Status, Refer = true });
            return;
        }

        // A phone that reports nothing has taken the transfer on; nobody knows whether there was an answer.
        if (outcome.Status != 202)
            context.Tell(new AnswerEvent { TrackId = context.BotTrack, Sdp = "", Refer = true });
        if (!ends)
            return;
        context.HangUp("ByRefer", "system");
        target?.Kill("ByRefer");
    }

    // What is for a call that is made from here.
    private static IEnumerable<string> Unfit(ReferOption options)
    {
        var given = new (bool IsGiven, string Name)[]
        {
            (options.Asr is not null, "asr"), (options.Vad is not null, "vad"), (options.Agc is not null, "agc"), (options.Denoise == true, "denoise"),
            (options.PauseParentAsr == true, "pauseParentAsr"), (options.ForwardDtmf == false, "forwardDtmf"), (options.Moh is not null, "moh"), (options.CallId is not null, "callId"),
        };
        return given.Where(one => one.IsGiven).Select(one => one.Name);
    }
}
