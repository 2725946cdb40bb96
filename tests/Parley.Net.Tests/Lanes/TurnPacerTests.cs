namespace Parley.Net.Tests.Lanes;

public sealed class TurnPacerTests
{
    private const long Interval = 40_000;

    private readonly TurnPacer _pacer = new() { Interval = Interval };
    private long _clock = 1_000_000;

    [Fact]
    public void A_lane_with_little_to_do_never_pauses()
    {
        Turns(100, Interval + 1, ready: 1);
        Assert.False(_pacer.IsPacing);
    }

    [Fact]
    public void Turns_that_come_closer_than_the_interval_are_spread_out()
    {
        Turns(10, Interval / 2, ready: 1);
        Assert.True(_pacer.IsPacing);
        Assert.Equal(_clock + Interval, _pacer.NextTurn);
    }

    [Fact]
    public void Two_datagrams_that_meet_by_chance_change_nothing()
    {
        for (var i = 0; i < 50; i++)
        {
            Turns(1, 10 * Interval, ready: 1);
            Turns(3, 1_000, ready: 1);
        }

        Assert.False(_pacer.IsPacing);
    }

    [Fact]
    public void Turns_for_timers_alone_are_not_a_busy_lane()
    {
        Turns(100, 1_000, ready: 0);
        Assert.False(_pacer.IsPacing);
    }

    [Fact]
    public void Pauses_go_on_while_each_gathers_something_and_end_when_they_do_not()
    {
        Turns(10, Interval / 2, ready: 1);
        Turns(1_000, Interval, ready: 3);
        Assert.True(_pacer.IsPacing);
        Turns(20, Interval, ready: 1);
        Assert.False(_pacer.IsPacing);
    }

    [Fact]
    public void A_lane_that_is_late_does_not_wait_longer_for_it()
    {
        Turns(10, Interval / 2, ready: 1);
        Turns(1, 50 * Interval, ready: 100);
        Assert.Equal(_clock + Interval, _pacer.NextTurn);
    }

    [Fact]
    public void No_interval_ends_the_pauses_at_once()
    {
        Turns(10, Interval / 2, ready: 1);
        _pacer.Interval = 0;
        Assert.False(_pacer.IsPacing);
    }

    private void Turns(int count, long gap, int ready)
    {
        for (var i = 0; i < count; i++)
            _pacer.Note(_clock += gap, ready);
    }
}
