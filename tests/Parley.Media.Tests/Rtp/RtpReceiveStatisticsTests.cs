using Parley.Media.Rtp;

namespace Parley.Media.Tests.Rtp;

public sealed class RtpReceiveStatisticsTests
{
    private readonly RtpReceiveStatistics _statistics = new(8000);

    private RtpArrival Add(int sequence, long arrival = 0) => _statistics.Add((ushort)sequence, (uint)(sequence * 160), arrival);

    [Fact]
    public void Lost_is_what_was_expected_and_did_not_come()
    {
        Add(10);
        Add(11);
        Add(14);
        Assert.Equal(5, _statistics.Expected);
        Assert.Equal(2, _statistics.Lost);
    }

    [Fact]
    public void Jitter_goes_on_in_time_when_the_clock_changes()
    {
        var statistics = new RtpReceiveStatistics(8_000);
        for (var i = 0; i < 200; i++)
            statistics.Add((ushort)i, (uint)(160 * i), 20 * i + i % 2 * 10);
        var before = statistics.JitterMilliseconds;
        Assert.InRange(before, 8, 11);
        statistics.UseClock(48_000);
        Assert.Equal(before, statistics.JitterMilliseconds, 0.2);
        for (var i = 200; i < 400; i++)
            statistics.Add((ushort)i, (uint)(77 + 960 * i), 20 * i + i % 2 * 10);
        Assert.Equal(before, statistics.JitterMilliseconds, 1.0);
    }

    [Fact]
    public void A_packet_that_comes_after_a_newer_one_is_not_lost()
    {
        Add(10);
        Add(12);
        Assert.Equal(RtpArrival.Reordered, Add(11));
        Assert.Equal(0, _statistics.Lost);
        Assert.Equal(1, _statistics.Reordered);
    }

    [Fact]
    public void A_duplicate_is_counted_apart()
    {
        Add(10);
        Add(11);
        Assert.Equal(RtpArrival.Duplicate, Add(10));
        Assert.Equal(RtpArrival.Duplicate, Add(11));
        Assert.Equal(2, _statistics.Received);
        Assert.Equal(2, _statistics.Duplicates);
    }

    [Fact]
    public void The_extended_sequence_counts_wraps()
    {
        Add(65534);
        Add(65535);
        Add(0);
        Add(1);
        Assert.Equal(65536u + 1, _statistics.ExtendedHighestSequence);
        Assert.Equal(0, _statistics.Lost);
    }

    [Fact]
    public void One_stray_packet_far_away_changes_nothing_and_two_in_a_row_restart_the_count()
    {
        Add(100);
        Add(101);
        Assert.Equal(RtpArrival.Suspect, Add(40_000));
        Assert.Equal(RtpArrival.InOrder, Add(102));
        Assert.Equal(RtpArrival.Suspect, Add(40_000));
        Assert.Equal(RtpArrival.Restarted, Add(40_001));
        Assert.Equal(1, _statistics.Received);
        Assert.Equal(0, _statistics.Lost);
    }

    [Fact]
    public void Fraction_lost_covers_the_time_since_the_previous_report()
    {
        for (var i = 0; i < 100; i++)
        {
            if (i % 4 != 3 || i == 99)
                Add(i);
        }

        Assert.Equal(24 * 256 / 100, _statistics.TakeFractionLost());
        for (var i = 100; i < 200; i++)
            Add(i);
        Assert.Equal(0, _statistics.TakeFractionLost());
    }

    [Fact]
    public void Jitter_follows_the_formula_of_the_standard()
    {
        // Arrivals alternate 0 and 10 ms off the 20 ms grid: every difference is 80 clock units, towards which J climbs by 1/16 each time.
        for (var i = 0; i < 400; i++)
            _statistics.Add((ushort)i, (uint)(i * 160), i * 20 + (i % 2) * 10);
        Assert.InRange(_statistics.Jitter, 79u, 80u);
        Assert.InRange(_statistics.JitterMilliseconds, 9.8, 10.0);
    }

    [Fact]
    public void Even_arrivals_have_no_jitter_over_the_timestamp_wrap()
    {
        var timestamp = uint.MaxValue - 1000;
        for (var i = 0; i < 50; i++, timestamp += 160)
            _statistics.Add((ushort)i, timestamp, 1_000_000 + i * 20);
        Assert.Equal(0u, _statistics.Jitter);
    }
}
