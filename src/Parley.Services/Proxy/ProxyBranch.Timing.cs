namespace Parley.Services.Proxy;

// How long a target may take: Timer C (RFC 3261 §16.6 item 11, §16.8), and what its options say.
internal sealed partial class ProxyBranch
{
    protected override void Fire(long now)
    {
        if (IsFinal)
            return;
        var isTooLate = _finalAt <= now || _silenceAt <= now || (_timerC <= now && !_isProvisional);
        if (!isTooLate && _timerC <= now)
        {
            // It rings, but for too long: cancelled, it has 64·T1 to say so (§16.8).
            _timerC = Never;
            _transaction?.Cancel();
        }
        else if (isTooLate)
        {
            _transaction?.Cancel();
            _request.OnFailure(this, 408);
            return;
        }

        Arm();
    }

    private void OnNews(int status)
    {
        _silenceAt = Never;
        if (status > 100 && _timerC != Never)
            _timerC = _home.Lane.Now + _home.TimerC;
        Arm();
    }

    // Timer C moves on with every ring: the timer that is set is left, and looks again when it fires.
    private void Arm()
    {
        var due = Math.Min(Math.Min(_silenceAt, _finalAt), _timerC);
        if (due != Never && !IsScheduled)
            _home.Lane.Schedule(this, Math.Max(due - _home.Lane.Now, 0));
    }

    private void StopTimer()
    {
        _silenceAt = Never;
        _finalAt = Never;
        _timerC = Never;
        _home.Lane.Cancel(this);
    }
}
