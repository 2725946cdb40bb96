using System.Text.Json;

namespace Parley.Contracts.Voice.Events;

/// <summary>How long something took.</summary>
public sealed record MetricsEvent() : VoiceEvent("metrics")
{
    /// <summary>What.</summary>
    public string? Key { get; init; }

    /// <summary>Milliseconds.</summary>
    public long Duration { get; init; }

    /// <summary>Further figures.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>Something failed; unless it was the call itself, the call goes on.</summary>
public sealed record ErrorEvent() : VoiceEvent("error")
{
    /// <summary>What: <c>command</c>, <c>invite</c>, <c>asr</c>, <c>tts</c>, …</summary>
    public string? Sender { get; init; }

    /// <summary>Why, and which field or option.</summary>
    public string? Error { get; init; }

    /// <summary>Status of SIP, HTTP or of a provider.</summary>
    public int? Code { get; init; }
}

/// <summary>Something was written into the history.</summary>
public sealed record AddHistoryEvent() : VoiceEvent("addHistory")
{
    /// <summary>The session.</summary>
    public string? Sender { get; init; }

    /// <summary>Who said it.</summary>
    public string? Speaker { get; init; }

    /// <summary>What was said.</summary>
    public string? Text { get; init; }
}

/// <summary>The repetition of a <c>custom</c> command.</summary>
public sealed record CustomEvent() : VoiceEvent("custom")
{
    /// <summary>Who says so.</summary>
    public string? Sender { get; init; }

    /// <summary>Anything.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The same where it is an object of texts, as older clients read it.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }
}

/// <summary>A model used a tool.</summary>
public sealed record FunctionCallEvent() : VoiceEvent("functionCall")
{
    /// <summary>The use.</summary>
    public string? CallId { get; init; }

    /// <summary>The tool.</summary>
    public string? Name { get; init; }

    /// <summary>JSON text.</summary>
    public string? Arguments { get; init; }
}

/// <summary>A model's reply is over.</summary>
public sealed record LlmFinalEvent() : VoiceEvent("llmFinal")
{
    /// <summary>All of it.</summary>
    public string? Text { get; init; }
}

/// <summary>A piece of a model's reply.</summary>
public sealed record LlmDeltaEvent() : VoiceEvent("llmDelta")
{
    /// <summary>The piece.</summary>
    public string? Word { get; init; }
}

/// <summary>Anything else.</summary>
public sealed record OtherEvent() : VoiceEvent("other")
{
    /// <summary>Who says so.</summary>
    public string? Sender { get; init; }

    /// <summary>What.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }
}

/// <summary>The session is alive; sent where <c>?jsonPing=true</c> asked for it.</summary>
public sealed record PingEvent() : VoiceEvent("ping")
{
    /// <summary>The time, RFC 3339.</summary>
    public string? Payload { get; init; }
}

/// <summary>A command with an id has been taken.</summary>
public sealed record AckEvent() : VoiceEvent("ack")
{
    /// <summary>The command's id.</summary>
    public string? Id { get; init; }

    /// <summary>Its name.</summary>
    public string? Command { get; init; }

    /// <summary>False when nothing of it could be done; an error event says why.</summary>
    public bool Accepted { get; init; }
}

/// <summary>Events were lost because the reader was too slow.</summary>
public sealed record MissedEvent() : VoiceEvent("missed")
{
    /// <summary>How many; their numbers are missing, too.</summary>
    public long Count { get; init; }
}
