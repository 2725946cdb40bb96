using Parley.Contracts.Voice.Commands;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice.Joining;

/// <summary>A session's call bridged with another session's. Each of the two has one of these; its owner's mailbox runs everything here but what the other one puts in.</summary>
/// <param name="context">The session.</param>
/// <param name="joining">The other sessions, and what joins calls.</param>
internal sealed class SessionBridge(SessionContext context, ICallJoining joining)
{
    private IJointCalls? _bridge;
    private SessionBridge? _other;

    /// <summary>Whether it is bridged.</summary>
    public bool IsOn => _bridge is not null;

    /// <summary>Bridges it with the session a command names.</summary>
    /// <param name="command">The command.</param>
    /// <param name="call">The session's call, which is up.</param>
    /// <param name="isReferred">Whether the call is connected with another already.</param>
    public void Join(BridgeCommand command, Call call, bool isReferred)
    {
        if (IsOn || isReferred)
        {
            context.Fail("bridge", "The call is connected with another already.");
            return;
        }

        if (joining.Other(command.TargetSessionId) is not { Call: { } other, Bridging: var target })
        {
            context.Fail("bridge", $"targetSessionId: there is no other session '{command.TargetSessionId}' with an answered call.");
            return;
        }

        IJointCalls bridge;
        try
        {
            bridge = joining.Join(call, other);
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException or InvalidOperationException)
        {
            context.Fail("bridge", e is InvalidOperationException ? "The other call is connected with another already." : e.Message);
            return;
        }

        (_bridge, _other) = (bridge, target);
        target.Post(() => (target._bridge, target._other) = (bridge, this));
        _ = WatchAsync();

        // The call that outlives the other is free again.
        async Task WatchAsync()
        {
            await bridge.WaitAsync();
            await bridge.DisposeAsync();
            Post(() => Forget(bridge));
            target.Post(() => target.Forget(bridge));
        }
    }

    /// <summary>Parts the two.</summary>
    public void Part(UnbridgeCommand command)
    {
        if (_bridge is not { } bridge || _other is not { } other)
        {
            context.Fail("unbridge", "The call is bridged with no other session.");
            return;
        }

        if (command.TargetSessionId is { Length: > 0 } target && target != other.Id)
        {
            context.Fail("unbridge", $"targetSessionId: the call is bridged with '{other.Id}', not with '{target}'.");
            return;
        }

        context.Begin("unbridge", () => bridge.DisposeAsync().AsTask());
        Forget(bridge);
        other.Post(() => other.Forget(bridge));
    }

    /// <summary>The call is over.</summary>
    public void End() => _ = _bridge?.DisposeAsync().AsTask();

    private string Id => context.Id;

    private void Post(Action action) => context.Post(action);

    private void Forget(IJointCalls bridge)
    {
        if (_bridge == bridge)
            (_bridge, _other) = (null, null);
    }
}
