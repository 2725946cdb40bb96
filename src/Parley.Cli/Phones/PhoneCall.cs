using Parley.Cli.Terminal;

namespace Parley.Cli.Phones;

/// <summary>
/// A conversation of two parties, whose audio passes through here. Either may be exchanged for somebody else while the other stays: that is how a transfer is done without
/// the transferred party's help.
/// </summary>
internal sealed partial class PhoneCall
{
    private readonly PhoneCalls _calls;
    private readonly Lock _gate = new();
    private Party _one;
    private Party _other;
    private Bridge? _bridge;
    private Transfer? _transfer;
    private bool _over;
    private TaskCompletionSource _changed = NewSignal();

    private PhoneCall(PhoneCalls calls, Party one, Party other, Bridge bridge) => (_calls, _one, _other, _bridge) = (calls, one, other, bridge);

    private ServeLog Log => _calls.Services.Log;

    /// <summary>Lets two parties talk until the conversation is over; then both, or whoever has come for them, have been hung up.</summary>
    public static async Task TalkAsync(PhoneCalls calls, Party one, Party other, Bridge bridge)
    {
        var call = new PhoneCall(calls, one, other, bridge);
        calls.Add(call);
        try
        {
            await call.RunAsync();
        }
        finally
        {
            calls.Remove(call);
            await call.EndAsync();
        }
    }

    /// <summary>The party whose leg is meant; null when it is not of this conversation, or that is over.</summary>
    public Party? PartyOf(Predicate<Call> isMeant)
    {
        lock (_gate)
            return _over ? null : isMeant(_one.Call) ? _one : isMeant(_other.Call) ? _other : null;
    }

    /// <summary>Puts somebody in the place of a party, whose leg is then for the caller of this to end.</summary>
    /// <returns>False when the conversation has ended meanwhile: nothing has changed then.</returns>
    public async Task<bool> ExchangeAsync(Party leaves, Party comes)
    {
        Bridge? old;
        Party stays;
        lock (_gate)
        {
            if (_over || (!ReferenceEquals(_one, leaves) && !ReferenceEquals(_other, leaves)))
                return false;
            stays = ReferenceEquals(_one, leaves) ? _other : _one;
            (old, _bridge) = (_bridge, null);
        }

        if (old is not null)
            await old.DisposeAsync();
        var bridge = TryConnect(stays.Call, comes.Call);
        var taken = false;
        lock (_gate)
        {
            if (!_over && bridge is not null)
            {
                (_one, _other, _bridge, taken) = (stays, comes, bridge, true);
                Signal();
            }
        }

        if (!taken && bridge is not null)
            await bridge.DisposeAsync();
        return taken;
    }

    /// <summary>Takes a party out, for another conversation; this one is over with that, and the other party is hung up.</summary>
    /// <returns>The party; null when this conversation is over already, or a transfer is under way in it.</returns>
    public async Task<Party?> TakeOtherThanAsync(Party stays)
    {
        Bridge? old;
        Party taken;
        lock (_gate)
        {
            if (_over || _transfer is not null || (!ReferenceEquals(_one, stays) && !ReferenceEquals(_other, stays)))
                return null;
            taken = ReferenceEquals(_one, stays) ? _other : _one;
            (_one, _other) = (stays, stays);
            (old, _bridge, _over) = (_bridge, null, true);
            Signal();
        }

        if (old is not null)
            await old.DisposeAsync();
        return taken;
    }

    private static Bridge? TryConnect(Call one, Call other)
    {
        try
        {
            return CallerLine.Connect(one, other);
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException)
        {
            return null;
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_over)
                    return;
                var changed = _changed.Task;
                next = Task.WhenAny(
                    changed,
                    ReferenceEquals(_transfer?.By, _one) ? changed : _one.Call.WaitForEndAsync(),
                    ReferenceEquals(_transfer?.By, _other) ? changed : _other.Call.WaitForEndAsync());
            }

            await next;
            lock (_gate)
            {
                if (_changed.Task.IsCompleted)
                {
                    _changed = NewSignal();
                    continue;
                }

                // Somebody has hung up. Whoever asked for a transfer may: the others wait for its outcome.
                _over = true;
                _transfer?.Stop.Cancel();
                return;
            }
        }
    }

    private async Task EndAsync()
    {
        Bridge? bridge;
        lock (_gate)
            (bridge, _bridge, _over) = (_bridge, null, true);
        if (bridge is not null)
            await bridge.DisposeAsync();
        await _one.ReleaseAsync();
        await _other.ReleaseAsync();
    }

    private void Signal() => _changed.TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
