using System.Diagnostics.CodeAnalysis;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Bots;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Joining;
using Parley.Server.Voice.Records;
using Parley.Server.Voice.Sound;
using Parley.Server.Voice.Streaming;

namespace Parley.Server.Voice.Sessions;

/// <summary>
/// One call of a voice agent: takes commands, tells events. It knows how its call stands and gives each command to the part whose it is; everything runs in its mailbox (<see cref="SessionContext"/>).
/// A session ends with its call, or with its socket when no call was made; the last event of a call is told before the box ends.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns is disposed of at its end, which it comes to by itself: RunAsync.")]
internal sealed partial class VoiceSession : IJoinableSession
{
    private readonly VoiceCore _core;
    private readonly SessionContext _context;
    private readonly SessionEvents _events;
    private readonly SessionCall _call;
    private readonly Attendance _attendance;
    private readonly SessionBot _bot;
    private readonly SessionAudio _audio;
    private readonly CallSetup _setup;
    private readonly DialogRequests _requests;
    private readonly SessionReferral _referral;
    private readonly Farewell _farewell;
    private readonly LastWords _words;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _pings;

    public VoiceSession(VoiceCore core, string id, VoiceKind kind, string botTrack, DumpFile? dump, PendingCall? pending)
    {
        (_core, Kind) = (core, kind);
        _context = new(core, id, botTrack, happened => Tell(happened), HangUp);
        _call = new(_context.Now, pending?.Call);
        _events = new(core, id, kind, _call.Started, dump);
        _attendance = new(core.Options.Time, core.Options.Grace, _context.Post, () => Abandon("handler disconnected"));
        _bot = new(_context, _call);
        _audio = new(_context, _call, kind, _bot);
        _setup = new(_context, _call, _audio, this);
        _requests = new(_context);
        _farewell = new(_context, _call);
        _words = new(_context, _call);
        var joining = new CallJoining(_context);
        _referral = new(_context, _audio, _requests, _farewell, _words, joining);
        Bridging = new(_context, joining);
        _ = RunAsync();
        if (pending is not null)
            _context.Post(() => Begun(pending.Call, Task.CompletedTask));
    }

    public string Id => _context.Id;

    public VoiceKind Kind { get; }

    /// <summary>Whether frames of audio to the client begin with the index of their track; set before anything is sent.</summary>
    public bool HasBinaryHeader { get; init; }

    /// <summary>What the socket sends.</summary>
    public EventBox Box => _events.Box;

    /// <summary>Audio the socket sends, besides <see cref="Box"/>.</summary>
    public AudioFrames Frames => _audio.Frames;

    /// <summary>Its call of SIP; null while there is none.</summary>
    public Call? Call => _call.Sip;

    /// <summary>What bridges it with other sessions.</summary>
    public SessionBridge Bridging { get; }

    /// <summary>Completes when the session is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Whether it has a call, made or being made, that could end by itself.</summary>
    public bool HasCall => _call.Any is not null || _call.IsSettingUp || _audio.IsOverSocket;

    /// <summary>For the list: what it is and since when, without secrets.</summary>
    public (DateTimeOffset Started, DateTimeOffset? Rang, DateTimeOffset? Answered, string? Caller, string? Callee) Outline =>
        (_call.Started, _call.Rang, _call.Answered, _call.Caller, _call.Callee);

    /// <summary>A kind's name in lists and records.</summary>
    public static string KindName(VoiceKind kind) => kind switch { VoiceKind.WebRtc => "webrtc", VoiceKind.WebSocket => "webSocket", _ => "sip" };

    /// <summary>What the call is made of, with its secrets.</summary>
    public CallOption Option => _call.Option;

    /// <summary>Takes audio from the socket.</summary>
    public void Hear(ReadOnlySpan<byte> bytes) => _audio.Receive(bytes);

    /// <summary>Answers by itself: there is no socket, and nothing is kept for one.</summary>
    public void ServeAlone(AcceptCommand accept)
    {
        Box.End();
        _bot.IsAlone = true;
        _context.Post(() => Do(accept));
    }

    /// <summary>A further reader of all events from now on; null when there are too many, or the session is over.</summary>
    public async Task<EventBox?> FollowAsync()
    {
        EventBox? box = null;
        await _context.RunAsync(() => box = _context.IsOver ? null : _events.Follow());
        return box;
    }

    public void Unfollow(EventBox box) => _context.Post(() => _events.Unfollow(box));

    /// <summary>Tells now, and again each time this has passed, that the session is alive.</summary>
    public void Ping(TimeSpan every) => _context.Post(() =>
    {
        if (_context.IsOver || _pings is not null)
            return;
        TellPing();
        _pings = _core.Options.Time.CreateTimer(_ => _context.Post(TellPing), null, every, every);
    });

    /// <summary>A socket comes back: true when there is none and the session waits for one.</summary>
    public bool TryReattach() => !_over.Task.IsCompleted && _attendance.TryReturn();

    /// <summary>The socket is gone: the call ends, at once or after the grace time.</summary>
    public void Detach() => _attendance.Leave(() => _call.Sip is not null || _audio.IsOverSocket);

    /// <summary>Ends the call from outside.</summary>
    /// <param name="reason">Why, for the hangup event.</param>
    public void Kill(string reason) => _context.Post(() => HangUp(reason, "system"));

    private void TellPing() => Tell(new PingEvent { Payload = CallJournal.Text(_context.Now) });

    private async Task RunAsync()
    {
        await Task.Yield();
        await _context.ServeAsync();
        _audio.End();
        await _bot.CloseAsync(_events.Last);
        await _audio.DisposeAsync();
        if (_call.Sip is OutgoingCall outgoing)
            await outgoing.DisposeAsync();
        await _events.CloseAsync(_call);
        _core.Tally.Ended(_call.Sip is not null || _call.Answered is not null, _call.Answered is not null);
        _attendance.Dispose();
        _pings?.Dispose();
        _core.Leave(this);
        _context.Dispose();
        _over.SetResult();
    }

    private void Finish(VoiceEvent? last)
    {
        if (_context.IsOver)
            return;
        if (last is not null)
        {
            TellHeld();
            Tell(last, isLast: true);
        }

        _events.End();
        _context.Close();
    }

    private void Tell(VoiceEvent happened, bool isLast = false)
    {
        if (_context.IsOver)
            return;
        _bot.Told(happened, _referral.IsConnecting);
        _events.Tell(happened, isLast);
    }

    private void TellHeld() => _context.Release(_call.Sip is IncomingCall ? "accept" : "invite");

    // In milliseconds; none of what never was.
    private long Since(DateTimeOffset? time) => time is { } at ? (long)(_context.Now - at).TotalMilliseconds : 0;
}
