using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Records;

namespace Parley.Server.Voice.Sessions;

/// <summary>What a session tells, numbered, and to whom: its socket, those who follow it, its dump, the record of its call. Its owner's mailbox runs everything here.</summary>
internal sealed class SessionEvents
{
    private readonly VoiceCore _core;
    private readonly DumpFile? _dump;
    private readonly CallJournal? _journal;
    private readonly List<EventBox> _followers = [];
    private long _seq;

    /// <param name="core">What all sessions share.</param>
    /// <param name="id">The session's id.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="started">When it began.</param>
    /// <param name="dump">Takes commands and events as lines; closed with this. Null for none.</param>
    public SessionEvents(VoiceCore core, string id, VoiceKind kind, DateTimeOffset started, DumpFile? dump)
    {
        (_core, _dump) = (core, dump);
        Box = new(core.Options.Limits.MaxWaiting, core.Counters);
        _journal = core.Records is null ? null : new(id, VoiceSession.KindName(kind), started, core.Options.Recordings);
    }

    /// <summary>What the socket sends.</summary>
    public EventBox Box { get; }

    /// <summary>The event that ended the call; null while it has not, and when there was none.</summary>
    public VoiceEvent? Last { get; private set; }

    private DateTimeOffset Now => _core.Options.Time.GetUtcNow();

    /// <summary>A further reader of everything from now on; null when there are too many.</summary>
    public EventBox? Follow()
    {
        if (_followers.Count >= _core.Options.Limits.MaxFollowers)
            return null;
        var box = new EventBox(_core.Options.Limits.MaxWaiting, _core.Counters, asStream: true);
        _followers.Add(box);
        return box;
    }

    public void Unfollow(EventBox box) => _followers.Remove(box);

    /// <summary>Tells an event.</summary>
    /// <param name="happened">The event; without a time it gets the present one.</param>
    /// <param name="isLast">Nothing is told behind it.</param>
    public void Tell(VoiceEvent happened, bool isLast = false)
    {
        happened = happened with { Timestamp = happened.Timestamp == 0 ? Now.ToUnixTimeMilliseconds() : happened.Timestamp, Seq = ++_seq };
        if (isLast)
            Last = happened;
        _core.Counters.Told(happened);
        Box.Send(happened, isLast);
        _journal?.Note(happened);
        _dump?.Add("event", Now, VoiceWire.Write(happened));
        foreach (var box in _followers)
            box.Send(happened, isLast);
    }

    /// <summary>A command, as it came.</summary>
    public void Note(ReadOnlyMemory<byte> utf8)
    {
        if (_dump is null && _followers.Count == 0)
            return;
        var json = VoiceSecrets.RedactUtf8(utf8.Span);
        _dump?.Add("command", Now, json);
        foreach (var box in _followers)
            box.SendCommand(json ?? "null"u8.ToArray());
    }

    /// <summary>A command that is done now.</summary>
    public void Note(VoiceCommand command) => _journal?.Note(command, Now);

    /// <summary>Nothing is told any more; what waits can still be read.</summary>
    public void End()
    {
        foreach (var box in _followers)
            box.End();
        Box.End();
    }

    /// <summary>Closes the dump, and writes the record of the call, whose files are closed.</summary>
    public async Task CloseAsync(SessionCall call)
    {
        if (_dump is not null)
            await _dump.DisposeAsync();
        if (_journal is { HasCall: true })
            await _core.Records!.WriteAsync(_journal.Close(call.Option, call.Caller, call.Callee, _dump?.Name, Now), call.Started);
    }
}
