using Parley.Media.Rtp;

namespace Parley.Media.Tests.Rtp;

public sealed class TelephoneEventTests
{
    private static List<TelephoneEventPacket> Send(byte code, uint start, uint duration)
    {
        var sender = new TelephoneEventSender();
        sender.Start(code, start, duration, 10);
        var packets = new List<TelephoneEventPacket>();
        while (sender.IsActive)
            packets.Add(sender.Next(160));
        return packets;
    }

    private static List<DtmfDigit> Receive(TelephoneEventReceiver receiver, IEnumerable<TelephoneEventPacket> packets)
    {
        var digits = new List<DtmfDigit>();
        var now = 0L;
        var payload = new byte[4];
        foreach (var packet in packets)
        {
            packet.Payload.Write(payload);
            if (receiver.Receive(payload, packet.Timestamp, now += 20, out var digit))
                digits.Add(digit);
        }

        if (receiver.Expire(now + TelephoneEventReceiver.LostEndTimeout, out var last))
            digits.Add(last);
        return digits;
    }

    [Fact]
    public void An_event_keeps_its_start_timestamp_grows_and_ends_three_times()
    {
        var packets = Send(5, 1000, 800);
        Assert.Equal([160, 320, 480, 640, 800, 800, 800], packets.Select(p => (int)p.Payload.Duration));
        Assert.Equal([false, false, false, false, true, true, true], packets.Select(p => p.Payload.End));
        Assert.Equal([true, false, false, false, false, false, false], packets.Select(p => p.Marker));
        Assert.All(packets, p => Assert.Equal(1000u, p.Timestamp));
    }

    [Fact]
    public void A_digit_is_told_once_however_often_its_end_comes()
    {
        var digit = Assert.Single(Receive(new(8000), Send(11, 1000, 800)));
        Assert.Equal(new('#', TimeSpan.FromMilliseconds(100), DtmfSource.Rtp), digit);
    }

    [Fact]
    public void The_same_digit_pressed_twice_is_two_digits() =>
        Assert.Equal("55", string.Concat(Receive(new(8000), [.. Send(5, 1000, 800), .. Send(5, 4000, 800)]).Select(d => d.Symbol)));

    [Fact]
    public void A_digit_whose_ends_were_lost_is_told_at_the_next_ones_start() =>
        Assert.Equal("12", string.Concat(Receive(new(8000), [.. Send(1, 1000, 800).Take(3), .. Send(2, 4000, 800)]).Select(d => d.Symbol)));

    [Fact]
    public void A_digit_whose_ends_were_lost_is_told_after_the_timeout()
    {
        var digit = Assert.Single(Receive(new(8000), Send(1, 1000, 800).Take(3)));
        Assert.Equal(60, digit.Duration.TotalMilliseconds);
    }

    [Fact]
    public void A_single_surviving_end_packet_is_enough() =>
        Assert.Single(Receive(new(8000), Send(9, 1000, 800).TakeLast(1)));

    [Fact]
    public void Packets_of_a_finished_event_that_come_late_are_ignored()
    {
        var packets = Send(3, 1000, 800);
        Assert.Single(Receive(new(8000), [.. packets, packets[1], packets[2]]));
    }

    [Fact]
    public void An_event_longer_than_the_duration_field_is_one_digit_with_its_whole_length()
    {
        var packets = Send(7, 0xFFFF_FF00, 160_000); // 20 s at 8 kHz, over the timestamp's wrap
        Assert.Equal(3, packets.Select(p => p.Timestamp).Distinct().Count());
        var digit = Assert.Single(Receive(new(8000), packets));
        Assert.Equal(20, digit.Duration.TotalSeconds, 0.001);
    }

    [Fact]
    public void Events_that_are_no_digits_are_counted_and_dropped()
    {
        var receiver = new TelephoneEventReceiver(8000);
        Assert.Empty(Receive(receiver, Send(16, 1000, 800)));
        Assert.Equal(7, receiver.Ignored);
    }

    [Fact]
    public void A_truncated_payload_is_no_event() =>
        Assert.False(new TelephoneEventReceiver(8000).Receive([5, 0x8A, 3], 0, 0, out _));
}
