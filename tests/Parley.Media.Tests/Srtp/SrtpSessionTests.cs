using System.Buffers.Binary;
using Parley.Media.Rtp;
using Parley.Media.Srtp;

namespace Parley.Media.Tests.Srtp;

/// <summary>A sender and a receiver with the same key, and what lies between them: loss, disorder, repetition, forgery, numbers that begin anew.</summary>
public sealed class SrtpSessionTests
{
    private const uint Ssrc = 0x1234_5678;

    public static TheoryData<string> Suites => [.. SrtpSuite.All.Select(suite => suite.Name)];

    [Theory]
    [MemberData(nameof(Suites))]
    public void What_is_sent_arrives_and_nothing_of_it_can_be_read(string name)
    {
        using var pair = new Pair(name);
        var packet = Packet(7, payload: 160);
        var wire = pair.Send(packet);
        Assert.Equal(packet.Length + pair.Suite.TagLength, wire.Length);
        Assert.Equal(packet[..12], wire[..12]);
        Assert.NotEqual(packet[12..], wire[12..packet.Length]);
        Assert.Equal(packet, pair.Receive(wire));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_report_arrives_too(string name)
    {
        using var pair = new Pair(name);
        var report = Report();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var wire = new byte[report.Length + SrtpSender.MaxOverhead];
            report.CopyTo(wire, 0);
            var length = pair.Sender.ProtectControl(wire, report.Length);
            Assert.Equal(report.Length + pair.Suite.ControlTagLength + 4, length);
            Assert.Equal(report[..8], wire[..8]);
            Assert.NotEqual(report[8..], wire[8..report.Length]);
            var received = pair.Receiver.UnprotectControl(wire.AsSpan(0, length));
            Assert.Equal(report, wire[..received]);
            Assert.Equal(-1, pair.Receiver.UnprotectControl(wire.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Numbers_may_begin_anew_also_in_disorder_and_with_loss(string name)
    {
        using var pair = new Pair(name);
        for (var i = 0; i < 200_000; i += 97)
        {
            var late = pair.Send(Packet((ushort)i, payload: 20));
            var next = pair.Send(Packet((ushort)(i + 1), payload: 20));
            Assert.NotNull(pair.Receive(next));
            Assert.NotNull(pair.Receive(late));
        }

        Assert.Equal(0, pair.Receiver.Rejected);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void What_comes_again_is_dropped(string name)
    {
        using var pair = new Pair(name);
        var sent = Enumerable.Range(0, 300).Select(i => pair.Send(Packet((ushort)(65_400 + i), payload: 40))).ToList();
        foreach (var wire in sent)
            Assert.NotNull(pair.Receive([.. wire]));
        foreach (var wire in sent)
            Assert.Null(pair.Receive([.. wire]));
        Assert.Equal(300, pair.Receiver.Rejected);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_single_bit_that_is_changed_is_noticed_and_leaves_no_trace(string name)
    {
        using var pair = new Pair(name);
        Assert.NotNull(pair.Receive(pair.Send(Packet(1, payload: 20))));
        var genuine = pair.Send(Packet(2, payload: 20));
        for (var bit = 0; bit < genuine.Length * 8; bit++)
        {
            byte[] forged = [.. genuine];
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(pair.Receive(forged));
        }

        Assert.NotNull(pair.Receive(genuine));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Whatever_comes_nothing_breaks(string name)
    {
        using var pair = new Pair(name);
        var random = new Random(5);
        for (var i = 0; i < 5_000; i++)
        {
            var junk = new byte[random.Next(0, 80)];
            random.NextBytes(junk);
            if (junk.Length > 0 && i % 2 == 0)
                junk[0] = (byte)(0x80 | (junk[0] & 0x3F));
            Assert.Null(pair.Receive(junk));
            Assert.Equal(-1, pair.Receiver.UnprotectControl(junk));
        }

        Assert.NotNull(pair.Receive(pair.Send(Packet(9, payload: 20))));
    }

    [Fact]
    public void Another_key_opens_nothing()
    {
        using var one = new Pair(SrtpSuite.AesCm128Sha1Tag80.Name);
        using var other = new Pair(SrtpSuite.AesCm128Sha1Tag80.Name);
        Assert.Null(other.Receive(one.Send(Packet(1, payload: 20))));
    }

    [Fact]
    public void The_header_with_its_extension_stays_readable()
    {
        using var pair = new Pair(SrtpSuite.AesGcm128.Name);
        byte[] packet = [0x91, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4, .. new byte[20]];
        var wire = pair.Send(packet);
        Assert.Equal(packet[..24], wire[..24]);
        Assert.NotEqual(packet[24..], wire[24..44]);
        Assert.Equal(packet, pair.Receive(wire));
    }

    [Fact]
    public void Several_sources_have_numbers_of_their_own()
    {
        using var pair = new Pair(SrtpSuite.AesCm128Sha1Tag80.Name);
        using var second = new SrtpSender(pair.Sender.Key);
        Assert.NotNull(pair.Receive(pair.Send(Packet(60_000, payload: 20))));
        var wire = new byte[60];
        var length = second.Protect(Packet(5, payload: 20, ssrc: 99), wire);
        Assert.NotNull(pair.Receive(wire[..length]));
        Assert.NotNull(pair.Receive(pair.Send(Packet(60_001, payload: 20))));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Nothing_is_allocated_for_a_packet(string name)
    {
        using var pair = new Pair(name);
        var packet = Packet(0, payload: 160);
        var wire = new byte[packet.Length + SrtpSender.MaxOverhead];
        ushort sequence = 0;
        void Pass()
        {
            for (var i = 0; i < 100; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence++);
                var length = pair.Sender.Protect(packet, wire);
                if (pair.Receiver.Unprotect(wire.AsSpan(0, length)) < 0)
                    throw new InvalidOperationException("It did not arrive.");
            }
        }

        Assert.Equal(0, Allocations.Of(Pass));
    }

    private static byte[] Packet(ushort sequence, int payload, uint ssrc = Ssrc)
    {
        var packet = new byte[RtpHeader.Size + payload];
        RtpHeader.Write(packet, 0, false, sequence, (uint)(sequence * 160), ssrc);
        for (var i = RtpHeader.Size; i < packet.Length; i++)
            packet[i] = (byte)i;
        return packet;
    }

    private static byte[] Report()
    {
        var report = new byte[28];
        Convert.FromHexString("80C8000612345678").CopyTo(report, 0);
        for (var i = 8; i < report.Length; i++)
            report[i] = (byte)i;
        return report;
    }

    private sealed class Pair : IDisposable
    {
        public Pair(string name)
        {
            Assert.True(SrtpSuite.TryFind(name, out var suite));
            Suite = suite;
            var key = SrtpKey.Create(suite);
            Sender = new SrtpSender(key);
            Receiver = new SrtpReceiver(key);
        }

        public SrtpSuite Suite { get; }

        public SrtpSender Sender { get; }

        public SrtpReceiver Receiver { get; }

        public byte[] Send(byte[] packet)
        {
            var wire = new byte[packet.Length + SrtpSender.MaxOverhead];
            return wire[..Sender.Protect(packet, wire)];
        }

        public byte[]? Receive(byte[] wire)
        {
            var length = Receiver.Unprotect(wire);
            return length < 0 ? null : wire[..length];
        }

        public void Dispose()
        {
            Sender.Dispose();
            Receiver.Dispose();
        }
    }
}
