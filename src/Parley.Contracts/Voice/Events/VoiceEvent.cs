using System.Text.Json.Serialization;

namespace Parley.Contracts.Voice.Events;

/// <summary>Something that happened to a voice agent's call; <see cref="VoiceWire"/> reads and writes them.</summary>
public abstract record VoiceEvent
{
    private protected VoiceEvent(string name) => Event = name;

    /// <summary>Its name on the wire, e.g. <c>asrFinal</c>.</summary>
    [JsonPropertyOrder(-4)]
    public string Event { get; }

    /// <summary>When, in milliseconds since 1970 (UTC).</summary>
    [JsonPropertyOrder(-3)]
    public long Timestamp { get; init; }

    /// <summary>Its number within the session, from 1, without a gap but for those a <see cref="MissedEvent"/> counts.</summary>
    [JsonPropertyOrder(-2)]
    public long? Seq { get; init; }

    /// <summary>Which track: the session's id is the other side, another one what it hears.</summary>
    [JsonPropertyOrder(-1)]
    public string? TrackId { get; init; }
}

/// <summary>An event that may be one of the call a <c>refer</c> made.</summary>
public abstract record LegEvent : VoiceEvent
{
    private protected LegEvent(string name)
        : base(name)
    {
    }

    /// <summary>True for the call a <c>refer</c> made; null for the session's own.</summary>
    public bool? Refer { get; init; }
}

/// <summary>An event of a kind this version does not know.</summary>
public sealed record UnknownEvent : VoiceEvent
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    public UnknownEvent(string name)
        : base(name)
    {
    }
}
