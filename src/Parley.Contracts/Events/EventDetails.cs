using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Contracts.Commands;

namespace Parley.Contracts.Events;

/// <summary>What a notification tells besides its name; which members are there depends on the event, the others are left out.</summary>
public record EventDetails
{
    /// <summary>Call-ID to give as <c>callid</c> from now on.</summary>
    [JsonPropertyName("callid")]
    public string? CallId { get; init; }

    /// <summary>URI of the caller.</summary>
    public string? Caller { get; init; }

    /// <summary>URI of the callee.</summary>
    public string? Callee { get; init; }

    /// <summary>URI somebody is connected with.</summary>
    public string? Destination { get; init; }

    /// <summary>The party meant.</summary>
    public CallLeg? Leg { get; init; }

    /// <summary>Status and reason of a response, e.g. <c>180 Ringing</c>.</summary>
    public string? Extra { get; init; }

    /// <summary>Name of a recording.</summary>
    public string? File { get; init; }

    /// <summary>The key that was pressed.</summary>
    public string? Digit { get; init; }

    /// <summary>How many events were left out because nobody took them in time.</summary>
    public long? Lost { get; init; }

    /// <summary>Seconds from answer to end.</summary>
    public double? Duration { get; init; }

    /// <summary>Why the call ended.</summary>
    public CallCause? Cause { get; init; }

    /// <summary>When it happened, UTC; in events of subscriptions.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The call as it was then; in events of subscriptions.</summary>
    public CallInfo? Call { get; init; }

    /// <summary>What <c>Echo</c> was given.</summary>
    public JsonElement? Echo { get; init; }
}
