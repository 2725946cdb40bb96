using Parley.Sip.Invites;

namespace Parley.Control;

// Parties come and go; the call is over when one goes and nobody comes.
public sealed partial class LogicalCall
{
    private Task? _finishing;

    /// <summary>Puts somebody in the place of a party; the leg that leaves is then for who called this to end.</summary>
    /// <param name="leaves">Who leaves; null where an application leaves, which <see cref="Taken"/> tells.</param>
    /// <param name="comes">Who comes. It is the call's from here on, unless false is returned.</param>
    /// <returns>False when the call has ended meanwhile, or the two cannot hear each other: nothing has changed then.</returns>
    public Task<bool> ExchangeAsync(CallLeg? leaves, CallLeg comes)
    {
        ArgumentNullException.ThrowIfNull(comes);
        return ExchangeAsync(leaves, comes, null, null);
    }

    /// <summary>Takes a party out, for another call; this one is over with that, and the other party is hung up.</summary>
    /// <param name="leg">Who is taken out.</param>
    /// <param name="why">How this call ends.</param>
    /// <returns>False when it is no party of this call any more.</returns>
    public bool TryTakeOut(CallLeg leg, CallEnd why)
    {
        lock (_gate)
        {
            if (SideOfHere(leg) is not { } side)
                return false;
            if (side == CallSide.Caller)
                _caller = null;
            else
                _callee = null;
            Audio.Forget();
        }

        _ = FinishAsync(why);
        return true;
    }

    /// <summary>These parties may hang up now without ending the call: somebody is being looked for in their place. Undone by <see cref="Recall"/>, or by an exchange.</summary>
    /// <param name="leaving">Who.</param>
    public void Excuse(params IReadOnlyList<CallLeg?> leaving)
    {
        lock (_gate)
            _leaving = leaving;
    }

    /// <summary>Nobody was found in their place: a party that has hung up meanwhile ends the call.</summary>
    public void Recall()
    {
        IReadOnlyList<CallLeg?> leaving;
        lock (_gate)
            (leaving, _leaving) = (_leaving, []);
        foreach (var leg in leaving)
        {
            if (leg?.WaitForEndAsync() is { IsCompletedSuccessfully: true } ended && SideOf(leg) is not null)
                _ = FinishAsync(ended.Result);
        }
    }

    /// <summary>Nobody but commands has a say in the call any more. False when somebody has answered it already, and is being connected.</summary>
    internal bool TryTake()
    {
        lock (_gate)
        {
            if (_stage is CallStage.Incoming or CallStage.Ringing && _callee is not null)
                return false;
            _isTaken = true;
        }

        _taken.Fire();
        return true;
    }

    /// <summary>Lets one command, or whoever else wants to, change who is in the call or who hears whom. Dispose what it gives when that is done.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null when another one does, or the call is over.</returns>
    public CommandTurn? TryBegin(CancellationToken cancel)
    {
        lock (_gate)
            return _turn is null && _stage != CallStage.Ended ? _turn = new(this, cancel) : null;
    }

