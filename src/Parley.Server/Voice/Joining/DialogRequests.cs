using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Dialogs;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Sound;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Joining;

/// <summary>What the two sides ask of each other within a call: hold, texts, transfers. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
internal sealed class DialogRequests(SessionContext context) : IDisposable
{
    private AskedTransfer? _asked;

    /// <summary>Tells what the other side of a call does. It is told before that side gets its answer: it cannot fill the mailbox.</summary>
    /// <param name="call">The session's own call, or one it is connected with.</param>
    /// <param name="isReferred">Whether it is the latter.</param>
    public void Follow(Call call, bool isReferred)
    {
        var (track, refer) = isReferred ? (context.BotTrack, true) : (context.Id, (bool?)null);
        call.Handle(new()
        {
            OnHold = (_, held) => context.FromOutside(() => context.Tell(new HoldEvent { TrackId = track, OnHold = held, Refer = refer })),
            OnMessage = (_, message) => new(context.RunAsync(() =>
                context.Tell(new MessageEvent { TrackId = track, Body = message.Text ?? "", ContentType = message.Message.GetString(HeaderId.ContentType), Refer = refer }))),
            OnTransferRequest = (_, request) => new(AskAsync(request, track, refer)),
        });
    }

    /// <summary>Tells the other side how the transfer stands that it asked for.</summary>
    public void Report(ReportTransferCommand command)
    {
        if (_asked is { IsOver: false } asked)
            context.Begin("reportTransfer", () => asked.ReportAsync(command.Code, SipPlan.Phrase(command.Reason)));
        else
            context.Fail("reportTransfer", "The other side waits for no report.");
    }

    /// <summary>Puts the other side on hold, perhaps with music, or takes it back.</summary>
    /// <param name="command">The command.</param>
    /// <param name="call">The session's call, which is up.</param>
    /// <param name="speech">What plays the music.</param>
    public void Hold(HoldCommand command, Call call, SessionSpeech speech) => context.Begin("hold", async () =>
    {
        if (command.OnHold == false)
        {
            await call.ResumeAsync(context.Ending);
            context.Post(() => speech.StopMusic());
            return;
        }

        await call.HoldAsync(context.Ending);
        if (command.Music is { Length: > 0 } music)
            await speech.PlayMusicAsync(music);
    });

    /// <summary>Sends a text.</summary>
    /// <param name="command">The command.</param>
    /// <param name="call">Whose other side gets it.</param>
    public void Send(MessageCommand command, Call call)
    {
        var problems = new List<VoiceProblem>();
        var headers = SipPlan.Headers(command.Headers, "headers", problems);
        context.Complain("message", problems);
        context.Begin("message", async () =>
        {
            var body = new SipBody(command.ContentType.Given() ?? "text/plain;charset=utf-8", command.Body);
            var response = await call.RequestAsync(SipMethod.Message, body, headers, context.Ending);
            if (!response.IsSuccess)
                context.Post(() => context.Fail("message", $"{response.Status} {response.Reason}", response.Status));
        });
    }

    /// <summary>The call is over: nothing comes of a transfer that was asked for.</summary>
    public void Dispose() => _asked?.Dispose();

    // One at a time: of two wishes at once a program could not tell which one it reports on.
    private async Task AskAsync(TransferRequest request, string track, bool? refer)
    {
        var isFree = false;
        await context.RunAsync(() => isFree = !context.IsOver && _asked is not { IsOver: false });
        if (!isFree)
        {
            await request.RejectAsync(486);
            return;
        }

        var asked = await AskedTransfer.AcceptAsync(request, context.Core.Options.Time);
        if (!context.Post(() =>
        {
            if (context.IsOver)
            {
                asked.Dispose();
                return;
            }

            _asked = asked;
            context.Tell(new TransferRequestEvent { TrackId = track, ReferTo = request.Message.GetString(HeaderId.ReferTo), ReferredBy = request.Message.GetString(HeaderId.ReferredBy), Refer = refer });
        }))
        {
            asked.Dispose();
        }
    }
}
