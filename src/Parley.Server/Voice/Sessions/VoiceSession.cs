using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Records;
using Parley.Server.Voice.Sound;
using Parley.Server.Voice.Streaming;
using Parley.Sip.Invites;

namespace Parley.Server.Voice.Sessions;

/// <summary>
/// One call of a voice agent: takes commands, tells events. Everything here runs in its mailbox, one thing after the other; what takes time runs beside it and puts its result in.
/// A session ends with its call, or with its socket when no call was made; the last event of a call is told before the box ends.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns is disposed of at its end, which it comes to by itself: RunAsync.")]
internal sealed partial class VoiceSession
{
    private readonly VoiceCore _core;
    private readonly PendingCall? _pending;
    private readonly string _botTrack;
    private readonly DumpFile? _dump;
    private readonly CallJournal? _journal;
    private readonly Mailbox _mailbox = new();
    private readonly Inflow _fromOutside;
    private readonly List<EventBox> _followers = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _started;
    private long _seq;
    private DateTimeOffset? _rang, _answered;
    private CallOption _option = new();
    private Call? _call;
    private (string Reason, string Initiator)? _why;
    private ITimer? _graceTimer, _pings;
    private int _attached = 1;
    private bool _isOver;

    public VoiceSession(VoiceCore core, string id, VoiceKind kind, string botTrack, DumpFile? dump, PendingCall? pending)
    {
        (_core, Id, Kind, _botTrack, _dump, _pending) = (core, id, kind, botTrack, dump, pending);
        _started = core.Options.Time.GetUtcNow();
        Box = new(core.Options.Limits.MaxWaiting, core.Counters);
        _journal = core.Records is null ? null : new(id, KindName(kind), _started, core.Options.Recordings);
        _fromOutside = new(core.Options.Limits.MaxFromOutside, Post, lost => Fail("call", $"{lost} keys or reports of the other side were lost: they came faster than they could be told."));
        // Of a SIP call both directions can be sent.
        Frames = new((int)(core.Options.Limits.MaxAudioBehind / VoiceFrames.Length) * (kind == VoiceKind.WebSocket ? 1 : 2), VoiceFrames.MaxBytes);
        _ = RunAsync();
        if (pending is not null)
            Post(() => Watch(pending.Call));
    }

    public string Id { get; }

    public VoiceKind Kind { get; }

    /// <summary>What the socket sends.</summary>
    public EventBox Box { get; }

    /// <summary>Completes when the session is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Whether it has a call, made or being made, that could end by itself.</summary>
    public bool HasCall => _call is not null || _pending is not null || _isSettingUp || _socketLine is not null;

    /// <summary>For the list: what it is and since when, without secrets.</summary>
    public (DateTimeOffset Started, DateTimeOffset? Rang, DateTimeOffset? Answered, string? Caller, string? Callee) Outline =>
        (_started, _rang, _answered, _call?.From.Uri.ToString() ?? _option.Caller, _call?.To.Uri.ToString() ?? _option.Callee);

    /// <summary>A kind's name in lists and records.</summary>
    public static string KindName(VoiceKind kind) => kind switch { VoiceKind.WebRtc => "webrtc", VoiceKind.WebSocket => "webSocket", _ => "sip" };

    /// <summary>What the call is made of, with its secrets.</summary>
    public CallOption Option => _option;

    /// <summary>A further reader of all events from now on; null when there are too many, or the session is over.</summary>
    public async Task<EventBox?> FollowAsync()
    {
        EventBox? box = null;
        await _mailbox.RunAsync(() =>
        {
            if (_isOver || _followers.Count >= _core.Options.Limits.MaxFollowers)
                return;
            _followers.Add(box = new(_core.Options.Limits.MaxWaiting, _core.Counters, asStream: true));
        });
        return box;
    }

    /// <summary>Tells now, and again each time this has passed, that the session is alive.</summary>
    public void Ping(TimeSpan every) => Post(() =>
    {
        if (_isOver || _pings is not null)
            return;
        TellPing();
        _pings = _core.Options.Time.CreateTimer(_ => Post(TellPing), null, every, every);
    });

    private void TellPing() => Tell(new PingEvent { Payload = Text(Now) });

    public void Unfollow(EventBox box) => Post(() => _followers.Remove(box));

    /// <summary>A socket comes back: true when there is none and the session waits for one.</summary>
    public bool TryReattach()
    {
        if (_over.Task.IsCompleted || _core.Options.Grace <= TimeSpan.Zero || Interlocked.CompareExchange(ref _attached, 1, 0) != 0)
            return false;
        Post(() => _graceTimer?.Dispose());
        return true;
    }

    /// <summary>The socket is gone: the call ends, at once or after the grace time.</summary>
    public void Detach()
    {
        Volatile.Write(ref _attached, 0);
        Post(() =>
        {
            var grace = _core.Options.Grace;
            _graceTimer?.Dispose();
            if (grace <= TimeSpan.Zero || (_call is null && _socketLine is null))
                AbandonUnlessAttached();
            else
                _graceTimer = _core.Options.Time.CreateTimer(_ => Post(AbandonUnlessAttached), null, grace, Timeout.InfiniteTimeSpan);
        });
    }

    /// <summary>Ends the call from outside.</summary>
    /// <param name="reason">Why, for the hangup event.</param>
    public void Kill(string reason) => Post(() =>
    {
        _why ??= (reason, "system");
        Abandon();
    });

    private bool Post(Action action) => _mailbox.Post(action);

    /// <summary>Puts in what the other side of the call causes, which may be more than can be told.</summary>
    private void FromOutside(Action action) => _fromOutside.Post(action);

