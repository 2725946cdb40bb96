using Parley.Contracts.Events;

namespace Parley.Contracts.Commands;

/// <summary>The answer to a request that was taken; what becomes of it is told by notifications with the same <see cref="CmdId"/>.</summary>
public sealed record CommandResult
{
    /// <summary>Value of <see cref="Status"/> and <see cref="Event"/>.</summary>
    public const string Started = "Started";

    /// <summary>The command's id.</summary>
    public required string CmdId { get; init; }

    /// <summary>Always <see cref="Started"/>.</summary>
    public string? Status { get; init; }

    /// <summary>The same by its later name.</summary>
    public string? Event { get; init; }

    /// <summary><c>CallList</c>: the calls there are.</summary>
    public IReadOnlyList<CallInfo>? Calls { get; init; }

    /// <summary><c>CallGet</c>: the call, null when nobody knows it.</summary>
    public CallInfo? Call { get; init; }
}
