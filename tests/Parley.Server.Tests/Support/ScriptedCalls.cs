using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Control;
using Parley.Server.CallApi.Methods;

namespace Parley.Server.Tests.Support;

/// <summary>Calls that do what a test says; without word from it every command goes well, with the steps it has.</summary>
internal sealed class ScriptedCalls : ICalls
{
    private readonly ConcurrentDictionary<int, Channel<CallEvent>> _watchers = new();
    private int _watcher;

    /// <summary>The commands that were carried out.</summary>
    public ConcurrentQueue<CallCommand> Seen { get; } = new();

    /// <summary>Calls that are known.</summary>
    public ConcurrentDictionary<string, CallSnapshot> Known { get; } = new();

    /// <summary>What a command does instead; null for the usual.</summary>
    public Func<CallCommand, Action<CommandProgress>, CancellationToken, Task<CommandOutcome>>? OnRun { get; set; }

    public int Watchers => _watchers.Count;

    public CallSnapshot? Find(string id) => Known.Values.FirstOrDefault(call => call.Id == id || call.Caller.CallId == id || call.Callee?.CallId == id);

    public IReadOnlyList<CallSnapshot> List() => [.. Known.Values];

    public IAsyncEnumerable<CallEvent> Watch(CancellationToken cancel)
    {
        var channel = Channel.CreateUnbounded<CallEvent>();
        var number = Interlocked.Increment(ref _watcher);
        _watchers[number] = channel;
        return ReadAsync(channel, number, cancel);
    }

    public Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress> progress, CancellationToken cancel)
    {
        Seen.Enqueue(command);
        if (OnRun is { } act)
            return act(command, progress, cancel);
        foreach (var step in Steps(command))
            progress(step);
        return Task.FromResult(Done);
    }

    public static CommandOutcome Done { get; } = new(200, "OK");

    /// <summary>Something happens to a call.</summary>
    public void Happen(CallEventKind kind, CallSnapshot? call, Func<CallEvent, CallEvent>? more = null)
    {
        var happened = new CallEvent { Number = 0, Time = DateTimeOffset.UnixEpoch, Kind = kind, Call = call };
        foreach (var watcher in _watchers.Values)
            watcher.Writer.TryWrite(more?.Invoke(happened) ?? happened);
    }

    /// <summary>A call between two phones, known from now on.</summary>
    public CallSnapshot Add(string id, string caller = "sip:alice@example.com", string callee = "sip:bob@example.com") => Known[id] = new()
    {
        Id = id, Origin = CallOrigin.Incoming, Flow = CallFlow.Relay, Stage = CallStage.Answered, Created = DateTimeOffset.UnixEpoch,
        Caller = new() { CallId = id + "-a", Uri = caller, IsAnswered = true }, Callee = new() { CallId = id + "-b", Uri = callee, IsAnswered = true },
    };

    public static IEnumerable<CommandProgress> Steps(CallCommand command) => command switch
    {
        StartCall start =>
        [
            new(CommandStep.CallerAnswered) { Caller = start.Caller, Callee = start.Callee },
            new(CommandStep.Transferring) { Caller = start.Caller, Destination = start.Callee },
            new(CommandStep.TransferStart) { CallId = "new-1", Caller = start.Caller, Callee = start.Callee },
            new(CommandStep.TransferPending) { CallId = "new-1", Caller = start.Caller, Callee = start.Callee, Status = 180, Reason = "Ringing" },
            new(CommandStep.CalleeAnswered) { CallId = "new-1", Caller = start.Caller, Callee = start.Callee },
        ],
        BlindTransfer blind =>
        [
            new(CommandStep.Transferring) { Destination = blind.Destination },
            new(CommandStep.TransferStart) { CallId = "new-2", Destination = blind.Destination },
            new(CommandStep.TransferSuccessful) { CallId = "new-2", Destination = blind.Destination },
        ],
        AttendedTransfer => [new(CommandStep.Transferring), new(CommandStep.TransferStart) { CallId = "new-3" }, new(CommandStep.TransferSuccessful) { CallId = "new-3" }],
        HoldCall hold =>
        [
            new(CommandStep.CallHolding),
            .. Legs(hold.Leg).Select(leg => new CommandProgress(CommandStep.CallHoldStart) { Leg = leg }),
            .. Legs(hold.Leg).Select(leg => new CommandProgress(CommandStep.CallHoldSuccessful) { Leg = leg }),
        ],
        UnholdCall unhold =>
        [
            new(CommandStep.CallUnholding),
            .. Legs(unhold.Leg ?? CallSide.Caller).Select(leg => new CommandProgress(CommandStep.CallUnholdStart) { Leg = leg }),
            .. Legs(unhold.Leg ?? CallSide.Caller).Select(leg => new CommandProgress(CommandStep.CallUnholdSuccessful) { Leg = leg }),
        ],
        PlayToCall play => [new(CommandStep.PlayStarted) { Leg = play.Leg }],
        RecordCall { Stop: false } record => [new(CommandStep.RecordStarted) { File = record.File ?? "made-up.wav" }],
        _ => [],
    };

    private static CallSide[] Legs(CallSide? leg) => leg is { } one ? [one] : [CallSide.Caller, CallSide.Callee];

    private async IAsyncEnumerable<CallEvent> ReadAsync(Channel<CallEvent> channel, int number, [EnumeratorCancellation] CancellationToken cancel)
    {
        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancel))
                yield return happened;
        }
        finally
        {
            _watchers.TryRemove(number, out _);
        }
    }
}
