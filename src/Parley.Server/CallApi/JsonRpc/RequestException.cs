using Parley.Contracts.JsonRpc;

namespace Parley.Server.CallApi.JsonRpc;

/// <summary>A request that is not taken; becomes its error response, and nothing has happened.</summary>
internal sealed class RequestException(RpcError error) : Exception(error.Message)
{
    public RpcError Error { get; } = error;

    /// <summary>A parameter that is not what it has to be.</summary>
    public static RequestException Parameter(string name, string message) =>
        new(new(RpcErrorCodes.InvalidParams, $"'{name}' {message}") { Data = new() { Parameter = name } });

    public static RequestException Of(int code, string message) => new(new(code, message));
}
