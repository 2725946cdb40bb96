using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <summary>How a <see cref="VoiceClient"/> connects.</summary>
public sealed record VoiceClientOptions
{
    /// <summary>The server's address. Default: <c>ws://127.0.0.1:8080</c>.</summary>
    public Uri Server { get; init; } = new("ws://127.0.0.1:8080");

    /// <summary>The key, where the server has any. Default: none.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the session: to answer a call, the dialog id of its webhook. Default: made up by the server.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the server writes down the session's commands and events, where it has a folder for that. Default: true.</summary>
    public bool Dump { get; init; } = true;

    /// <summary>Told each event as it comes, in order, before <see cref="VoiceClient.ReadAllAsync"/> gives it. Default: nobody.</summary>
    public Action<VoiceEvent>? OnEvent { get; init; }

    /// <summary>Events kept for <see cref="VoiceClient.ReadAllAsync"/>, at least 1; past it the oldest are left out. Default: 4,096, some minutes of a busy call.</summary>
    public int MaxEvents { get; init; } = 4_096;
}
