using Microsoft.Extensions.Logging;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Sound;

namespace Parley.Server.Voice.Sessions;

/// <summary>
/// What the parts of a session share: whose they are, the mailbox in which everything of them runs, one thing after the other, and the ways out of it: events, errors, the end of the call.
/// What takes time runs beside the mailbox (<see cref="Begin"/>) and puts its result in.
/// </summary>
internal sealed partial class SessionContext : IDisposable
{
    // Clients handle each event in a task of its own, in which an error right behind the answer may overtake it. Ten times what a busy machine of theirs takes.
    private static readonly TimeSpan AnswerSeen = TimeSpan.FromMilliseconds(200);

    private readonly Mailbox _mailbox = new();
    private readonly Inflow _fromOutside;
    private readonly CancellationTokenSource _ending = new();
    private readonly Action<VoiceEvent> _tell;
    private readonly Action<string, string> _hangUp;

    /// <param name="core">What all sessions share.</param>
    /// <param name="id">The session's id, and the name of what the other side says.</param>
    /// <param name="botTrack">Name of what the other side hears.</param>
    /// <param name="tell">Called in the mailbox with what happens.</param>
    /// <param name="hangUp">Called in the mailbox to end the call, with the reason and whose doing it is.</param>
    public SessionContext(VoiceCore core, string id, string botTrack, Action<VoiceEvent> tell, Action<string, string> hangUp)
    {
        (Core, Id, BotTrack, _tell, _hangUp, Ending) = (core, id, botTrack, tell, hangUp, _ending.Token);
        _fromOutside = new(core.Options.Limits.MaxFromOutside, Post, lost => Fail("call", $"{lost} keys or reports of the other side were lost: they came faster than they could be told."));
    }

    public VoiceCore Core { get; }

    public string Id { get; }

    public string BotTrack { get; }

    /// <summary>Fires when the call is being ended: nothing is begun for it any more.</summary>
    public CancellationToken Ending { get; }

    /// <summary>True once the last event has been told.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What is told behind the answer.</summary>
    public HeldBack Held { get; } = new();

    public DateTimeOffset Now => Core.Options.Time.GetUtcNow();

    /// <summary>Puts an action into the mailbox, from any thread; false when the session is over, and it never runs.</summary>
    public bool Post(Action action) => _mailbox.Post(action);

    /// <summary>Puts an action in and waits until it has run.</summary>
    public Task RunAsync(Action action) => _mailbox.RunAsync(action);

    /// <summary>Puts in what the other side of the call causes, which may be more than can be told.</summary>
    public void FromOutside(Action action) => _fromOutside.Post(action);

    /// <summary>Runs the mailbox until <see cref="Close"/>.</summary>
    public Task ServeAsync() => _mailbox.ServeAsync(e =>
    {
        LogFault(e);
        Fail("command", "A fault of the server itself.");
    });

    /// <summary>Tells what has happened; an error perhaps later.</summary>
    public void Tell(VoiceEvent happened)
    {
        if (happened is not ErrorEvent error || !Held.TryHold(error, Now))
            _tell(happened);
    }

    public void Fail(string sender, string error, int? code = null) => Tell(new ErrorEvent { TrackId = Id, Sender = sender, Error = error, Code = code });

    /// <summary>Tells what of a command cannot be honoured.</summary>
    public void Complain(string command, IEnumerable<VoiceProblem> problems)
    {
        foreach (var problem in problems)
            Fail("command", command == "command" ? problem.ToString() : $"{command}: {problem}");
    }

    /// <summary>Tells what was held back.</summary>
    /// <param name="command">Whose options they are.</param>
    public void Release(string command)
    {
        var (problems, errors) = Held.Release();
        Complain(command, problems);
        foreach (var error in errors)
            Tell(error);
    }

    /// <summary>Tells what was held back, and errors of until then, once whoever waits for the answer has had time to see it.</summary>
    /// <param name="command">Whose options they are.</param>
    public void ReleaseSoon(string command)
    {
        Held.HoldsErrors = true;
        _ = ReleaseAsync();

        async Task ReleaseAsync()
        {
            await Task.Delay(AnswerSeen, Core.Options.Time);
            Post(() => Release(command));
        }
    }

    /// <summary>Runs what takes time beside the mailbox; what goes wrong with it is an error event.</summary>
    public void Begin(string sender, Func<Task> work)
    {
        _ = GuardAsync();

        async Task GuardAsync()
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException)
            {
                // The session ends, and says so itself.
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or CallEndedException or CallMediaException or DialException or FormatException)
            {
                Post(() => Fail(sender, Plain(e)));
            }
            catch (Exception e) // boundary: a fault of one command is no end of the call
            {
                LogFault(e);
                Post(() => Fail(sender, "A fault of the server itself."));
            }
        }
    }

    /// <summary>Does what may turn out not to be possible; that is an error event.</summary>
    public void Try(string sender, Action action)
    {
        if (WhyNot(action) is { } why)
            Fail(sender, why);
    }

    /// <summary>Does something; the result is why it could not be done, or null.</summary>
    public static string? WhyNot(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            return Plain(e);
        }
    }

    /// <summary>Ends the call, unless somebody else did before.</summary>
    public void HangUp(string reason, string initiator) => _hangUp(reason, initiator);

    /// <summary>Another session with an answered call; null when there is none of that id.</summary>
    public VoiceSession? Other(string? id) =>
        id is not null && id != Id && Core.Sessions.TryGetValue(id, out var other) && other.Call is { State: CallState.Answered } ? other : null;

    /// <summary>Gives up what has been begun.</summary>
    public void GiveUp() => _ending.Cancel();

    /// <summary>Nothing happens any more; what is in the mailbox still runs.</summary>
    public void Close()
    {
        IsOver = true;
        GiveUp();
        _mailbox.Close();
    }

    public void LogFault(Exception e) => LogFault(Core.Log, Id, e);

    public void Dispose() => _ending.Dispose();

    // Which parameter of ours it was is nothing to who sent a command.
    private static string Plain(Exception e) => e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;

    [LoggerMessage(3, LogLevel.Error, "The voice session {Id} met a fault of ours")]
    private static partial void LogFault(ILogger log, string id, Exception e);
}
