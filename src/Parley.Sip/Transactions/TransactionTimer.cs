using Parley.Net;

namespace Parley.Sip.Transactions;

/// <summary>
/// The two deadlines a transaction can have at once, on one timer of the lane: the next retransmission (Timers A, E, G, the automatic 100)
/// and the end of the state (Timers B, D, F, H to M).
/// </summary>
internal sealed class TransactionTimer(Lane lane, ITimedTransaction owner) : LaneTimer
{
    private const long Never = long.MaxValue;

    private long _repeatAt = Never;
    private long _endAt = Never;

    /// <summary>The interval last given to <see cref="Repeat"/>, in milliseconds.</summary>
    public int Interval { get; private set; }

    public void Repeat(int milliseconds)
    {
        Interval = milliseconds;
        _repeatAt = lane.Now + milliseconds;
        Arm();
    }

    public void StopRepeating()
    {
        _repeatAt = Never;
        Arm();
    }

    public void End(int milliseconds)
    {
        _endAt = lane.Now + milliseconds;
        Arm();
    }

    public void Stop()
    {
        _repeatAt = Never;
        _endAt = Never;
        lane.Cancel(this);
    }

    // What is due is taken back first: the owner may set it again, or be over and serve somebody else when its call returns.
    protected override void Fire(long now)
    {
        if (_endAt <= now)
        {
            Stop();
            owner.OnEndDue();
            return;
        }

        var isRepeatDue = _repeatAt <= now;
        if (isRepeatDue)
            _repeatAt = Never;
        Arm();
        if (isRepeatDue)
            owner.OnRepeatDue();
    }

    private void Arm()
    {
        var due = Math.Min(_repeatAt, _endAt);
        if (due == Never)
            lane.Cancel(this);
        else
            lane.Schedule(this, due - lane.Now);
    }
}

/// <summary>What a <see cref="TransactionTimer"/> tells the transaction it belongs to.</summary>
internal interface ITimedTransaction
{
    /// <summary>The retransmission is due; the end stays set.</summary>
    void OnRepeatDue();

    /// <summary>The end is due; nothing is set any more.</summary>
    void OnEndDue();
}
