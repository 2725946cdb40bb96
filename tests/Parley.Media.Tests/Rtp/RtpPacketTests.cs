using Parley.Media.Rtp;

namespace Parley.Media.Tests.Rtp;

public sealed class RtpPacketTests
{
    [Fact]
    public void What_the_writer_wrote_the_view_reads()
    {
        var wire = new byte[RtpHeader.Size + 3];
        RtpHeader.Write(wire, 101, marker: true, 65535, 0xFFFFFFF0, 0x12345678);
        wire[12] = 7;

        Assert.True(RtpPacket.TryParse(wire, out var packet));
        Assert.True(packet.Marker);
        Assert.Equal(101, packet.PayloadType);
        Assert.Equal(65535, packet.SequenceNumber);
        Assert.Equal(0xFFFFFFF0u, packet.Timestamp);
        Assert.Equal(0x12345678u, packet.Ssrc);
        Assert.Equal([7, 0, 0], packet.Payload.ToArray());
    }

    [Fact]
    public void Csrc_list_extension_and_padding_are_taken_off_the_payload()
    {
        var wire = Convert.FromHexString(
            "B2" + "00" + "0001" + "00000002" + "00000003" // V=2 P X CC=2
            + "0000000A" + "0000000B"                       // CSRC
            + "BEDE" + "0001" + "10FF0000"                  // extension of one word
            + "AABBCC" + "000003");                         // payload, padding of 3
        Assert.True(RtpPacket.TryParse(wire, out var packet));
        Assert.Equal(2, packet.ContributingSourceCount);
        Assert.Equal(0x0Bu, packet.ContributingSource(1));
        Assert.Equal(0xBEDE, packet.ExtensionProfile);
        Assert.Equal("10FF0000", Convert.ToHexString(packet.Extension));
        Assert.Equal("AABBCC", Convert.ToHexString(packet.Payload));
    }

    [Theory]
    [InlineData("80000001000000020000", "shorter than a header")]
    [InlineData("400000010000000200000003", "version 1")]
    [InlineData("8F0000010000000200000003", "CSRC list beyond the end")]
    [InlineData("900000010000000200000003", "extension header beyond the end")]
    [InlineData("900000010000000200000003BEDEFFFF00000000", "extension content beyond the end")]
    [InlineData("A0000001000000020000000300000000", "padding of zero")]
    [InlineData("A0000001000000020000000300000005", "padding longer than the payload")]
    public void A_packet_whose_parts_reach_beyond_it_is_refused(string hex, string why) =>
        Assert.False(RtpPacket.TryParse(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void No_datagram_whatever_makes_the_parsers_throw()
    {
        var random = new Random(4711);
        var wire = new byte[64];
        for (var i = 0; i < 200_000; i++)
        {
            random.NextBytes(wire);
            wire[0] = (byte)(0x80 | (wire[0] & 0x3F));
            var datagram = wire.AsSpan(0, random.Next(wire.Length));
            if (RtpPacket.TryParse(datagram, out var packet))
                _ = packet.Payload.Length + packet.Extension.Length + packet.ExtensionProfile;
            if (wire[1] > 40)
                wire[1] = (byte)(200 + wire[1] % 6);
            wire[2] = 0;
            wire[3] &= 7;
            if (!RtcpReader.TryOpen(datagram, out var reader))
                continue;
            while (reader.TryRead(out var report))
            {
                _ = report.CanonicalName.Length + report.Ssrc + report.SenderInfo.Packets;
                _ = report.Leaves(1);
                for (var r = 0; r < report.ReportCount; r++)
                    _ = report.Report(r);
            }
        }
    }

    [Theory]
    [InlineData(65535, 0, 1)]
    [InlineData(0, 65535, -1)]
    [InlineData(10, 20, 10)]
    public void Sequence_distance_goes_the_nearer_way_round(int from, int to, int expected) =>
        Assert.Equal(expected, RtpSerial.Distance((ushort)from, (ushort)to));

    [Fact]
    public void A_timestamp_is_unwrapped_next_to_its_reference()
    {
        Assert.Equal(0x1_0000_0010, RtpSerial.Unwrap(0x10, 0xFFFF_FFF0));
        Assert.Equal(0xFFFF_FFF0, RtpSerial.Unwrap(0xFFFF_FFF0, 0x1_0000_0010));
    }
}
