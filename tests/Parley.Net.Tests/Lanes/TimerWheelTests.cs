using FsCheck;
using FsCheck.Fluent;

namespace Parley.Net.Tests.Lanes;

public sealed class TimerWheelTests
{
    [Fact]
    public void Fires_exactly_what_a_sorted_list_would_in_the_same_order()
    {
        // Delays of every level, and steps from one millisecond to weeks.
        var delay = Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, 70_000), Gen.Choose(0, 20_000_000), Gen.Choose(0, int.MaxValue)).Select(n => (long)n);
        var operation = Gen.Choose(0, 9).SelectMany(kind => delay.Select(value => (Kind: kind, Value: value)));
        var operations = Gen.Choose(0, int.MaxValue).SelectMany(start => operation.ListOf().Select(list => (Start: (long)start, List: list.ToArray())));
        Prop.ForAll(operations.ToArbitrary(), run => Agrees(run.Start, run.List)).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(120));
    }

    private static bool Agrees(long start, (int Kind, long Value)[] operations)
    {
        var wheel = new TimerWheel(start);
        var model = new Model(start);
        var fired = new List<(int, long)>();
        var timers = new List<ActionTimer>();
        foreach (var (kind, value) in operations)
        {
            if (kind < 6)
            {
                var id = timers.Count;
                timers.Add(new(now => fired.Add((id, now))));
                wheel.Schedule(timers[id], wheel.Now, value);
                model.Schedule(id, value);
            }
            else if (kind == 6 && timers.Count > 0)
            {
                var id = (int)(value % timers.Count);
                wheel.Cancel(timers[id]);
                model.Cancel(id);
            }
            else if (kind == 7 && timers.Count > 0)
            {
                var id = (int)(value % timers.Count);
                wheel.Schedule(timers[id], wheel.Now, value);
                model.Schedule(id, value);
            }
            else
            {
                wheel.Advance(wheel.Now + value);
                model.Advance(value);
            }

            if (wheel.Count != model.Count || !fired.SequenceEqual(model.Fired))
                return false;
        }

        wheel.Advance(wheel.Now + int.MaxValue);
        model.Advance(int.MaxValue);
        return fired.SequenceEqual(model.Fired) && wheel.Count == model.Count;
    }

    [Fact]
    public void The_time_until_the_next_timer_is_never_too_long()
    {
        var wheel = new TimerWheel(12_345);
        var fired = 0L;
        wheel.Schedule(new ActionTimer(now => fired = now), 12_345, 5_000_000);
        var turns = 0;
        while (fired == 0)
        {
            wheel.Advance(wheel.Now + wheel.UntilNext());
            turns++;
        }

        Assert.Equal(5_012_345, fired);
        Assert.True(turns <= 4, $"{turns} turns for one timer");
        Assert.Equal(-1, wheel.UntilNext());
    }

    [Fact]
    public void A_timer_cancelled_by_another_of_the_same_millisecond_does_not_fire()
    {
        var wheel = new TimerWheel(0);
        var fired = false;
        var second = new ActionTimer(_ => fired = true);
        wheel.Schedule(new ActionTimer(_ => wheel.Cancel(second)), 0, 10);
        wheel.Schedule(second, 0, 10);
        wheel.Advance(50);
        Assert.False(fired);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void A_timer_that_sets_itself_for_now_comes_in_the_next_millisecond()
    {
        var wheel = new TimerWheel(0);
        var times = new List<long>();
        ActionTimer? timer = null;
        timer = new(now =>
        {
            times.Add(now);
            wheel.Schedule(timer!, now, 0);
        });
        wheel.Schedule(timer, 0, 5);
        wheel.Advance(8);
        Assert.Equal([5, 6, 7, 8], times);
    }

    [Fact]
    public void A_timer_that_throws_does_not_take_the_others_along()
    {
        var wheel = new TimerWheel(0);
        var fired = false;
        wheel.Schedule(new ActionTimer(_ => throw new FormatException()), 0, 10);
        wheel.Schedule(new ActionTimer(_ => fired = true), 0, 10);
        Assert.Throws<FormatException>(() => wheel.Advance(20));
        wheel.Advance(20);
        Assert.True(fired);
    }

    [Fact]
    public void A_delay_beyond_the_wheel_is_taken_as_its_longest()
    {
        var wheel = new TimerWheel(uint.MaxValue - 5L);
        var fired = 0L;
        wheel.Schedule(new ActionTimer(now => fired = now), wheel.Now, long.MaxValue);
        wheel.Advance(wheel.Now + 4_278_190_079);
        Assert.Equal(0, fired);
        wheel.Advance(wheel.Now + 1);
        Assert.Equal(uint.MaxValue - 5L + 4_278_190_080, fired);
    }

    private sealed class Model(long now)
    {
        private readonly List<(int Id, long Due, int Order)> _waiting = [];
        private long _now = now;
        private int _order;

        public List<(int, long)> Fired { get; } = [];

        public int Count => _waiting.Count;

        public void Schedule(int id, long delay)
        {
            Cancel(id);
            _waiting.Add((id, _now + Math.Max(1, delay), _order++));
        }

        public void Cancel(int id) => _waiting.RemoveAll(item => item.Id == id);

        public void Advance(long by)
        {
            _now += by;
            var due = _waiting.Where(item => item.Due <= _now).OrderBy(item => item.Due).ThenBy(item => item.Order).ToList();
            _waiting.RemoveAll(due.Contains);
            Fired.AddRange(due.Select(item => (item.Id, item.Due)));
        }
    }
}
