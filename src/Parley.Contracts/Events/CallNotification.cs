using System.Text.Json.Serialization;

namespace Parley.Contracts.Events;

/// <summary>Parameters of a notification in the default dialect: the documented vocabulary (<see cref="Data"/>) and the later one (<see cref="Event"/>) beside each other.</summary>
public sealed record CallNotification : EventDetails
{
    /// <summary>Method of a notification that tells of something the command was to do.</summary>
    public const string EventMethod = "Event";

    /// <summary>Method of a notification that tells of something on the way there; it has no <see cref="Data"/>.</summary>
    public const string ProgressMethod = "Progress";

    /// <summary>Method of the notification that tells of a failure; <see cref="EndedMethod"/> follows.</summary>
    public const string ErrorMethod = "Error";

    /// <summary>Method of the last notification of every command.</summary>
    public const string EndedMethod = "Ended";

    /// <summary>A notification without anything set.</summary>
    [JsonConstructor]
    public CallNotification()
    {
    }

    /// <summary>A notification with details.</summary>
    public CallNotification(EventDetails details)
        : base(details)
    {
    }

    /// <summary>The command it belongs to.</summary>
    [JsonPropertyOrder(-3)]
    public string? CmdId { get; init; }

    /// <summary>Name of the event, e.g. <c>CALL_ANSWER</c>; of an Error its code and message.</summary>
    [JsonPropertyOrder(-2)]
    public string? Data { get; init; }

    /// <summary>Its later name, e.g. <c>CallerAnswered</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Event { get; init; }

    /// <summary>Of an Error: a status of SIP, e.g. 404 or 486.</summary>
    public int? Code { get; init; }

    /// <summary>Of an Error: why.</summary>
    public string? Message { get; init; }
}
