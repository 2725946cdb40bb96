using Parley.Media.Rtp;
using Parley.Net;

namespace Parley.Media.Tests.Rtp;

public sealed class JitterBufferTests
{
    private const int Frame = 160;
    private readonly PacketPool _pool = new();
    private readonly JitterBuffer _jitter = new(8000);

    private bool Add(int sequence, long now, bool marker = false, long? timestamp = null, bool skip = false)
    {
        var buffer = _pool.Rent();
        buffer.Length = RtpHeader.Size + 2;
        RtpHeader.Write(buffer.Span, 0, marker, (ushort)sequence, (uint)(timestamp ?? sequence * (long)Frame), 1);
        Assert.True(RtpPacket.TryParse(buffer.Span, out var packet));
        var kept = true;
        if (skip)
            _jitter.Skip(packet, now);
        else
            kept = _jitter.Add(buffer, packet, now);
        buffer.Release();
        return kept;
    }

    // What each pull gives: the packet's number, "-" for silence, "?" for concealment.
    private string Pull(long now, bool quiet = false)
    {
        var result = _jitter.Pull(now, quiet, out var frame);
        if (result != JitterPull.Packet)
            return result == JitterPull.Silence ? "-" : "?";
        var sequence = frame.Packet.Array[2] << 8 | frame.Packet.Array[3];
        frame.Packet.Release();
        return sequence.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // Packets by arrival time, pulled every 20 ms at 5 ms past the grid.
    private string Play(int pulls, params (int Sequence, long At)[] arrivals)
    {
        var sorted = arrivals.OrderBy(a => a.At).ToList();
        var heard = new List<string>();
        for (var i = 0; i < pulls; i++)
        {
            var now = 5 + i * 20;
            while (sorted.Count > 0 && sorted[0].At <= now)
            {
                Add(sorted[0].Sequence, sorted[0].At);
                sorted.RemoveAt(0);
            }

            heard.Add(Pull(now));
        }

        return string.Join(' ', heard);
    }

    [Fact]
    public void Even_packets_come_out_even_after_the_least_delay() =>
        Assert.Equal("- 100 101 102 103 104", Play(6, [.. Enumerable.Range(0, 6).Select(i => (100 + i, 20L * i))]));

    [Fact]
    public void Overtaken_packets_are_put_back_into_order() =>
        Assert.Equal("- 100 101 102 103 104", Play(6, (100, 0), (102, 20), (101, 40), (103, 60), (104, 80)));

    [Fact]
    public void A_lost_packet_leaves_one_concealed_frame() =>
        Assert.Equal("- 100 ? 102 103 104", Play(6, (100, 0), (102, 40), (103, 60), (104, 80)));

    [Fact]
    public void With_a_lost_packet_comes_the_one_after_it_if_it_is_there_and_it_stays_to_be_played()
    {
        Play(2, (100, 0));
        Add(102, 40);
        Assert.Equal(JitterPull.Conceal, _jitter.Pull(45, false, out var following));
        Assert.Equal(102, following.Packet.Array[3]);
        Assert.Equal("102", Pull(65));
        Assert.Equal(JitterPull.Conceal, _jitter.Pull(85, false, out following));
        Assert.Null(following.Packet);
    }

    [Fact]
    public void What_follows_a_pause_that_was_foretold_is_silence_and_no_loss()
    {
        Play(3, (100, 0), (101, 20));
        _jitter.Pause();
        Assert.Equal("- -", $"{Pull(65)} {Pull(85)}");
        Add(102, 200, timestamp: 110 * Frame);
        Assert.Equal("- 102", $"{Pull(205)} {Pull(225)}");
        Assert.Equal(0, _jitter.Statistics.Concealed);
    }

    [Fact]
    public void Another_clock_begins_anew_and_its_packets_come_out_even()
    {
        Play(3, (100, 0), (101, 20), (102, 40));
        _jitter.UseClock(48_000);
        Assert.Equal((0, 960, 48_000), (_jitter.Count, _jitter.FrameUnits, _jitter.ClockRate));
        var heard = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            Add(200 + i, 100 + i * 20, timestamp: 960L * i);
            heard.Add(Pull(105 + i * 20));
        }

        Assert.Equal("- 200 201 202 203", string.Join(' ', heard));
    }

    [Fact]
    public void A_packet_that_comes_twice_is_played_once()
    {
        Assert.Equal("- 100 101 102", Play(4, (100, 0), (101, 20), (101, 21), (102, 40)));
        Assert.Equal(1, _jitter.Statistics.Duplicates);
    }

    [Fact]
    public void A_packet_after_its_turn_is_late_and_not_played()
    {
        Play(6, (100, 0), (102, 40), (103, 60), (104, 80));
        Assert.False(Add(101, 110));
        Assert.Equal(1, _jitter.Statistics.Late);
    }

    [Fact]
    public void The_sequence_number_wraps_unheard() =>
        Assert.Equal("- 65534 65535 0 1 2", Play(6, (65534, 0), (65535, 20), (65536, 40), (65537, 60), (65538, 80)));

    [Fact]
    public void When_nothing_comes_three_frames_are_concealed_then_it_is_silent() =>
        Assert.Equal("- 100 101 ? ? ? - - - -", Play(10, (100, 0), (101, 20)));

