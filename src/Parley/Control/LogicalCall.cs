using System.Diagnostics.CodeAnalysis;
using Parley.Dialogs;
using Parley.Sip.Invites;

namespace Parley.Control;

/// <summary>
/// A call as people mean it: two parties, or one and an application, from the first INVITE to the last BYE. Either party may be exchanged for somebody else while the other stays.
/// Whoever began it, it is in the directory, and commands work on it. Members may be used from any thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The turn is the command's that has it: it gives it back.")]
public sealed partial class LogicalCall
{
    private readonly CallDirectory _directory;
    private readonly Lock _gate = new();
    private readonly EndSignal _over;
    private readonly EndSignal _taken;
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _ids = [];
    private readonly LegSnapshot _callerBefore;
    private readonly LegSnapshot? _calleeBefore;
    private readonly DateTimeOffset _created;
    private DateTimeOffset? _answered;
    private DateTimeOffset? _ended;
    private CallStage _stage;
    private CallLeg? _caller;
    private CallLeg? _callee;
    private IReadOnlyList<CallLeg?> _leaving = [];
    private CommandTurn? _turn;
    private bool _isTaken;

    internal LogicalCall(CallDirectory directory, CallOrigin origin, LegSnapshot caller, LegSnapshot? callee)
    {
        _directory = directory;
        _over = new(directory.Logger);
        _taken = new(directory.Logger);
        Id = Guid.NewGuid().ToString();
        Origin = origin;
        _stage = origin == CallOrigin.Incoming ? CallStage.Incoming : CallStage.Calling;
        (_callerBefore, _calleeBefore) = (caller, callee);
        _created = directory.Time.GetUtcNow();
    }

    /// <summary>What names it from beginning to end.</summary>
    public string Id { get; }

    /// <summary>Who began it.</summary>
    public CallOrigin Origin { get; }

    /// <summary>How it was made.</summary>
    public CallFlow Flow { get; internal init; }

    /// <summary>Fires when it has ended.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Fires when a command has taken the call out of the hands of who served it, and when it has ended: nobody else is to answer, ring or hang up anything from here on.</summary>
    public CancellationToken Taken => _taken.Token;

