using System.Buffers;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

public sealed class FramerTests : IDisposable
{
    private const string Options = """
        OPTIONS sip:bob@example.com SIP/2.0
        Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bK1
        From: <sip:alice@example.com>;tag=a
        To: <sip:bob@example.com>
        Call-ID: 1@x
        CSeq: 1 OPTIONS
        Content-Type: text/plain
        Content-Length: 5

        hello
        """;

    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Messages_are_the_same_wherever_the_stream_is_cut()
    {
        var stream = MessageRig.Wire(Options + "\n\n" + Options + "\n" + Options);
        for (var cut = 1; cut < stream.Length; cut++)
            Assert.Equal("M:hello Ping M:hello Pong M:hello", Feed(stream, cut));
    }

    [Fact]
    public void Stream_of_single_bytes_is_framed()
    {
        var framer = Framer();
        var stream = MessageRig.Wire(Options + Options);
        var seen = new List<string>();
        var start = 0;
        for (var end = 1; end <= stream.Length; end++)
            start += Drain(framer, new ReadOnlySequence<byte>(stream, start, end - start), seen);
        Assert.Equal(["M:hello", "M:hello"], seen);
        Assert.Equal(stream.Length, start);
    }

    [Fact]
    public void Double_crlf_is_a_ping_and_half_of_one_is_waited_for()
    {
        var framer = Framer();
        var seen = new List<string>();
        Assert.Equal(0, Drain(framer, Sequence("\r\n"), seen));
        Assert.Empty(seen);
        Assert.Equal(4, Drain(framer, Sequence("\r\n\r\n"), seen));
        Assert.Equal(["Ping"], seen);
    }

    [Fact]
    public void Single_crlf_is_a_pong_at_once_where_this_side_pings()
    {
        var seen = new List<string>();
        Assert.Equal(2, Drain(Framer(pings: true), Sequence("\r\n"), seen));
        Assert.Equal(["Pong"], seen);
    }

    [Theory]
    [InlineData("Content-Length: 5", "X: 5", 400, "Missing Content-Length header field")]
    [InlineData("Content-Length: 5", "Content-Length: five", 400, "Malformed Content-Length header field")]
    [InlineData("Content-Length: 5", "Content-Length: -5", 400, "Malformed Content-Length header field")]
    [InlineData("Content-Length: 5", "Content-Length: 5\nl: 6", 400, "Malformed Content-Length header field")]
    [InlineData("Content-Length: 5", "Content-Length: 70000", 413, "Body is larger than this element takes")]
    [InlineData("Content-Length: 5", "Content-Length: 65500", 513, "Message is larger than this element takes")]
    public void Length_that_cannot_be_known_ends_the_stream_with_an_answer(string was, string now, int status, string reason)
    {
        var input = Sequence(Options.Replace(was, now, StringComparison.Ordinal).ReplaceLineEndings("\r\n"));
        var framer = Framer();
        Assert.Equal(FrameResult.Fatal, framer.TryRead(ref input, out var message, out var fault));
        Assert.Equal((status, reason), (fault.Status, fault.Reason));
        Assert.Equal(fault, message!.Fault);
        Assert.Equal("1@x"u8, message.CallId);
        message.Release();
        Assert.Equal(FrameResult.Fatal, framer.TryRead(ref input, out message, out _));
        Assert.Null(message);
    }

    [Fact]
    public void Malformed_message_with_a_sound_length_leaves_the_stream_usable()
    {
        var bad = Options.Replace("CSeq: 1 OPTIONS", "CSeq: 1 BYE", StringComparison.Ordinal);
        Assert.Equal("M400:hello M:hello", Feed(MessageRig.Wire(bad + Options), 10));
        Assert.Equal("skipped M:hello", Feed(MessageRig.Wire(bad.Replace("Via", "X", StringComparison.Ordinal) + Options), 10));
    }

    [Fact]
    public void Head_that_never_ends_is_fatal_at_the_limit_and_not_later()
    {
        var framer = new SipFramer(new SipLimits { MaxMessage = 1000 }, _rig.Packets, _rig.Messages);
        var text = "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n";
        var input = Sequence(text + new string('x', 1000 - text.Length));
        Assert.Equal(FrameResult.NeedMore, framer.TryRead(ref input, out _, out _));
        input = Sequence(text + new string('x', 1001 - text.Length));
        Assert.Equal(FrameResult.Fatal, framer.TryRead(ref input, out var message, out var fault));
        Assert.Equal(513, fault.Status);
        message!.Release();
    }

    [Fact]
    public void What_is_not_sip_is_fatal_without_an_answer()
    {
        var input = Sequence("\x16\x03\x01\x02\x00\x01\n\n");
        Assert.Equal(FrameResult.Fatal, Framer().TryRead(ref input, out var message, out _));
        Assert.Null(message);
    }

    private SipFramer Framer(bool pings = false) => new(_rig.Limits, _rig.Packets, _rig.Messages, pings);

    // The stream in two parts, the second one as a sequence of segments of that size.
    private string Feed(byte[] stream, int cut)
    {
        var framer = Framer();
        var seen = new List<string>();
        var consumed = Drain(framer, new ReadOnlySequence<byte>(stream, 0, Math.Min(cut, stream.Length)), seen);
        Drain(framer, Segments.Of(stream.AsMemory(consumed), cut), seen);
        return string.Join(' ', seen);
    }

    private static int Drain(SipFramer framer, ReadOnlySequence<byte> input, List<string> seen)
    {
        var length = input.Length;
        while (true)
        {
            var result = framer.TryRead(ref input, out var message, out var fault);
            if (result == FrameResult.NeedMore)
                return (int)(length - input.Length);
            if (result == FrameResult.Message)
                seen.Add(message is null ? "skipped" : $"M{(fault.IsNone ? "" : fault.Status)}:{MessageRig.Text(message.Body)}");
            else
                seen.Add(result.ToString());
            message?.Release();
        }
    }

    private static ReadOnlySequence<byte> Sequence(string text) => new(System.Text.Encoding.Latin1.GetBytes(text));
}
