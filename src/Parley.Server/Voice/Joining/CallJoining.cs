using Parley.Server.Voice.Sessions;
using Parley.Transfers;

namespace Parley.Server.Voice.Joining;

/// <summary>Joins calls of this server.</summary>
/// <param name="context">The session whose call it is.</param>
internal sealed class CallJoining(SessionContext context) : ICallJoining
{
    public IJoinableSession? Other(string? id) => context.Other(id);

    // Mixed, so that what either session says is heard beside the other party.
    public IJointCalls Join(Call one, Call other) => new Bridged(Bridge.Connect(one, other, new() { Mix = true }));

    public Task<TransferOutcome> TransferAsync(Call call, string target, TransferOptions options, CancellationToken cancel) => call.TransferAsync(target, options, cancel);

    public Task<TransferOutcome> TransferAsync(Call call, Call other, TransferOptions options, CancellationToken cancel) => call.TransferAsync(other, options, cancel);

    private sealed class Bridged(Bridge bridge) : IJointCalls
    {
        public Task WaitAsync() => bridge.WaitAsync();

        public ValueTask DisposeAsync() => bridge.DisposeAsync();
    }
}
