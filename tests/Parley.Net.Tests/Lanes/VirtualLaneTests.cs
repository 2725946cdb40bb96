namespace Parley.Net.Tests.Lanes;

public sealed class VirtualLaneTests : LaneContract
{
    private readonly VirtualNetwork _network;
    private readonly VirtualHost _host;

    public VirtualLaneTests()
    {
        _network = new(new() { OnFault = (_, fault) => Faults.Enqueue(fault) });
        _host = _network.Host("10.0.0.1", "fd00::1");
        Lane = _host.CreateLanes("test", 1)[0];
    }

    private protected override INetwork Network => _host;

    private protected override Lane Lane { get; }

    private protected override void Until(Func<bool> condition) => _network.RunUntil(condition, TimeSpan.FromMinutes(1));

    [Fact]
    public void Ticks_and_timers_come_to_the_tick_of_the_clock()
    {
        var log = new List<string>();
        var start = _network.Clock.Elapsed;
        OnLane(() =>
        {
            Lane.AddTicker(new ActionTicker((number, missed) => log.Add($"{(_network.Clock.Elapsed - start).TotalMilliseconds}: tick {number} {missed}")), 20);
            Lane.Schedule(new ActionTimer(_ => log.Add($"{(_network.Clock.Elapsed - start).TotalMilliseconds}: timer")), 45);
        });
        _network.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Equal(["20: tick 0 0", "40: tick 1 0", "45: timer", "60: tick 2 0"], log);
    }

    [Fact]
    public void A_fault_comes_out_of_the_clock_when_nobody_else_is_told()
    {
        var network = new VirtualNetwork();
        var lane = network.CreateLanes("test", 1)[0];
        lane.Post(_ => throw new FormatException("work"), null);
        var error = Assert.Throws<AggregateException>(network.RunUntilIdle);
        Assert.Equal("work", Assert.IsType<FormatException>(error.InnerException).Message);
        network.RunUntilIdle();
    }

    [Fact]
    public void A_turn_of_one_lane_does_not_make_another_current()
    {
        var lanes = _host.CreateLanes("more", 2);
        var current = (First: false, Second: true);
        lanes[0].Post(_ => current = (lanes[0].IsCurrent, lanes[1].IsCurrent), null);
        _network.RunUntilIdle();
        Assert.Equal((true, false), current);
    }
}