    private async Task RunAsync()
    {
        await Task.Yield();
        await _mailbox.ServeAsync(e =>
        {
            LogFault(_core.Log, Id, e);
            Fail("command", "A fault of the server itself.");
        });
        await CloseAudioAsync();
        if (_dump is not null)
            await _dump.DisposeAsync();
        if (_journal is { HasCall: true })
            await _core.Records!.WriteAsync(_journal.Close(_option, _call?.From.Uri.ToString() ?? _option.Caller, _call?.To.Uri.ToString() ?? _option.Callee, _dump?.Name, Now), _started);
        _core.Tally.Ended(_call is not null || _answered is not null, _answered is not null);
        _graceTimer?.Dispose();
        _pings?.Dispose();
        _core.Leave(this);
        _ending.Dispose();
        _over.SetResult();
    }

    private void AbandonUnlessAttached()
    {
        if (Volatile.Read(ref _attached) == 0)
            Abandon("handler disconnected");
    }

    // Whatever the call's state: BYE, CANCEL, a refusal, or nothing where nothing has been sent.
    private void Abandon(string? phrase = null)
    {
        if (_isOver)
            return;
        _ending.Cancel();
        if ((_call ?? _pending?.Call) is not { } call)
        {
            if (_socketLine is not null)
                EndSocket();
            else
                Finish(_isSettingUp ? Nothing() : null);
            return;
        }

        var options = new HangUpOptions { Headers = Farewell(call), Refusal = _why?.Reason == "ServerUnavailable" ? 503 : 603, RefusalPhrase = phrase };
        Begin("hangup", () => call.HangUpAsync(options));
    }

    /// <summary>A call is the session's from now on, until it ends.</summary>
    /// <param name="call">The call.</param>
    /// <param name="tried">When all has been told that came before an outgoing call was answered or refused: its end is not told before that.</param>
    private void Watch(Call call, Task? tried = null)
    {
        _call = call;
        Follow(call, isReferred: false);
        _ = WatchAsync();

        async Task WatchAsync()
        {
            var end = await call.WaitForEndAsync();
            await (tried ?? Task.CompletedTask);
            Post(() => Ended(call, end));
        }
    }

    // The one way out: whatever was said to end the call, this is told once, and last.
    private void Ended(Call call, CallEnd end)
    {
        if (_isOver)
            return;
        // Phones that were asked to call somebody else often go before they report on it.
        if (_isHandingOver && end is { Kind: CallEndKind.Completed, By: CallEndParty.Remote })
            _why ??= ("ByRefer", call.IsIncoming ? "caller" : "callee");
        EndAudio();
        EndJoined();
        // Put together before the recording is whole: what is said meanwhile has no part in it.
        var track = new TrackEndEvent { TrackId = Id, Duration = (long)(_answered is { } at ? Now - at : TimeSpan.Zero).TotalMilliseconds, Ssrc = _heardAudio?.RemoteSsrc };
        VoiceEvent last = _answered is null && call is OutgoingCall && _why is null && end.Kind != CallEndKind.Cancelled
            ? new RejectEvent { TrackId = Id, Reason = end.Reason, Code = end.Status }
            : HangupOf(call, end, _why, new(_started, _rang, _answered, Now));
        WhenRecorded(() =>
        {
            Tell(track);
            Finish(last);
        });
    }

    private HangupEvent HangupOf(Call call, CallEnd end, (string Reason, string Initiator)? why, in CallTimes times)
    {
        var last = LastWords.Of(call, end, why, times);
        return last with { TrackId = Id, Reason = WordOf(last.Reason!), Extra = Extra(call, last.Reason is "Failed" or "ServerUnavailable" ? end.Reason : null) };
    }

    private HangupEvent Nothing()
    {
        var last = LastWords.OfNothing(_why, new(_started, null, null, Now));
        return last with { TrackId = Id, Reason = WordOf(last.Reason!) };
    }

    private string WordOf(string reason) => _core.Options.LegacyReasons ? HangupWords.AsPrinted(reason) : reason;

    private Dictionary<string, JsonElement> Extra(Call? call, string? detail) => LastWords.Extra(Id, _started, _option, call, detail);

    private static string Text(DateTimeOffset time) => CallJournal.Text(time);

    private DateTimeOffset Now => _core.Options.Time.GetUtcNow();

    private void Finish(VoiceEvent? last)
    {
        if (_isOver)
            return;
        if (last is not null)
        {
            TellHeld();
            Tell(last, isLast: true);
            _last = last;
        }

        _isOver = true;
        foreach (var box in _followers)
            box.End();
        Box.End();
        _ending.Cancel();
        _mailbox.Close();
    }

    private void Tell(VoiceEvent happened, bool isLast = false)
    {
        if (_isOver)
            return;
        _conversation?.Told(happened, _isReferring);
        happened = happened with { Timestamp = happened.Timestamp == 0 ? Now.ToUnixTimeMilliseconds() : happened.Timestamp, Seq = ++_seq };
        _core.Counters.Told(happened);
        Box.Send(happened, isLast);
        _journal?.Note(happened);
        _dump?.Add("event", Now, VoiceWire.Write(happened));
        foreach (var box in _followers)
            box.Send(happened, isLast);
    }

    private void Fail(string sender, string error, int? code = null) => TellError(new() { TrackId = Id, Sender = sender, Error = error, Code = code });

    /// <summary>Runs what takes time beside the mailbox; what goes wrong with it is an error event.</summary>
    private void Begin(string sender, Func<Task> work)
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
                LogFault(_core.Log, Id, e);
                Post(() => Fail(sender, "A fault of the server itself."));
            }
        }
    }

    // Which parameter of ours it was is nothing to who sent a command.
    private static string Plain(Exception e) => e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;

    [LoggerMessage(3, LogLevel.Error, "The voice session {Id} met a fault of ours")]
    private static partial void LogFault(ILogger log, string id, Exception e);
}
