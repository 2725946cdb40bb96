using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

public sealed class TraceTests
{
    private static readonly string s_request = Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1");
    private static readonly DateTimeOffset s_start = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public async Task The_text_trace_has_a_line_with_time_transport_addresses_and_length_above_each_message()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        await ReceiveOneAsync(new TextSipTrace(text));

        Assert.Equal(
            $"2031-05-06 07:08:09.000 udp 10.0.0.1:5060 <- 10.0.0.2:5062 {s_request.Length} bytes{text.NewLine}{s_request}{text.NewLine}", text.ToString());
    }

    [Fact]
    public async Task A_malformed_message_and_its_answer_are_traced_too()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        await ReceiveOneAsync(new TextSipTrace(text), s_request.Replace("CSeq: 1 OPTIONS\r\n", "", StringComparison.Ordinal));

        Assert.Contains("udp 10.0.0.1:5060 <- 10.0.0.2:5062", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("udp 10.0.0.1:5060 -> 10.0.0.2:5062", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("SIP/2.0 400 ", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_pcap_trace_writes_its_reader_reads()
    {
        var file = new MemoryStream();
        await ReceiveOneAsync(new PcapSipTrace(file));
        file.Position = 0;

        var message = Assert.Single(PcapReader.Read(file));

        Assert.Equal(s_start, message.Time);
        Assert.Equal(Address("10.0.0.2:5062"), message.Source);
        Assert.Equal(Address("10.0.0.1:5060"), message.Destination);
        Assert.Equal(s_request, Encoding.ASCII.GetString(message.Bytes.Span));
    }

    [Theory]
    [InlineData("10.0.0.1:5060", "10.0.0.2:5062")]
    [InlineData("[fd00::1]:5060", "[fd00::2]:5062")]
    public void Packets_of_the_pcap_trace_have_right_checksums(string local, string remote)
    {
        var file = new MemoryStream();
        var trace = new PcapSipTrace(file);
        trace.OnMessage(TraceDirection.Sent, s_start, new(new FixedChannel(Address(local)), Address(remote)), "odd SIP/2.0\r\n\r\n"u8);
        var packet = file.ToArray().AsSpan(24 + 16);

        var isV6 = packet[0] >> 4 == 6;
        var header = isV6 ? 40 : 20;
        var udpLength = packet.Length - header;
        if (!isV6)
            Assert.Equal(0xFFFF, Fold(Sum(packet[..20])));
        Assert.Equal(0xFFFF, Fold(Sum(isV6 ? packet[8..40] : packet[12..20]) + 17 + udpLength + Sum(packet[header..])));
    }

    [Fact]
    public void A_capture_of_an_ethernet_with_vlan_tags_and_other_traffic_yields_its_sip_messages()
    {
        var message = Encoding.ASCII.GetBytes("SIP/2.0 200 OK\r\n\r\n");
        byte[] udp = [0x13, 0xC4, 0x13, 0xC6, 0, (byte)(8 + message.Length), 0, 0, .. message];
        byte[] ip = [0x45, 0, 0, (byte)(20 + udp.Length), 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, .. udp];
        byte[] tagged = [.. new byte[12], 0x81, 0x00, 0x00, 0x05, 0x08, 0x00, .. ip, 0, 0, 0];
        byte[] arp = [.. new byte[12], 0x08, 0x06, .. new byte[28]];
        var file = new MemoryStream(Pcap(1, arp, tagged, ip[..10]));

        var found = Assert.Single(PcapReader.Read(file));

        Assert.Equal("192.0.2.1:5060", found.Source.ToString());
        Assert.Equal("192.0.2.2:5062", found.Destination.ToString());
        Assert.Equal(message, found.Bytes.ToArray());
    }

    [Theory]
    [InlineData("hello", "shorter than a pcap header")]
    [InlineData("hello hello hello hello hello", "does not begin with the pcap mark")]
    public void What_is_no_pcap_file_is_refused(string text, string why)
    {
        var refused = Assert.Throws<InvalidDataException>(() => PcapReader.Read(new MemoryStream(Encoding.ASCII.GetBytes(text))).ToList());

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pcap_file_cut_within_a_packet_says_which()
    {
        var whole = Pcap(101, new byte[40]);

        var refused = Assert.Throws<InvalidDataException>(() => PcapReader.Read(new MemoryStream(whole[..^3])).ToList());

        Assert.Contains("packet 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_captures_never_do_worse_than_say_so()
    {
        var good = new MemoryStream();
        var trace = new PcapSipTrace(good);
        for (var i = 0; i < 3; i++)
            trace.OnMessage(TraceDirection.Sent, s_start, new(new FixedChannel(Address("10.0.0.1:5060")), Address("10.0.0.2:5062")), Encoding.ASCII.GetBytes(s_request));
        var random = new Random(3);

        for (var round = 0; round < 5_000; round++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange(PcapReader.Read(new MemoryStream(bytes, 0, random.Next(bytes.Length))).Count(), 0, 3);
            }
            catch (InvalidDataException)
            {
                // Refusing is right too.
            }
        }
    }

    [Fact]
    public void A_ladder_has_one_column_per_address_and_marks_repeats()
    {
        var (alice, bob) = (Address("10.0.0.1:5060"), Address("10.0.0.2:5060"));
        var invite = s_request.Replace("OPTIONS", "INVITE", StringComparison.Ordinal)
            .Replace("Content-Length: 0", "Content-Type: application/sdp\r\nContent-Length: 3", StringComparison.Ordinal) + "v=0";
        var ringing = Wire(
            """
            SIP/2.0 180 Ringing
            Via: SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1
            From: <sip:alice@10.0.0.2>;tag=1
            To: <sip:bob@10.0.0.1>;tag=2
            Call-ID: a
            CSeq: 1 INVITE
            Content-Length: 0


            """);
        TracedMessage Seen(NetEndpoint from, NetEndpoint to, string text) => new(s_start, from, to, Encoding.ASCII.GetBytes(text));

        var ladders = Ladder.Build(
        [
            Seen(alice, bob, invite), Seen(alice, bob, invite), Seen(bob, alice, ringing), Seen(alice, bob, "garbage"),
            Seen(bob, alice, Options("SIP/2.0/UDP 10.0.0.2", "other")),
        ]);

        Assert.Equal(["a", "other"], ladders.Select(l => l.CallId));
        Assert.Equal([alice, bob], ladders[0].Participants);
        Assert.Equal(["INVITE (SDP)", "INVITE (SDP)", "180 Ringing (INVITE)"], ladders[0].Steps.Select(s => s.Label));
        Assert.Equal([false, true, false], ladders[0].Steps.Select(s => s.IsRepeat));
        Assert.Equal([(0, 1), (0, 1), (1, 0)], ladders[0].Steps.Select(s => (s.From, s.To)));
    }

    [Fact]
    public async Task A_live_trace_gives_each_watcher_what_comes_after_it_began_to_watch()
    {
        var live = new LiveSipTrace();
        using var stop = new CancellationTokenSource();
        await using var watcher = live.WatchAsync(stop.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = watcher.MoveNextAsync();

        await ReceiveOneAsync(new CombinedSipTrace(live, new TextSipTrace(TextWriter.Null)));

        Assert.True(await next);
        Assert.Equal(s_request, Encoding.ASCII.GetString(watcher.Current.Bytes.Span));
        Assert.Equal(Address("10.0.0.2:5062"), watcher.Current.Source);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watcher.MoveNextAsync());
    }

    [Fact]
    public async Task A_trace_that_throws_is_counted_and_stops_nothing()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:10.0.0.1:5060"], Trace = new FullDisk() }).Start();
        rig.UdpPeer().Send(s_request, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Single(rig.Received);
        Assert.Equal(1, rig.Layer.Counters.TraceFaults);
    }

    private static async Task ReceiveOneAsync(ISipTrace trace, string? text = null)
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:0.0.0.0:5060"], Trace = trace }, new() { Time = new(s_start) }).Start();
        rig.UdpPeer().Send(text ?? s_request, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();
    }

    private static byte[] Pcap(int link, params byte[][] packets)
    {
        List<byte> file = [0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4, .. new byte[8], 0, 4, 0, 0, 0, 0, 0, (byte)link];
        foreach (var packet in packets)
            file.AddRange([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, (byte)packet.Length, 0, 0, 0, (byte)packet.Length, .. packet]);
        return [.. file];
    }

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + (bytes[0] << 8);
    }

    private static int Fold(int sum)
    {
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }

    private sealed class FullDisk : ISipTrace
    {
        public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message) =>
            throw new IOException("No space left on device");
    }

    private sealed class FixedChannel(NetEndpoint local) : SipChannel(SipTransport.Udp)
    {
        public override NetEndpoint Local => local;

        public override bool IsOpen => true;

        public override NetEndpoint LocalFor(in NetEndpoint remote) => local;

        public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => default;
    }
}
