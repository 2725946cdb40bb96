using System.Text.Json.Serialization;

namespace Parley.Contracts.Events;

/// <summary>A call as it is at one moment.</summary>
public sealed record CallInfo
{
    /// <summary>Its stable id, the same from its first event to its last, whatever is transferred; may be given wherever a callid may.</summary>
    public required string Id { get; init; }

    /// <summary>Call-ID of the caller's leg, or the callee's where there is no other: what to give as <c>callid</c> next.</summary>
    [JsonPropertyName("callid")]
    public required string CallId { get; init; }

    /// <summary><c>command</c> when <c>CallStart</c> has made it, <c>incoming</c> when a phone has.</summary>
    public required string Origin { get; init; }

    /// <summary><c>incoming</c>, <c>calling</c>, <c>ringing</c>, <c>answered</c> or <c>ended</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>relay</c>, or the flow of RFC 3725.</summary>
    public required string Flow { get; init; }

    /// <summary>Who has called, or was rung first.</summary>
    public LegInfo? Caller { get; init; }

    /// <summary>Who was called; null as long as nobody is.</summary>
    public LegInfo? Callee { get; init; }

    /// <summary>True while it is recorded.</summary>
    public bool Recording { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When both were connected; null before.</summary>
    public DateTimeOffset? Answered { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Seconds from the answer to the end, or to now; null before the answer.</summary>
    public double? Duration { get; init; }

    /// <summary>Why it ended; null before.</summary>
    public CallCause? Cause { get; init; }
}

/// <summary>One party of a call.</summary>
public sealed record LegInfo
{
    /// <summary>Call-ID of its dialog; null before its INVITE.</summary>
    [JsonPropertyName("callid")]
    public string? CallId { get; init; }

    /// <summary>Its address.</summary>
    public required string Uri { get; init; }

    /// <summary>Its display name; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>The account it is registered with; null for none.</summary>
    public string? Account { get; init; }

    /// <summary>True once it has answered.</summary>
    public bool Answered { get; init; }

    /// <summary>True while the server holds it.</summary>
    public bool Held { get; init; }

    /// <summary>True while it holds the other party itself.</summary>
    public bool Holding { get; init; }

    /// <summary>Codec of its audio; null before there is one.</summary>
    public string? Codec { get; init; }
}

/// <summary>Why a call ended.</summary>
/// <param name="Status">Status of the response it ended with, 200 for a BYE.</param>
/// <param name="Reason">Its reason phrase.</param>
/// <param name="Kind">How, in a word: <c>completed</c>, <c>busy</c>, <c>no_answer</c>, …</param>
/// <param name="By"><c>local</c> or <c>remote</c>.</param>
public sealed record CallCause(int Status, string Reason, string Kind, string By);
