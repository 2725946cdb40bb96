using Parley.Net;

namespace Parley.Sip.Subscriptions;

/// <summary>
/// Sends what a change of state causes in small batches with pauses between them, so that ten thousand NOTIFYs delay no call on the lane: a batch takes about a
/// millisecond, and 16,000 leave in a second.
/// </summary>
internal sealed class NotificationPacer(Lane lane) : LaneTimer
{
    private const int Batch = 32;
    private const long Pause = 2;

    // Each subscription is in it at most once.
    private readonly Queue<IncomingSubscription> _waiting = new();

    public void Add(IncomingSubscription subscription)
    {
        _waiting.Enqueue(subscription);
        if (!IsScheduled)
            lane.Schedule(this, 1);
    }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        for (var sent = 0; sent < Batch && _waiting.TryDequeue(out var next);)
        {
            if (next.SendChange())
                sent++;
        }

        if (_waiting.Count > 0)
            lane.Schedule(this, Pause);
    }
}
