using System.Text.Json;

namespace Parley.Contracts.JsonRpc;

/// <summary>A request as a client sends it.</summary>
public sealed record RpcRequest
{
    /// <summary>The protocol's version, always <c>2.0</c>.</summary>
    public string Jsonrpc { get; init; } = "2.0";

    /// <summary>Name of the command, e.g. <c>CallStart</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Its parameters, an object; null for none.</summary>
    public JsonElement? Params { get; init; }

    /// <summary>What the response will carry; null for a notification, which gets none.</summary>
    public JsonElement? Id { get; init; }
}
