using System.Globalization;
using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;

namespace Parley.Server.Voice.Records;

/// <summary>Gathers the record of one call from what its session is told to do and tells.</summary>
/// <param name="id">The session's id.</param>
/// <param name="type">Its kind's name.</param>
/// <param name="started">When it began.</param>
/// <param name="recordings">Folder of recordings; null for none.</param>
internal sealed class CallJournal(string id, string type, DateTimeOffset started, string? recordings = null)
{
    // A program may start and stop recordings all day.
    private const int MaxRecordings = 100;

    private readonly List<string> _recordings = [];
    private readonly Leg _own = new() { Started = Text(started) };
    private Leg? _referred;

    /// <summary>A call was made, answered or refused: without one there is nothing to record.</summary>
    public bool HasCall { get; private set; }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public void Note(VoiceCommand command, DateTimeOffset now)
    {
        if (command is ReferCommand refer && refer.Options?.Method is not "refer")
            _referred = new() { Started = Text(now), Caller = refer.Caller, Callee = refer.Callee };
    }

    public void Note(VoiceEvent happened)
    {
        var leg = happened is LegEvent { Refer: true } ? _referred : _own;
        HasCall |= happened is TrackStartEvent or AnswerEvent or RejectEvent or HangupEvent;
        var now = Text(DateTimeOffset.FromUnixTimeMilliseconds(happened.Timestamp));
        switch (happened)
        {
            case RecordEvent { State: "started", File: { } file } when recordings is not null:
                NoteRecording(Path.GetFullPath(Path.Combine(recordings, file)));
                break;
            case RingingEvent when leg is not null:
                leg.Rang ??= now;
                break;
            case AnswerEvent when leg is not null:
                leg.Answered ??= now;
                break;
            case RejectEvent reject when leg is not null:
                (leg.Ended, leg.Code, leg.Reason) = (now, reject.Code ?? 0, "rejected");
                break;
            case HangupEvent hangup when leg is not null:
                (leg.Ended, leg.Code, leg.Reason) = (now, hangup.Code ?? 0, Camel(hangup.Reason));
                (leg.Caller, leg.Callee) = (hangup.From?.Source ?? leg.Caller, hangup.To?.Source ?? leg.Callee);
                (leg.Rang, leg.Extra) = (hangup.RingingTime ?? leg.Rang, hangup.Extra);
                break;
        }
    }

    /// <summary>The record, when all files are closed.</summary>
    public CallRecord Close(CallOption option, string? caller, string? callee, string? dump, DateTimeOffset ended) => _own.Record(id, type) with
    {
        Option = VoiceSecrets.Redact(option),
        Caller = caller ?? _own.Caller,
        Callee = callee ?? _own.Callee,
        EndTime = _own.Ended ?? Text(ended),
        Recorder = [.. _recordings.Select(path => new FileInfo(path)).Where(file => file.Exists).Select(file => new CallRecordFile { TrackId = id, Path = file.FullName, Size = file.Length })],
        Extras = _own.Extra,
        DumpEventFile = dump,
        ReferCallrecord = _referred?.Record(id, "sip"),
    };

    private void NoteRecording(string file)
    {
        if (_recordings.Count < MaxRecordings && !_recordings.Contains(file))
            _recordings.Add(file);
    }

    // Words of the enumeration begin small here; a program's own words stay as they are.
    private static string? Camel(string? reason)
    {
        if (reason is ['S', 'o', 'm', 'e', '(', .. var inner, ')'])
            reason = inner is ['O', 't', 'h', 'e', 'r', '(', '"', .. var words, '"', ')'] ? words : inner;
        return reason is [>= 'A' and <= 'Z' and var first, .. var rest] && !rest.Contains(' ', StringComparison.Ordinal) ? char.ToLowerInvariant(first) + rest : reason;
    }

    private sealed class Leg
    {
        public required string Started { get; init; }

        public string? Rang { get; set; }

        public string? Answered { get; set; }

        public string? Ended { get; set; }

        public string? Caller { get; set; }

        public string? Callee { get; set; }

        public int Code { get; set; }

        public string? Reason { get; set; }

        public IReadOnlyDictionary<string, JsonElement>? Extra { get; set; }

        public CallRecord Record(string id, string type) => new()
        {
            CallType = type, CallId = id, StartTime = Started, RingTime = Rang, AnswerTime = Answered, EndTime = Ended,
            Caller = string.IsNullOrEmpty(Caller) ? null : Caller, Callee = Callee, StatusCode = Answered is null ? Code : 200, HangupReason = Reason,
        };
    }
}