    internal void Return(CommandTurn turn)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_turn, turn))
                _turn = null;
        }
    }

    /// <summary>Both parties at once, as when one of them has called anew to be joined with somebody.</summary>
    internal async Task<bool> ExchangeAsync(CallLeg? leaves, CallLeg comes, CallLeg? renews, CallLeg? renewed)
    {
        CallLeg? stays;
        CallSide side;
        lock (_gate)
        {
            if (_stage == CallStage.Ended || (leaves is not null && SideOfHere(leaves) is null))
                return false;
            side = leaves is null ? (_caller is null ? CallSide.Caller : CallSide.Callee) : SideOfHere(leaves)!.Value;
            _isTaken = true;
            stays = side == CallSide.Caller ? _callee : _caller;
            if (renewed is not null && !ReferenceEquals(stays, renews))
                return false;
        }

        _taken.Fire();
        var before = stays;
        stays = renewed ?? stays;
        await ResumeAsync(stays).ConfigureAwait(false);
        await ResumeAsync(comes).ConfigureAwait(false);
        if (!TryJoin(stays, comes))
        {
            RejoinParties();
            return false;
        }

        lock (_gate)
        {
            if (_stage == CallStage.Ended)
                return false;
            (_caller, _callee) = side == CallSide.Caller ? (comes, stays) : (stays, comes);
            _leaving = [];
            _stage = CallStage.Answered;
            _answered ??= _directory.Time.GetUtcNow();
        }

        Know(comes.CallId, isOurs: true);
        if (renewed is not null)
        {
            Know(renewed.CallId, isOurs: true);
            Follow(renewed);
        }

        Follow(comes);
        Settle(leaves);
        Settle(renewed is null ? null : before);
        lock (_gate)
        {
            if (_stage != CallStage.Ended)
                Publish(CallEventKind.Transferred, side);
        }

        return true;
    }

    /// <summary>The parties hear each other again, if nothing else keeps them apart.</summary>
    internal void RejoinParties()
    {
        CallLeg? one, other;
        lock (_gate)
            (one, other) = (_caller, _callee);
        if (one is not null && other is not null)
            TryJoin(one, other);
    }

    private bool TryJoin(CallLeg? one, CallLeg? other) => one?.Call is not { } first || other?.Call is not { } second || Audio.TryJoin(first, second);

    /// <summary>Ends the call; who calls it first says how.</summary>
    internal Task FinishAsync(CallEnd why)
    {
        List<CallLeg> legs;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_finishing is not null)
                return _finishing;
            _finishing = done.Task;
            _stage = CallStage.Ended;
            _ended = _directory.Time.GetUtcNow();
            _isTaken = true;
            legs = [.. new[] { _caller, _callee }.OfType<CallLeg>()];
            _directory.Remove(this, _ids);
            _end.SetResult(why);
            Publish(CallEventKind.Ended);
        }

        _ = ReleaseAsync(legs, done);
        _over.Fire();
        _taken.Fire();
        return done.Task;
    }

    private async Task ReleaseAsync(List<CallLeg> legs, TaskCompletionSource done)
    {
        try
        {
            StopSounds();
            UpdateMusic();
            StopDigits();
            Audio.Close();
            await Task.WhenAll(legs.Select(leg => leg.ReleaseAsync().AsTask())).ConfigureAwait(false);
            await StopRecordingAsync().ConfigureAwait(false);
        }
        catch (Exception e) // what a host gave to be disposed of with a leg, or a disk: the call is over all the same
        {
            Parley.Log.CallbackFailed(_directory.Logger, Id, e);
        }
        finally
        {
            done.SetResult();
        }
    }

    // Watches a party from here on: its end, its answer, its digits, its holds.
    private void Follow(CallLeg leg)
    {
        if (leg.Call is { } call)
        {
            call.OnChange = _ => OnChange(leg);
            OnChange(leg);
        }

        _ = FollowEndAsync(leg);
    }

    private async Task FollowEndAsync(CallLeg leg)
    {
        var end = await leg.WaitForEndAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (SideOfHere(leg) is null || _leaving.Contains(leg))
                return;
        }

        await FinishAsync(end).ConfigureAwait(false);
    }

    // On the party's lane, or wherever it became a party.
    private void OnChange(CallLeg leg)
    {
        if (leg is { IsAnswered: true, Call: { } call })
            WatchDigits(leg, call);
        var answered = false;
        var changed = false;
        lock (_gate)
        {
            if (SideOfHere(leg) is not { } side)
                return;
            // With an application there is nobody else whose answer would count.
            answered = leg.IsAnswered && Origin == CallOrigin.Incoming && _stage < CallStage.Answered && _callee is null;
            if (leg.HoldsUs != leg.ToldHold)
            {
                leg.ToldHold = leg.HoldsUs;
                changed = true;
                Publish(leg.HoldsUs ? CallEventKind.Held : CallEventKind.Unheld, side == CallSide.Caller ? CallSide.Callee : CallSide.Caller);
            }
        }

        if (answered)
            Answer();
        if (changed)
            SetApart(_holding, leg, leg.HoldsUs && _directory.HasMusic);
    }
}
