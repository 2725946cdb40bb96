namespace Parley.Net;

/// <summary>Something that happens later on a lane. Derive from it, or embed it, once per object that waits: scheduling allocates nothing.</summary>
public abstract class LaneTimer
{
    // Links of the wheel's slot; owned by the lane's wheel.
    internal LaneTimer? Next;
    internal LaneTimer? Previous;
    internal long Due;
    internal int Slot = -1;

    /// <summary>True between scheduling and firing or cancelling.</summary>
    public bool IsScheduled => Slot >= 0;

    /// <summary>Called on the lane when the time has come; it may schedule itself again.</summary>
    /// <param name="now">The lane's <see cref="Lane.Now"/>.</param>
    protected internal abstract void Fire(long now);
}
