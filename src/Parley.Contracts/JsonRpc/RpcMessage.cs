using System.Text.Json;

namespace Parley.Contracts.JsonRpc;

/// <summary>A message as a client receives it: a response, with <see cref="Id"/> and either <see cref="Result"/> or <see cref="Error"/>, or a notification with <see cref="Method"/>.</summary>
public sealed record RpcMessage
{
    /// <summary>The protocol's version, always <c>2.0</c>.</summary>
    public string Jsonrpc { get; init; } = "2.0";

    /// <summary>A response: the request's id. Null in notifications, and where the request had none that could be read.</summary>
    public JsonElement? Id { get; init; }

    /// <summary>A response: what came of the request.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>A response: why the request was not taken.</summary>
    public RpcError? Error { get; init; }

    /// <summary>A notification: <c>Event</c>, <c>Progress</c>, <c>Error</c> or <c>Ended</c>.</summary>
    public string? Method { get; init; }

    /// <summary>A notification: what it tells.</summary>
    public Events.CallNotification? Params { get; init; }
}
