using System.Runtime.ExceptionServices;
using Parley.Control;
using Parley.Sip.Transfers;

namespace Parley.Cli.Phones;

/// <summary>
/// Somebody for whom others are rung. Whoever may can pick the call up (RFC 3891), and a caller who talks to somebody besides can leave the wait to them: a transfer of a call
/// that still rings (RFC 5589 §7.6).
/// </summary>
internal sealed class WaitingCall(CallLeg caller, Ringing ringing)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Heir? _heir;
    private bool _over;

    private sealed record Heir(Func<RingProgress, ValueTask> Told, TaskCompletionSource<RingResult> Result);

    /// <summary>Who waits; the one who called, also when somebody else waits in their place.</summary>
    public CallLeg Caller => caller;

    /// <summary>Whom a leg rings; null when it is none of this call's.</summary>
    public PartyIdentity? RungBy(Call leg) => ringing.RungBy(leg) is { } way ? PartyIdentity.Of(way) : null;

    /// <summary>True when a Replaces header names the caller's leg.</summary>
    public bool IsNamedBy(Replaces replaces) => PhoneCalls.IsNamed(caller.Call!, replaces);

    /// <summary>Lets somebody else have answered.</summary>
    /// <returns>False when it is too late for that.</returns>
    public bool TryPickUp(CallLeg comes) => ringing.TryPickUp(comes);

    /// <summary>Rings until somebody answers.</summary>
    /// <param name="targets">Whom.</param>
    /// <param name="told">Told of what happens, as long as the caller waits.</param>
    /// <param name="left">Lets go of what connects the caller with the legs; before anybody else gets them.</param>
    /// <param name="ended">The caller has left.</param>
    /// <returns>What came of it, and whether it is for the caller: otherwise somebody else has it.</returns>
    public async Task<(RingResult Result, bool IsCallers)> RunAsync(
        IReadOnlyList<RingTarget> targets, Func<RingProgress, ValueTask> told, Func<ValueTask> left, CancellationToken ended)
    {
        using var gone = ended.UnsafeRegister(static state => ((WaitingCall)state!).OnCallerGone(), this);
        RingResult result = default;
        Exception? fault = null;
        try
        {
            using var stop = new CancellationTokenSource();
            var rings = ringing.RunAsync(targets, step => TellAsync(step, told), stop.Token);
            if (await Task.WhenAny(rings, _abandoned.Task) != rings)
                await stop.CancelAsync();
            result = await rings;
        }
        catch (Exception e) // handed on, to the caller or to who waits in their place
        {
            fault = e;
        }

        Heir? heir;
        lock (_gate)
            (heir, _over) = (_heir, true);
        if (heir is null)
        {
            if (fault is not null)
                ExceptionDispatchInfo.Throw(fault);
            return (result, true);
        }

        await left();
        if (fault is null)
            heir.Result.TrySetResult(result);
        else
            heir.Result.TrySetException(fault);
        return (result, false);
    }

    /// <summary>Somebody waits in the caller's place from now on.</summary>
    /// <param name="told">Told of what happens.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>What comes of it; null when it is too late.</returns>
    public Task<RingResult>? TryInherit(Func<RingProgress, ValueTask> told, CancellationToken stop)
    {
        var result = new TaskCompletionSource<RingResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_over || _heir is not null || _abandoned.Task.IsCompleted)
                return null;
            _heir = new(told, result);
        }

        stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), _abandoned);
        return result.Task;
    }

    private void OnCallerGone()
    {
        lock (_gate)
        {
            if (_heir is not null)
                return;
        }

        _abandoned.TrySetResult();
    }

    private async ValueTask TellAsync(RingProgress step, Func<RingProgress, ValueTask> told)
    {
        if (Volatile.Read(ref _heir) is { } heir)
        {
            await heir.Told(step);
            return;
        }

        try
        {
            await told(step);
        }
        catch (Exception e) when (e is OperationCanceledException or CallEndedException && Volatile.Read(ref _heir) is not null)
        {
            // The caller has left, but not before somebody took their place.
        }
    }
}
