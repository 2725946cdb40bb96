namespace Parley.Contracts.JsonRpc;

/// <summary>Why a request was not taken: nothing has happened.</summary>
/// <param name="Code">One of <see cref="RpcErrorCodes"/>.</param>
/// <param name="Message">What was wrong and what would be right.</param>
public sealed record RpcError(int Code, string Message)
{
    /// <summary>What a program can use of it; null when there is nothing.</summary>
    public RpcErrorData? Data { get; init; }
}

/// <summary>What a program can use of an error.</summary>
public sealed record RpcErrorData
{
    /// <summary>The parameter meant, by its documented name.</summary>
    public string? Parameter { get; init; }
}
