using Parley.Contracts.JsonRpc;

namespace Parley.Client;

/// <summary>A request the server did not take: nothing has happened.</summary>
public sealed class CallApiException : Exception
{
    /// <summary>Makes one of the server's error.</summary>
    public CallApiException(RpcError error)
        : base(error?.Message) => Error = error!;

    /// <summary>What the server said.</summary>
    public RpcError Error { get; }

    /// <summary>One of <see cref="RpcErrorCodes"/>.</summary>
    public int Code => Error.Code;

    /// <summary>The parameter meant; null where it is about none.</summary>
    public string? Parameter => Error.Data?.Parameter;
}