    [Fact]
    public void A_talk_spurt_after_silence_waits_for_its_delay_again()
    {
        Play(10, (100, 0), (101, 20));
        Add(102, 206, marker: true, timestamp: 102 * Frame + 1280);
        Assert.Equal("-", Pull(215));
        Assert.Equal("102", Pull(235));
    }

    [Fact]
    public void A_gap_in_time_without_a_gap_in_sequence_is_silence_not_loss()
    {
        for (var i = 0; i < 3; i++)
            Add(i, i * 20);
        Add(3, 160, timestamp: 8 * Frame, marker: true);
        var heard = new List<string>();
        for (var now = 60; now <= 240; now += 20)
            heard.Add(Pull(now));
        Assert.DoesNotContain("?", heard.TakeWhile(h => h != "3"));
        Assert.Equal("0 1 2 3", string.Join(' ', heard.Where(h => h is not ("-" or "?"))));
    }

    [Fact]
    public void An_event_in_the_sequence_is_silence_not_loss()
    {
        for (var i = 0; i < 3; i++)
            Add(i, i * 20);
        for (var i = 3; i < 8; i++)
            Add(i, i * 20, timestamp: 3 * Frame, skip: true);
        for (var i = 8; i < 12; i++)
            Add(i, i * 20);
        var heard = new List<string>();
        for (var now = 60; now <= 300; now += 20)
            heard.Add(Pull(now));
        Assert.Equal("0 1 2 8 9 10 11", string.Join(' ', heard.Where(h => h is not ("-" or "?"))));
        Assert.DoesNotContain("?", heard.Take(10));
    }

    [Fact]
    public void Jitter_makes_the_delay_grow_within_half_a_second_and_nothing_is_late_after_that()
    {
        var random = new Random(1);
        var arrivals = Enumerable.Range(0, 500).Select(i => (i, i * 20L + random.Next(0, 70))).ToArray();
        Play(25, arrivals[..25]);
        Assert.InRange(_jitter.TargetDelay, 48, 90);
        var before = _jitter.Statistics;
        var sorted = arrivals[25..].OrderBy(a => a.Item2).ToList();
        for (var now = 505L; sorted.Count > 0; now += 20)
        {
            while (sorted.Count > 0 && sorted[0].Item2 <= now)
            {
                Add(sorted[0].i, sorted[0].Item2);
                sorted.RemoveAt(0);
            }

            Pull(now);
        }

        Assert.InRange(_jitter.Statistics.Late - before.Late, 0, 10);
        Assert.InRange(_jitter.Statistics.Concealed - before.Concealed, 0, 15);
    }

    [Fact]
    public void The_delay_shrinks_again_once_the_network_is_calm()
    {
        var random = new Random(2);
        var now = 0L;
        for (var i = 0; i < 3000; i++, now += 20)
        {
            Add(i, now + (i < 200 ? random.Next(0, 100) : 0));
            Pull(now + 5, quiet: true);
        }

        Assert.InRange(_jitter.TargetDelay, 20, 24);
        Assert.InRange(_jitter.Count, 0, 3);
    }

    [Fact]
    public void The_delay_stays_under_its_maximum()
    {
        var jitter = new JitterBuffer(8000, new() { Maximum = TimeSpan.FromMilliseconds(60) });
        Assert.InRange(jitter.TargetDelay, 20, 60);
        for (var i = 0; i < 100; i++)
            Add(i, i % 10 == 0 ? i * 20 + 500 : i * 20);
        Assert.InRange(_jitter.TargetDelay, 21, 200);
    }

    [Fact]
    public void A_clock_that_runs_fast_at_the_sender_does_not_pile_packets_up()
    {
        // 1 % fast: 19.8 ms between packets, pulled every 20 ms for a minute.
        var sequence = 0;
        for (var now = 0L; now < 60_000; now += 20)
        {
            while (sequence * 19.8 <= now)
                Add(sequence++ & 0xFFFF, now);
            Pull(now, quiet: now % 1000 < 100);
        }

        Assert.InRange(_jitter.Count, 0, 8);
        Assert.True(_jitter.Statistics.Dropped > 10);
    }

    [Fact]
    public void A_jump_beyond_its_capacity_starts_anew()
    {
        Play(5, (100, 0), (101, 20), (102, 40));
        Add(5000, 120);
        Assert.Equal("-", Pull(125));
        Assert.Equal("5000", Pull(145));
    }

    [Fact]
    public void Every_buffer_goes_back_to_the_pool()
    {
        var random = new Random(3);
        for (var i = 0; i < 5000; i++)
        {
            Add(random.Next(0, 200) + i, i * 10L, marker: random.Next(20) == 0, skip: random.Next(10) == 0, timestamp: random.Next(100) * 80 + i * 80);
            Pull(i * 10L, quiet: random.Next(2) == 0);
        }

        _jitter.Clear();
        Assert.Equal(0, _jitter.Count);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Steady_running_allocates_nothing()
    {
        var buffer = _pool.Rent();
        buffer.Length = RtpHeader.Size + 160;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2000; i++)
            {
                var n = round * 2000 + i;
                RtpHeader.Write(buffer.Span, 0, false, (ushort)n, (uint)(n * Frame), 1);
                _ = RtpPacket.TryParse(buffer.Span, out var packet);
                _jitter.Add(buffer, packet, n * 20L);
                if (_jitter.Pull(n * 20L + 5, false, out var frame) == JitterPull.Packet)
                    frame.Packet.Release();
            }

            if (round == 1)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        _jitter.Clear();
        buffer.Release();
    }
}
