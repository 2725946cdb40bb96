using System.Text.Json;
using Parley.Contracts.Voice.Options;

namespace Parley.Contracts.Voice;

/// <summary>What is kept of a call that is over. Times are RFC 3339, in UTC.</summary>
public sealed record CallRecord
{
    /// <summary>What kind of session it was: <c>sip</c>, <c>webrtc</c> or <c>webSocket</c>.</summary>
    public string? CallType { get; init; }

    /// <summary>What the call was made of, keys and passwords taken out.</summary>
    public CallOption? Option { get; init; }

    /// <summary>The session's id.</summary>
    public required string CallId { get; init; }

    /// <summary>When it began.</summary>
    public required string StartTime { get; init; }

    /// <summary>When it first rang; null for never.</summary>
    public string? RingTime { get; init; }

    /// <summary>When it was answered; null for never.</summary>
    public string? AnswerTime { get; init; }

    /// <summary>When it ended.</summary>
    public string? EndTime { get; init; }

    /// <summary>Who called: a URI.</summary>
    public string? Caller { get; init; }

    /// <summary>Who was called: a URI.</summary>
    public string? Callee { get; init; }

    /// <summary>Status of SIP: 200 when it was answered, else that of the refusal; 487 when the caller gave up.</summary>
    public int StatusCode { get; init; }

    /// <summary>Why it ended: <c>byCaller</c>, <c>byCallee</c>, <c>byRefer</c>, <c>bySystem</c>, <c>autohangup</c>, <c>inactivityTimeout</c>, <c>noAnswer</c>, <c>canceled</c>, <c>rejected</c>, …, or the program's own words.</summary>
    public string? HangupReason { get; init; }

    /// <summary>Recordings, whatever they were named.</summary>
    public IReadOnlyList<CallRecordFile> Recorder { get; init; } = [];

    /// <summary>The call's extra, and the headers it was to extract.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Extras { get; init; }

    /// <summary>File of its commands and events; null for none.</summary>
    public string? DumpEventFile { get; init; }

    /// <summary>The call a <c>refer</c> made; null for none.</summary>
    public CallRecord? ReferCallrecord { get; init; }
}

/// <summary>A recording of a call.</summary>
public sealed record CallRecordFile
{
    /// <summary>Whose audio: the session's id, for it has both sides.</summary>
    public required string TrackId { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its bytes.</summary>
    public long Size { get; init; }
}
