using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>The session timer of one call (RFC 4028); made when the first is agreed on.</summary>
internal sealed class SessionTimer(InviteSession session, SessionTimerOptions options) : LaneTimer
{
    private SessionTimerState _state;
    private long _interval;
    private long _since;
    private int _minimum;
    private SipBody _description;

    public bool IsOn => _state != SessionTimerState.Off;

    /// <summary>The last session description of ours, which a re-INVITE that only refreshes repeats unchanged (RFC 4028 §7.4).</summary>
    public SipBody Description => _description;

    /// <summary>The peer's request that is being answered and restarts it; its handler hears of that once the answer has left.</summary>
    public IncomingRequest? RefreshedBy { get; set; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(_interval);

    /// <summary>The refresher, in the terms of a request of ours.</summary>
    public RefresherRole RoleInOurRequest => _state switch
    {
        SessionTimerState.Off => RefresherRole.Open,
        SessionTimerState.Watcher => RefresherRole.Uas,
        _ => RefresherRole.Uac,
    };

    /// <summary>The refresher, in the terms of a request of the peer.</summary>
    public RefresherRole RoleInPeersRequest => _state switch
    {
        SessionTimerState.Off => RefresherRole.Open,
        SessionTimerState.Watcher => RefresherRole.Uac,
        _ => RefresherRole.Uas,
    };

    /// <summary>What a request of ours that refreshes says (RFC 4028 §7.4).</summary>
    public TimerOffer Offer => IsOn
        ? new TimerOffer(new SessionExpires(Math.Max((int)(_interval / 1000), _minimum), RoleInOurRequest), _minimum)
        : new TimerOffer(default, _minimum);

    /// <summary>What this side wants now: what runs, else what the application has asked for.</summary>
    public SessionTimerOptions WishNow() => IsOn ? options with { Interval = Interval } : options;

    /// <summary>A 422 or a request of the peer named this Min-SE: from now on ours do, the largest (RFC 4028 §7.4). False when it is no news.</summary>
    public bool TryRaise(int minimum)
    {
        if (minimum <= _minimum)
            return false;
        _minimum = minimum;
        return true;
    }

    /// <summary>A description of ours was given to the peer.</summary>
    public void Describe(in SipBody body)
    {
        if (SessionDescriptions.IsIn(body))
            _description = body.ToOwned();
    }

    /// <summary>A 2xx to either side's request: the interval begins anew.</summary>
    public void Agree(int seconds, bool weRefresh)
    {
        _interval = seconds * 1000L;
        _since = session.Lane.Now;
        Take(seconds == 0 ? SessionTimerInput.AgreedNone : weRefresh ? SessionTimerInput.AgreedLocal : SessionTimerInput.AgreedRemote);
    }

    public void OnRefused() => Take(SessionTimerInput.Refused);

    public void Stop() => Take(SessionTimerInput.Ended);

    /// <inheritdoc/>
    protected override void Fire(long now) => Take(now >= Expiry ? SessionTimerInput.Expired : SessionTimerInput.RefreshDue);

    // RFC 4028 §10: before the interval is over by a third of it, 32 s at most.
    private long Expiry => _since + _interval - Math.Min(32_000, _interval / 3);

    private void Take(SessionTimerInput input)
    {
        (_state, var effects) = SessionTimerMachine.Next(_state, input);
        if ((effects & SessionTimerEffects.Stop) != 0)
            session.Lane.Cancel(this);
        if ((effects & SessionTimerEffects.RefreshAtHalf) != 0)
            At(_since + _interval / 2);
        if ((effects & SessionTimerEffects.RefreshLater) != 0)
            At(Math.Min(session.Lane.Now + _interval / 8, Expiry));
        if ((effects & SessionTimerEffects.WatchExpiry) != 0)
            At(Expiry);
        if ((effects & SessionTimerEffects.Refresh) != 0)
            session.Refresh();
        if ((effects & SessionTimerEffects.HangUp) != 0)
            session.OnExpired();
    }

    private void At(long time) => session.Lane.Schedule(this, Math.Max(0, time - session.Lane.Now));
}

/// <summary>What a request says of session timers. The default value says nothing.</summary>
/// <param name="Expires">Session-Expires.</param>
/// <param name="Minimum">Min-SE in seconds; 0 for none.</param>
internal readonly record struct TimerOffer(SessionExpires Expires, int Minimum);
