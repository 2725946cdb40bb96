using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Control;
using Parley.Server.CallApi.Commands;
using CallLeg = Parley.Contracts.Commands.CallLeg;

namespace Parley.Server.CallApi.Methods;

/// <summary>Runs commands and tells their steps, each with the details that belong to it.</summary>
internal sealed class CommandSteps(ICalls calls, OwnedCalls owned)
{
    /// <summary>Runs a command; its failure is thrown.</summary>
    public async Task RunAsync(CommandRun run, CallCommand command)
    {
        var outcome = await calls.RunAsync(command, progress => Tell(run, progress), run.Cancelled);
        if (!outcome.IsSuccess)
            throw new CommandFailure(outcome.Code, outcome.Message, outcome.Text);
    }

    /// <summary>
    /// Starts a call. Where its audio passes here its first leg has the command's id for a Call-ID, if that can be one: so it can be ended from the first moment on.
    /// </summary>
    public async Task StartAsync(CommandRun run, StartCall command)
    {
        var id = IsCallId(run.Id) && calls.Find(run.Id) is null ? run.Id : Guid.NewGuid().ToString();
        owned.Add(id, run.Principal);
        string? stable = null;
        try
        {
            var named = command.Flow == Control.CallFlow.Relay ? command with { SipCallId = id } : command;
            var outcome = await calls.RunAsync(named, Progress, run.Cancelled);
            if (!outcome.IsSuccess)
                throw new CommandFailure(outcome.Code, outcome.Message, outcome.Text);
        }
        finally
        {
            owned.Remove(id);
        }

        void Progress(CommandProgress progress)
        {
            if (stable is null && progress.Call is { } call)
                owned.Add(stable = call.Id, run.Principal);
            Tell(run, progress);
        }
    }

    private static void Tell(CommandRun run, CommandProgress p)
    {
        var leg = p.Leg is { } side ? (CallLeg?)(side == CallSide.Caller ? CallLeg.Caller : CallLeg.Callee) : null;
        var (what, details) = p.Step switch
        {
            CommandStep.CallerAnswered => (Happening.CallerAnswered, new EventDetails { CallId = p.Call?.Caller.CallId, Caller = p.Caller, Callee = p.Callee }),
            CommandStep.Transferring => (Happening.Transferring, new() { Caller = p.Caller, Destination = p.Destination }),
            CommandStep.TransferStart => (Happening.TransferStart, Next(p)),
            CommandStep.TransferPending => (Happening.TransferPending, Next(p) with { Extra = p.Extra }),
            CommandStep.CalleeAnswered => (Happening.CalleeAnswered, Next(p)),
            CommandStep.TransferSuccessful => (Happening.TransferSuccessful, Next(p)),
            CommandStep.CallHolding => (Happening.CallHolding, new()),
            CommandStep.CallHoldStart => (Happening.CallHoldStart, new() { Leg = leg }),
            CommandStep.CallHoldSuccessful => (Happening.CallHoldSuccessful, new() { Leg = leg }),
            CommandStep.CallUnholding => (Happening.CallUnholding, new()),
            CommandStep.CallUnholdStart => (Happening.CallUnholdStart, new() { Leg = leg }),
            CommandStep.CallUnholdSuccessful => (Happening.CallUnholdSuccessful, new() { Leg = leg }),
            CommandStep.PlayStarted => (Happening.PlayStart, new() { Leg = leg }),
            CommandStep.RecordStarted => (Happening.RecordStart, new() { CallId = p.CallId, File = Path.GetFileName(p.File) }),
            _ => throw new ArgumentOutOfRangeException(nameof(p), p.Step, "No step of a command."),
        };
        run.Tell(what, details);
    }

    private static EventDetails Next(CommandProgress p) => new() { CallId = p.CallId, Caller = p.Caller, Callee = p.Callee, Destination = p.Destination };

    // RFC 3261 §25.1: callid = word [ "@" word ].
    private static bool IsCallId(string id) =>
        id.Split('@') is [{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }] && id.All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~()<>:\\\"/[]?{}@".Contains(c, StringComparison.Ordinal));
}
