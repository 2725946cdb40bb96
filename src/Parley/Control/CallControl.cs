using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Control;

/// <summary>
/// Drives the calls of a user agent from outside: starts, transfers, holds, ends them, plays to them and records them, whoever began them, and tells what happens to them.
/// Commands that change a call are carried out one at a time; one more is refused with 491.
/// </summary>
public sealed partial class CallControl : ICallControl, IAsyncDisposable
{
    private readonly UserAgent _agent;
    private readonly CallControlOptions _options;
    private readonly ICallDestinations _destinations;
    private readonly SoundSources _sounds;
    private readonly RecordingPlaces _recordings;
    private readonly TimeProvider _time;

    /// <summary>Creates it.</summary>
    /// <param name="agent">Whose calls; one control for one user agent.</param>
    /// <param name="options">Destinations, sounds, folders, limits.</param>
    public CallControl(UserAgent agent, CallControlOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        _agent = agent;
        _options = options ?? new();
        _destinations = _options.Destinations ?? PlainDestinations.Instance;
        _time = agent.Network.Time;
        _sounds = new(agent, _options);
        _recordings = new(_options.Recordings, _options.Limits.MaxRecordings, _time);
        Directory = new(agent, _options, _sounds);
    }

    /// <inheritdoc/>
    public CallDirectory Directory { get; }

    /// <summary>Carries a command out. Whatever becomes of calls is the outcome, and there is exactly one.</summary>
    /// <param name="command">What to do.</param>
    /// <param name="progress">Told how it goes: in order, one thing at a time, nothing after the outcome; off the lanes. It must not block. Default nobody.</param>
    /// <param name="cancel">Gives the command up: what it began is undone, and its outcome is 487.</param>
    /// <exception cref="ArgumentException">A property of the command is malformed; it is named, and nothing has been done.</exception>
    public async Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var track = new CommandTrack(progress, e => Log.CallbackFailed(_agent.Logger, command.GetType().Name, e));
        try
        {
            return await DispatchAsync(command, track, cancel).ConfigureAwait(false);
        }
        finally
        {
            track.End();
        }
    }

    /// <summary>Ends the calls there are.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Directory.List().Select(call => EndAsync(new EndCall { Call = call.Id, Reason = "The server is closing" }))).ConfigureAwait(false);
        _sounds.Dispose();
    }

    private Task<CommandOutcome> DispatchAsync(CallCommand command, CommandTrack track, CancellationToken cancel) => command switch
    {
        StartCall start => StartAsync(start, track, cancel),
        BlindTransfer transfer => TransferAsync(transfer, track, cancel),
        AttendedTransfer transfer => TransferAsync(transfer, track, cancel),
        HoldCall hold => HoldAsync(hold, track, cancel),
        UnholdCall unhold => UnholdAsync(unhold, track, cancel),
        EndCall end => EndAsync(end),
        PlayToCall play => PlayAsync(play, track, cancel),
        StopPlaying stop => Task.FromResult(Stop(stop)),
        RecordCall record => RecordAsync(record, track),
        SendDigits send => SendAsync(send, cancel),
        BridgeCalls bridge => BridgeAsync(bridge, cancel),
        AnswerCall answer => AnswerAsync(answer, cancel),
        RejectCall reject => RejectAsync(reject, cancel),
        RedirectCall redirect => RedirectAsync(redirect, cancel),
        _ => throw new ArgumentException($"There is no command {command.GetType().Name}.", nameof(command)),
    };

    // A command that changes a call: alone, given up when the call is over.
    private async Task<CommandOutcome> ChangeAsync(string id, Func<LogicalCall, CancellationToken, Task<CommandOutcome>> change, CancellationToken cancel)
    {
        if (Directory.Get(id) is not { } call)
            return CommandOutcome.NotFound;
        using var turn = call.TryBegin(cancel);
        if (turn is null)
            return call.IsOver ? CommandOutcome.NotFound : CommandOutcome.Pending(call);
        return await GuardAsync(call, () => change(call, turn.Token)).ConfigureAwait(false);
    }

    private static async Task<CommandOutcome> GuardAsync(LogicalCall call, Func<Task<CommandOutcome>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or CallEndedException)
        {
            return Terminated(call);
        }
        catch (CallMediaException e)
        {
            return new(e.Problem == CallMediaProblem.NoPort ? 503 : 488, e.Message) { Call = call.Snapshot() };
        }
    }

    private static CommandOutcome Terminated(LogicalCall call) => new(487, Phrase(487)) { Call = call.Snapshot() };

    private static string Phrase(int status) => System.Text.Encoding.ASCII.GetString(ReasonPhrases.For(status));

    // What is malformed is a property of a command, and named as such.
    private static ArgumentException Malformed(string message, string property) => new(message, property);

    private TransferMode ModeOf(TransferMode? wanted) => wanted ?? _options.Transfers;
}
