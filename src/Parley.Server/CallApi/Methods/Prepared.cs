using System.Text.Json;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Server.CallApi.Commands;

namespace Parley.Server.CallApi.Methods;

/// <summary>A request that will be taken: nothing has happened yet.</summary>
/// <param name="Parameters">What it was given, by the documented names.</param>
/// <param name="CmdId">The client's id for it; null for none.</param>
/// <param name="Body">Does it, after its result has been sent. Must not wait before its first await.</param>
internal sealed record Prepared(JsonElement Parameters, string? CmdId, Func<CommandRun, Task> Body)
{
    /// <summary>True when it lives no longer than the socket it came by.</summary>
    public bool IsBoundToSocket { get; init; }

    /// <summary>Members of the result besides its id; null for none.</summary>
    public Func<CommandResult, CommandResult>? Answer { get; init; }
}
