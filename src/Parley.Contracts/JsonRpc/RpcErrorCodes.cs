namespace Parley.Contracts.JsonRpc;

/// <summary>Codes of JSON-RPC error responses: those of its specification, and Parley's own in the range it leaves to servers.</summary>
public static class RpcErrorCodes
{
    /// <summary>The message is no JSON.</summary>
    public const int ParseError = -32700;

    /// <summary>It is JSON, but no request: no object, no method, another version, a batch of nothing.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>There is no such method.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>A parameter is missing, unknown, of the wrong type or malformed; <see cref="RpcErrorData.Parameter"/> names it.</summary>
    public const int InvalidParams = -32602;

    /// <summary>A fault of the server itself.</summary>
    public const int InternalError = -32603;

    /// <summary>Too many commands are in flight on this socket; the same request may be sent again later.</summary>
    public const int TooManyCommands = -32000;

    /// <summary>The key in use does not allow this command, or not with these parties.</summary>
    public const int NotAllowed = -32001;

    /// <summary>The server is ending, or cannot do this as it was configured.</summary>
    public const int NotAvailable = -32002;
}
