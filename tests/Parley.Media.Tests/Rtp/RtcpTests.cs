using Parley.Media.Rtp;

namespace Parley.Media.Tests.Rtp;

public sealed class RtcpTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static ulong Ntp(long milliseconds) => NtpTime.From(Start.AddMilliseconds(milliseconds));

    [Fact]
    public void A_compound_of_sender_report_description_and_goodbye_is_read_as_written()
    {
        var buffer = new byte[512];
        var writer = new RtcpWriter(buffer);
        var block = new RtcpReportBlock(7, 64, -3, 0x1_0005, 12, 0xAABBCCDD, 65536);
        writer.SenderReport(1, new(0x0102030405060708, 800, 5, 860), block);
        writer.CanonicalName(1, "abc@host"u8);
        writer.Goodbye(1);

        Assert.True(RtcpReader.TryOpen(buffer.AsSpan(0, writer.Length), out var reader));
        Assert.True(reader.TryRead(out var report));
        Assert.Equal(new RtcpSenderInfo(0x0102030405060708, 800, 5, 860), report.SenderInfo);
        Assert.Equal(block, report.Report(0));
        Assert.True(reader.TryRead(out var description));
        Assert.Equal("abc@host"u8.ToArray(), description.CanonicalName.ToArray());
        Assert.True(reader.TryRead(out var bye));
        Assert.True(bye.Leaves(1));
        Assert.False(bye.Leaves(2));
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("80C9", "shorter than a word")]
    [InlineData("80CB000100000001", "begins with BYE")]
    [InlineData("80C9000200000001", "length beyond the datagram")]
    [InlineData("81C9000100000001", "one report block announced, none there")]
    [InlineData("40C9000100000001", "version 1")]
    [InlineData("80C900010000000180CBFFFF", "second packet's length beyond the datagram")]
    [InlineData("80C90001000000019FCB000100000001", "BYE announces 31 sources, has one")]
    [InlineData("A0C9000100000004" + "80CB0000", "padding in the first packet")]
    [InlineData("A0C9000100000003", "padding not of whole words")]
    public void A_compound_with_a_wrong_length_is_refused_as_a_whole(string hex, string why) =>
        Assert.False(RtcpReader.TryOpen(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void Round_trip_is_what_remains_after_the_other_sides_delay()
    {
        var a = new RtcpSession(1, "a");
        var b = new RtcpSession(2, "b");
        var heardByB = new RtpReceiveStatistics(8000);
        heardByB.Add(1, 160, 0);
        var wire = new byte[512];

        // A's report takes 30 ms, B waits 500 ms and answers, the answer takes 50 ms.
        var length = a.Build(wire, 1000, new(Ntp(1000), 0, 1, 160), 2, null);
        Assert.True(b.Receive(wire.AsSpan(0, length), 1030, Ntp(1030), 1));
        length = b.Build(wire, 1530, null, 1, heardByB);
        Assert.True(a.Receive(wire.AsSpan(0, length), 1580, Ntp(1580), 2));

        Assert.NotNull(a.RoundTrip);
        Assert.InRange(a.RoundTrip.Value.TotalMilliseconds, 79.5, 80.5);
    }

    [Fact]
    public void A_round_trip_from_the_future_is_not_believed()
    {
        var a = new RtcpSession(1, "a");
        var wire = new byte[512];
        var writer = new RtcpWriter(wire);
        writer.ReceiverReport(2, new(1, 0, 0, 0, 0, NtpTime.Middle(Ntp(5000)), 65536));
        Assert.True(a.Receive(wire.AsSpan(0, writer.Length), 0, Ntp(1000), 2));
        Assert.NotNull(a.RemoteReport);
        Assert.Null(a.RoundTrip);
    }

    [Fact]
    public void Malformed_reports_are_counted_and_change_nothing()
    {
        var a = new RtcpSession(1, "a");
        Assert.False(a.Receive([0x81, 201, 0, 1, 0, 0, 0, 1], 0, 0, 2));
        Assert.Equal(1, a.Malformed);
        Assert.Null(a.RemoteReport);
    }

    [Fact]
    public void The_interval_is_spread_round_five_seconds_and_halved_for_the_first_report()
    {
        Assert.Equal((long)(5000 * 0.5 / 1.21828), RtcpInterval.Next(5000, false, 100, 0), 5.0);
        Assert.Equal((long)(5000 * 1.5 / 1.21828), RtcpInterval.Next(5000, false, 100, 0.99999), 5.0);
        Assert.Equal((long)(2500 * 1.0 / 1.21828), RtcpInterval.Next(5000, true, 100, 0.5), 5.0);
    }

    [Fact]
    public void The_estimate_of_quality_is_best_undisturbed_and_falls_with_loss_and_delay()
    {
        var best = VoiceQuality.EstimateMos(0, 20);
        Assert.InRange(best, 4.3, 4.5);
        Assert.InRange(VoiceQuality.EstimateMos(0.03, 20), 3.5, best - 0.2);
        Assert.InRange(VoiceQuality.EstimateMos(0, 400), 2.5, best - 0.5);
        Assert.Equal(1, VoiceQuality.EstimateMos(1, 2000));
    }
}