    /// <summary>True once the call is over.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
                return _stage == CallStage.Ended;
        }
    }

    /// <summary>True once <see cref="Taken"/> has fired, or is about to.</summary>
    public bool IsTaken
    {
        get
        {
            lock (_gate)
                return _isTaken;
        }
    }

    internal CallAudio Audio { get; } = new();

    /// <summary>The two dialogs, where the audio does not pass here; null otherwise, and before both are up.</summary>
    internal BackToBack.B2bua? Pair { get; set; }

    /// <summary>The call as it is now.</summary>
    public CallSnapshot Snapshot()
    {
        lock (_gate)
            return SnapshotHere();
    }

    /// <summary>Waits for its end, whoever ends it.</summary>
    public Task<CallEnd> WaitForEndAsync(CancellationToken cancel = default) => _end.Task.WaitAsync(cancel);

    /// <summary>The party on that side; null when there is none, or the call is over.</summary>
    /// <param name="side">Which.</param>
    public CallLeg? Leg(CallSide side)
    {
        lock (_gate)
            return _stage == CallStage.Ended ? null : side == CallSide.Caller ? _caller : _callee;
    }

    /// <summary>The party on the other side of one; null when there is none, or the call is over.</summary>
    /// <param name="leg">The one.</param>
    public CallLeg? OtherThan(CallLeg leg)
    {
        lock (_gate)
            return SideOfHere(leg) switch { CallSide.Caller => _callee, CallSide.Callee => _caller, _ => null };
    }

    /// <summary>The side of a party; null when it is no party of this call, or the call is over.</summary>
    /// <param name="leg">The party.</param>
    public CallSide? SideOf(CallLeg leg)
    {
        lock (_gate)
            return SideOfHere(leg);
    }

    /// <summary>The party whose call that is; null when it is no party of this one, or this one is over.</summary>
    /// <param name="call">A call of the user agent.</param>
    public CallLeg? LegOf(Call call)
    {
        lock (_gate)
        {
            return _stage == CallStage.Ended || call is null ? null
                : ReferenceEquals(_caller?.Call, call) ? _caller
                : ReferenceEquals(_callee?.Call, call) ? _callee : null;
        }
    }

    /// <summary>The callee's devices are being rung; on with the next one.</summary>
    /// <param name="leg">The leg to a device, under whose Call-ID the call is found from here on. Null for none.</param>
    public void Ring(OutgoingCall? leg = null)
    {
        if (leg is not null)
            Know(leg.Id);
        lock (_gate)
        {
            if (_stage >= CallStage.Ringing)
                return;
            _stage = CallStage.Ringing;
            Publish(CallEventKind.Ringing);
        }
    }

    /// <summary>Somebody has answered for the callee, and it is theirs. False when the call is over, or was taken by a command: then the leg stays its owner's.</summary>
    /// <param name="callee">Who has answered.</param>
    public bool TryConnect(CallLeg callee)
    {
        ArgumentNullException.ThrowIfNull(callee);
        lock (_gate)
        {
            if (_stage == CallStage.Ended || _isTaken || _callee is not null)
                return false;
            _callee = callee;
        }

        Follow(callee);
        return true;
    }

    /// <summary>Both parties have answered: they hear each other.</summary>
    /// <returns>False when they cannot; the call is being ended then.</returns>
    public bool Join()
    {
        CallLeg? one, other;
        lock (_gate)
        {
            (one, other) = (_caller, _callee);
            if (_stage == CallStage.Ended || one is null || other is null)
                return false;
        }

        if (one.Call is { } first && other.Call is { } second && !Audio.TryJoin(first, second))
        {
            _ = FinishAsync(new(CallEndKind.Failed, CallEndParty.Local, 488, "The parties have no audio to be joined"));
            return false;
        }

        Answer();
        return true;
    }

    /// <summary>Ends the call: both parties are hung up, whatever they are doing. Does nothing when it is over.</summary>
    /// <param name="why">How it ends.</param>
    /// <returns>Completes when both parties are hung up.</returns>
    public Task EndAsync(CallEnd why) => FinishAsync(why);

    internal CallSnapshot SnapshotHere() => new()
    {
        Id = Id,
        Origin = Origin,
        Flow = Flow,
        Stage = _stage,
        Caller = _caller?.Snapshot() ?? _callerBefore,
        Callee = _callee?.Snapshot() ?? _calleeBefore,
        IsRecording = _recording is not null,
        Created = _created,
        Answered = _answered,
        Ended = _ended,
        End = _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null,
        Duration = _answered is { } since ? (_ended ?? _directory.Time.GetUtcNow()) - since : null,
    };

    /// <summary>The party on the caller's side is there.</summary>
    internal bool TrySetCaller(CallLeg caller)
    {
        lock (_gate)
        {
            if (_stage == CallStage.Ended)
                return false;
            _caller = caller;
        }

        Know(caller.CallId);
        Follow(caller);
        return true;
    }

    /// <summary>The call is found by this Call-ID too.</summary>
    internal void Know(string callId, bool isOurs = false)
    {
        lock (_gate)
        {
            if (_stage == CallStage.Ended)
                return;
            _directory.Know(callId, this, isOurs);
            if (_ids.Contains(callId))
                return;
            // The legs there are stay found, whatever came and went meanwhile.
            if (_ids.Count >= _directory.Limits.MaxIdsPerCall && _ids.FindIndex(id => id != _caller?.CallId && id != _callee?.CallId) is >= 0 and var oldest)
            {
                _directory.Forget(_ids[oldest], this);
                _ids.RemoveAt(oldest);
            }

            _ids.Add(callId);
        }
    }

    private CallSide? SideOfHere(CallLeg leg) =>
        _stage == CallStage.Ended ? null : ReferenceEquals(leg, _caller) ? CallSide.Caller : ReferenceEquals(leg, _callee) ? CallSide.Callee : null;

    private void Answer()
    {
        lock (_gate)
        {
            if (_stage is CallStage.Answered or CallStage.Ended)
                return;
            _stage = CallStage.Answered;
            _answered = _directory.Time.GetUtcNow();
            Publish(CallEventKind.Answered);
        }
    }

    // Under the gate, so that events come in the order of what happened.
    private void Publish(CallEventKind kind, CallSide? leg = null, char? digit = null)
    {
        var call = SnapshotHere();
        _directory.Feed.Publish(new() { Number = 0, Time = default, Kind = kind, Call = call, Leg = leg, Digit = digit, End = call.End, Duration = kind == CallEventKind.Ended ? call.Duration : null });
    }
}
