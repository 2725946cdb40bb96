using System.Numerics;

namespace Parley.Net;

/// <summary>
/// Hierarchical timing wheel: four levels of 256 slots of 1 ms, 256 ms, 65.5 s and 4.7 h. Scheduling and cancelling cost the same however many
/// timers wait; a timer further away is moved down a level when its time comes nearer. Owned by one lane.
/// </summary>
internal sealed class TimerWheel
{
    private const int Bits = 8;
    private const int Slots = 1 << Bits;
    private const int Levels = 4;
    // One top-level slot short of a full round, so that no timer lands in the slot being passed.
    private const long MaxDelay = (1L << (Bits * Levels)) - (1L << (Bits * (Levels - 1)));

    private readonly LaneTimer?[] _slots = new LaneTimer?[Slots * Levels];
    private readonly ulong[] _occupied = new ulong[Slots * Levels / 64];
    private long _now;

    public TimerWheel(long now) => _now = now;

    public int Count { get; private set; }

    /// <summary>Time up to which everything due has fired, in milliseconds.</summary>
    public long Now => _now;

    /// <summary>Milliseconds from the wheel's own time until <see cref="Advance"/> has something to do; -1 when no timer waits.</summary>
    public long UntilNext()
    {
        if (Count == 0)
            return -1;
        var next = long.MaxValue;
        for (var level = 0; level < Levels; level++)
        {
            var position = (int)(_now >> (Bits * level)) & (Slots - 1);
            var distance = NextOccupied(level, position);
            if (distance > 0)
                next = Math.Min(next, (((_now >> (Bits * level)) + distance) << (Bits * level)) - _now);
        }

        return next;
    }

    public void Schedule(LaneTimer timer, long now, long milliseconds)
    {
        if (timer.IsScheduled)
            Remove(timer);
        else
            Count++;
        // Never the slot being run: a timer set to "now" fires in the next millisecond, so a turn always ends.
        timer.Due = _now + Math.Clamp(now - _now + Math.Clamp(milliseconds, 0, MaxDelay), 1, MaxDelay);
        Insert(timer);
    }

    public void Cancel(LaneTimer timer)
    {
        if (!timer.IsScheduled)
            return;
        Remove(timer);
        Count--;
    }

    /// <summary>
    /// Fires everything due up to and including <paramref name="now"/>, in order of time and then of scheduling. When a timer throws, the rest
    /// is kept: another call goes on with the next one.
    /// </summary>
    public void Advance(long now)
    {
        FireSlot(); // holds only what a timer that threw left behind
        while (_now < now)
        {
            var step = UntilNext();
            if (step < 0 || _now + step > now)
            {
                _now = now;
                return;
            }

            _now += step;
            for (var level = Levels - 1; level > 0; level--)
            {
                if ((_now & ((1L << (Bits * level)) - 1)) == 0)
                    Cascade(level);
            }

            FireSlot();
        }
    }

    private void FireSlot()
    {
        var slot = (int)_now & (Slots - 1);
        while (_slots[slot] is { } timer)
        {
            Remove(timer);
            Count--;
            timer.Fire(_now);
        }
    }

    private void Cascade(int level)
    {
        var slot = level * Slots + ((int)(_now >> (Bits * level)) & (Slots - 1));
        while (_slots[slot] is { } timer)
        {
            Remove(timer);
            Insert(timer);
        }
    }

    private void Insert(LaneTimer timer)
    {
        // The level is that of the highest digit (base 256) in which due time and now differ: timers of one due time so share a slot at any moment,
        // and keep their order when they move down.
        var differs = timer.Due ^ _now;
        var level = 0;
        while (level < Levels - 1 && differs >= 1L << (Bits * (level + 1)))
            level++;
        var slot = level * Slots + ((int)(timer.Due >> (Bits * level)) & (Slots - 1));
        // Appended at the end of the ring so that timers due in one millisecond fire in the order they were set.
        if (_slots[slot] is { } head)
        {
            timer.Next = head;
            timer.Previous = head.Previous;
            head.Previous!.Next = timer;
            head.Previous = timer;
        }
        else
        {
            timer.Next = timer;
            timer.Previous = timer;
            _slots[slot] = timer;
            _occupied[slot >> 6] |= 1UL << slot;
        }

        timer.Slot = slot;
    }

    private void Remove(LaneTimer timer)
    {
        var slot = timer.Slot;
        if (timer.Next == timer)
        {
            _slots[slot] = null;
            _occupied[slot >> 6] &= ~(1UL << slot);
        }
        else
        {
            timer.Next!.Previous = timer.Previous;
            timer.Previous!.Next = timer.Next;
            if (_slots[slot] == timer)
                _slots[slot] = timer.Next;
        }

        timer.Next = null;
        timer.Previous = null;
        timer.Slot = -1;
    }

    // Distance in slots (1..256) from position to the next occupied slot of the level, 0 when none is.
    private int NextOccupied(int level, int position)
    {
        var start = level * Slots / 64;
        for (var i = 0; i <= Slots / 64; i++)
        {
            var from = (position + 1 + 64 * i) & (Slots - 1);
            var bits = RotatedWord(start, from);
            if (bits == 0)
                continue;
            var distance = 1 + 64 * i + BitOperations.TrailingZeroCount(bits);
            return distance <= Slots ? distance : 0;
        }

        return 0;
    }

    // 64 occupancy bits beginning at slot "from", wrapping round the level.
    private ulong RotatedWord(int start, int from)
    {
        var word = from >> 6;
        var shift = from & 63;
        var low = _occupied[start + word] >> shift;
        return shift == 0 ? low : low | _occupied[start + ((word + 1) & (Slots / 64 - 1))] << (64 - shift);
    }
}
