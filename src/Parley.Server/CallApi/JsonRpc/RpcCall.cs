using System.Text.Json;
using Parley.Contracts.JsonRpc;

namespace Parley.Server.CallApi.JsonRpc;

/// <summary>One request of a message, as far as JSON-RPC knows it. Its elements live as long as the document they are from.</summary>
internal readonly record struct RpcCall
{
    /// <summary>The id as it came, whatever its type; null for a notification.</summary>
    public JsonElement? Id { get; private init; }

    public string Method { get; private init; }

    /// <summary>An object, or something a method will not take; null when absent.</summary>
    public JsonElement? Params { get; private init; }

    /// <summary>Why it is no request; null when it is one.</summary>
    public RpcError? Error { get; private init; }

    /// <summary>Reads one request.</summary>
    public static RpcCall Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return Invalid(null, $"A request is an object, not {Describe(element.ValueKind)}.");
        JsonElement? id = element.TryGetProperty("id", out var given) ? given : null;
        if (!element.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"))
            return Invalid(id, "'jsonrpc' has to be \"2.0\".");
        if (!element.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
            return Invalid(id, "'method' has to be the name of a method, in quotes.");
        JsonElement? parameters = element.TryGetProperty("params", out var value) ? value : null;
        if (parameters is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) and var kind })
            return Invalid(id, $"'params' has to be an object, not {Describe(kind)}.");
        return new() { Id = id, Method = method.GetString()!, Params = parameters };
    }

    // An id that cannot be known is null in the response; one that can be is given back (JSON-RPC 2.0 §5).
    private static RpcCall Invalid(JsonElement? id, string message) =>
        new() { Id = id, Method = "", Error = new(RpcErrorCodes.InvalidRequest, message) };

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
