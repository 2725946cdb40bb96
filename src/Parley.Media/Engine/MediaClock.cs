using System.Runtime.ExceptionServices;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// The media clock of a lane, shared by all its streams. A cycle of 120 ms, the common multiple of all packet lengths, is cut into slots of 2 ms; each
/// stream sits in every slot its packets are due in, beginning with the least loaded, so that the streams' packets don't leave in one burst. The schedule is
/// absolute: lateness does not add up.
/// </summary>
internal sealed class MediaClock(Lane lane) : LaneTimer
{
    /// <summary>Milliseconds between slots.</summary>
    public const int SlotLength = 2;

    // About what an AudioStream measures.
    private const int MemberSize = 448;

    private const int Cycle = 120;
    private const int Slots = Cycle / SlotLength;

    // A lane that was stopped for longer than this (a debugger, a suspended machine) does not send all it missed in one burst.
    private const long MaxCatchUp = 100;

    private readonly List<IClocked>[] _slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<IClocked>())];
    private long _position; // in slots since the lane's time zero; the next to run
    private List<IClocked>? _running;
    private int _cursor;
    private bool _firing;
    private Exception? _fault;

    /// <summary>Streams on the clock.</summary>
    public int Count { get; private set; }

    /// <summary>Milliseconds skipped because the lane was stopped.</summary>
    public long Skipped { get; private set; }

    /// <summary>Largest lateness of a slot so far, in milliseconds.</summary>
    public long WorstLateness { get; private set; }

    /// <summary>The packet length nearest to what was asked for that the clock can keep: 10, 20, 30, 40 or 60 ms.</summary>
    public static int Period(int milliseconds) => milliseconds switch
    {
        <= 15 => 10,
        <= 25 => 20,
        <= 35 => 30,
        <= 50 => 40,
        _ => 60,
    };

    /// <summary>Adds a member; <paramref name="period"/> is one that <see cref="Period"/> gave. On the lane only.</summary>
    public void Add(IClocked member, int period)
    {
        var step = period / SlotLength;
        var phase = 0;
        for (var i = 1; i < step; i++)
        {
            if (Load(i, step) < Load(phase, step))
                phase = i;
        }

        for (var slot = phase; slot < Slots; slot += step)
            _slots[slot].Add(member);
        // The position may have run ahead over slots that were empty until now.
        if (Count++ == 0 || !_firing)
            _position = Math.Min(Count == 1 ? long.MaxValue : _position, lane.Now / SlotLength + 1);
        if (!_firing)
            Reschedule();
    }

    /// <summary>Takes a member off. On the lane only; a member may take itself off in its tick.</summary>
    public void Remove(IClocked member)
    {
        var found = false;
        foreach (var slot in _slots)
        {
            var at = slot.IndexOf(member);
            if (at < 0)
                continue;
            found = true;
            slot.RemoveAt(at);
            // In the slot being run the cursor follows, so that nobody is left out.
            if (slot == _running && at <= _cursor)
                _cursor--;
        }

        if (found && --Count == 0 && !_firing)
            lane.Cancel(this);
    }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        // The lane's own time: a turn that came late is late for the audio too.
        now = Math.Max(now, lane.Now);
        var behind = now - _position * SlotLength;
        WorstLateness = Math.Max(WorstLateness, behind);
        if (behind > MaxCatchUp)
        {
            Skipped += behind;
            _position = now / SlotLength;
        }

        _firing = true;
        for (; _position * SlotLength <= now; _position++)
            Run((int)(_position % Slots), _position * SlotLength);
        _firing = false;
        if (Count > 0)
            Reschedule();
        if (_fault is { } fault)
        {
            _fault = null;
            ExceptionDispatchInfo.Throw(fault); // to the lane, which counts and reports it
        }
    }

    private void Run(int slot, long due)
    {
        _running = _slots[slot];
        for (_cursor = 0; _cursor < _running.Count; _cursor++)
        {
            Approach(_running, _cursor);
            try
            {
                _running[_cursor].Tick(due);
            }
            catch (Exception exception) // the boundary to codecs, which anybody may bring: the other streams of the clock go on
            {
                _fault ??= exception;
            }
        }

        _running = null;
    }

    // A member four ahead can be fetched only as a whole; the three before it know what they refer to.
    private static void Approach(List<IClocked> members, int cursor)
    {
        if (cursor + 4 < members.Count)
            CacheHint.Fetch(members[cursor + 4], MemberSize);
        for (var ahead = Math.Min(3, members.Count - 1 - cursor); ahead > 0; ahead--)
            members[cursor + ahead].Approach(ahead);
    }

    private void Reschedule()
    {
        while (_slots[_position % Slots].Count == 0)
            _position++;
        lane.Schedule(this, Math.Max(0, _position * SlotLength - lane.Now));
    }

    private int Load(int phase, int step)
    {
        var load = 0;
        for (var slot = phase; slot < Slots; slot += step)
            load += _slots[slot].Count;
        return load;
    }
}
