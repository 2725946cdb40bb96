using System.Text.Json;

namespace Parley.Contracts.Voice.Events;

/// <summary>A call that waits to be accepted.</summary>
public sealed record IncomingEvent() : VoiceEvent("incoming")
{
    /// <summary>Who calls: a URI.</summary>
    public string? Caller { get; init; }

    /// <summary>Whom: a URI.</summary>
    public string? Callee { get; init; }

    /// <summary>What the caller offers.</summary>
    public string? Sdp { get; init; }

    /// <summary>Headers of the INVITE that are no standard ones.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

/// <summary>The call is up.</summary>
public sealed record AnswerEvent() : LegEvent("answer")
{
    /// <summary>The answer; empty where there is no SIP.</summary>
    public string? Sdp { get; init; }
}

/// <summary>Audio can flow.</summary>
public sealed record MediaReadyEvent() : LegEvent("mediaReady");

/// <summary>The call was refused.</summary>
public sealed record RejectEvent() : LegEvent("reject")
{
    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Status of SIP.</summary>
    public int? Code { get; init; }
}

/// <summary>It rings there.</summary>
public sealed record RingingEvent() : LegEvent("ringing")
{
    /// <summary>Whether audio comes already.</summary>
    public bool? EarlyMedia { get; init; }
}

/// <summary>The call is over: the last event of a session.</summary>
public sealed record HangupEvent() : LegEvent("hangup")
{
    /// <summary>Why, e.g. <c>ByCallee</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Whose doing: <c>caller</c>, <c>callee</c> or <c>system</c>.</summary>
    public string? Initiator { get; init; }

    /// <summary>When the session began, RFC 3339.</summary>
    public string? StartTime { get; init; }

    /// <summary>When it ended, RFC 3339.</summary>
    public string? HangupTime { get; init; }

    /// <summary>When it was answered, RFC 3339; null for never.</summary>
    public string? AnswerTime { get; init; }

    /// <summary>When it first rang, RFC 3339; null for never.</summary>
    public string? RingingTime { get; init; }

    /// <summary>Who called.</summary>
    public Attendee? From { get; init; }

    /// <summary>Who was called.</summary>
    public Attendee? To { get; init; }

    /// <summary>What the options had as extra, and the call's id and type.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; init; }

    /// <summary>Status of SIP that says it best.</summary>
    public int? Code { get; init; }
}

/// <summary>The other side holds the call, or no longer does.</summary>
public sealed record HoldEvent() : LegEvent("hold")
{
    /// <summary>Whether it does.</summary>
    public bool OnHold { get; init; }
}

/// <summary>The other side asks to be connected with somebody (REFER).</summary>
public sealed record TransferRequestEvent() : LegEvent("transferRequest")
{
    /// <summary>With whom.</summary>
    public string? ReferTo { get; init; }

    /// <summary>Who says so.</summary>
    public string? ReferredBy { get; init; }
}

/// <summary>The other side sent a text.</summary>
public sealed record MessageEvent() : LegEvent("message")
{
    /// <summary>The text.</summary>
    public string? Body { get; init; }

    /// <summary>Its type.</summary>
    public string? ContentType { get; init; }
}

/// <summary>No audio came for as long as was allowed; the call is ended.</summary>
public sealed record InactivityEvent() : VoiceEvent("inactivity");

/// <summary>A party of a call.</summary>
public sealed record Attendee
{
    /// <summary>User of its URI.</summary>
    public string? Username { get; init; }

    /// <summary>Host of its URI.</summary>
    public string? Realm { get; init; }

    /// <summary>The URI.</summary>
    public string? Source { get; init; }
}
