using Microsoft.Extensions.Logging;
using Parley.Contracts.JsonRpc;
using Parley.Server.Access;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;
using Parley.Server.CallApi.Methods;

namespace Parley.Server.CallApi;

/// <summary>What all sockets of a call API share: the methods, and the commands that can be joined.</summary>
internal sealed class CallApiCore(MethodTable methods, CallApiLimits limits, TimeProvider time, ILogger log)
{
    private readonly CommandMemory _memory = new(limits, time);

    public MethodTable Methods { get; } = methods;

    public CallApiLimits Limits { get; } = limits;

    public CallApiCounters Counters { get; } = new();

    /// <summary>The run of a request: a new one, or one it repeats.</summary>
    /// <exception cref="RequestException">The id is another command's.</exception>
    public (CommandRun Run, bool IsNew) Enter(Method method, Prepared prepared, ApiPrincipal principal)
    {
        if (prepared.CmdId is not { } id || prepared.IsBoundToSocket)
            return (new(prepared.CmdId ?? Guid.NewGuid().ToString(), method, principal, keep: 0, log), true);
        var (run, isNew) = _memory.Begin(principal.Name, id, method, prepared.Parameters, () => new(id, method, principal, Limits.MaxKept, log));
        return run is null ? throw RequestException.Parameter("cmd_id", "is that of another command, begun with other parameters.") : (run, isNew);
    }

    /// <summary>Runs a command to its end. Its body begins on this thread.</summary>
    public void Begin(CommandRun run, Prepared prepared)
    {
        Counters.CommandBegun();
        _ = RunAsync(run, prepared);
    }

    private async Task RunAsync(CommandRun run, Prepared prepared)
    {
        var failed = await run.RunAsync(prepared.Body);
        if (prepared.CmdId is not null && !prepared.IsBoundToSocket)
            _memory.Ended(run.Principal.Name, run);
        Counters.CommandEnded(failed);
        run.Dispose();
    }
}
