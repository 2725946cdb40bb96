using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

public sealed class FaultTests : IDisposable
{
    private const string Head = """
        OPTIONS sip:bob@example.com SIP/2.0
        Via: SIP/2.0/UDP h;branch=z9hG4bK1
        From: <sip:a@b>;tag=1
        To: <sip:a@b>
        Call-ID: 1
        CSeq: 1 OPTIONS
        """;

    private readonly MessageRig _rig = new() { Limits = new SipLimits { MaxMessage = 2000, MaxHeaders = 10, MaxLine = 200, MaxBody = 100 } };

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Header_fields_past_the_limit_are_answered_with_513() =>
        Refused(513, "More header fields than this element takes", Head + string.Concat(Enumerable.Repeat("\nX: y", 6)) + "\n\n");

    [Fact]
    public void Header_line_past_the_limit_is_answered_with_513() =>
        Refused(513, "Header line is longer than this element takes", Head + "\nX: " + new string('y', 200) + "\n\n");

    [Fact]
    public void Folded_header_line_past_the_limit_is_answered_with_513() =>
        Refused(513, "Header line is longer than this element takes", Head + "\nX: " + string.Concat(Enumerable.Repeat("y\n ", 100)) + "\n\n");

    [Fact]
    public void Body_past_the_limit_is_answered_with_413() =>
        Refused(413, "Body is larger than this element takes", Head + "\n\n" + new string('y', 101));

    [Fact]
    public void Message_past_the_limit_is_answered_with_513() =>
        Refused(513, "Message is larger than this element takes", Head + "\n\n" + new string('y', 2000));

    [Theory]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 2147483648 OPTIONS", "Malformed CSeq header field")]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 1 options", "CSeq method differs from the request line")]
    [InlineData("Call-ID: 1", "Call-ID: 1 2", "Malformed Call-ID header field")]
    [InlineData("Call-ID: 1", "Call-ID:", "Malformed Call-ID header field")]
    [InlineData("To: <sip:a@b>", "To: *", "Malformed To header field")]
    [InlineData("To: <sip:a@b>", "To: <sip:a@b>, <sip:c@d>", "Malformed To header field")]
    [InlineData("Call-ID: 1", "Call-ID: 1\nMax-Forwards: 256", "Malformed Max-Forwards header field")]
    [InlineData("Call-ID: 1", "Call-ID: 1\nno colon here", "Header line without a name and colon")]
    [InlineData("Call-ID: 1", "Call-ID: 1\n: x", "Header line without a name and colon")]
    [InlineData("Call-ID: 1", "Call-ID: 1\nbad name: x", "Malformed header field name")]
    [InlineData("Call-ID: 1", "Call-ID: 1\ni: 1", "Header field that may be there once is there twice")]
    public void Malformed_request_says_what_is_wrong(string was, string now, string reason) =>
        Refused(400, reason, Head.Replace(was, now, StringComparison.Ordinal) + "\n\n");

    [Fact]
    public void Missing_empty_line_is_answered_with_400() => Refused(400, "No empty line after the header fields", Head + "\n");

    [Fact]
    public void Carriage_return_alone_is_refused_and_cannot_reach_the_answer()
    {
        var bytes = MessageRig.Wire(Head.Replace("tag=1", "tag=1#X: y", StringComparison.Ordinal) + "\n\n");
        bytes[Array.IndexOf(bytes, (byte)'#')] = (byte)'\r';
        Assert.True(_rig.TryParse(bytes, out var message, out var fault));
        Assert.Equal("Carriage return without line feed", fault.Reason);
        Assert.Equal(Array.IndexOf(bytes, (byte)'X', Array.IndexOf(bytes, (byte)'=', 80)) - 1, fault.Offset);
        Assert.False(message!.Value(HeaderId.From).Contains((byte)'\r'));
        message.Release();
    }

    [Theory]
    [InlineData("OPTIONS", "ACK")]
    [InlineData("Via", "X-Via")]
    [InlineData("SIP/2.0/UDP h", "SIP/2.0/UDP")]
    public void Malformed_request_that_cannot_be_answered_is_dropped(string was, string now)
    {
        var text = Head.Replace("Call-ID: 1", "Call-ID: 1 2", StringComparison.Ordinal).Replace(was, now, StringComparison.Ordinal);
        Assert.False(_rig.TryParse(MessageRig.Wire(text + "\n\n"), out _, out var fault));
        Assert.Equal(400, fault.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("SIP/2.0 99 Too low\r\n\r\n")]
    [InlineData("SIP/2.0 200 OK\r\n\r\n")]
    [InlineData("\u0001\u0002\u0003")]
    public void What_is_no_sip_message_is_dropped(string text) => Assert.False(_rig.TryParse(System.Text.Encoding.Latin1.GetBytes(text), out _, out _));

    [Fact]
    public void Limits_out_of_range_are_named()
    {
        Assert.Equal("MaxHeaders", Assert.Throws<ArgumentOutOfRangeException>(() => new SipLimits { MaxHeaders = 255 }.Validate()).ParamName);
        Assert.Equal("MaxLine", Assert.Throws<ArgumentOutOfRangeException>(() => new SipLimits { MaxLine = 65_536 }.Validate()).ParamName);
    }

    private void Refused(int status, string reason, string text)
    {
        var message = _rig.Parse(text);
        Assert.Equal((status, reason), (message.Fault.Status, message.Fault.Reason));
        Assert.Equal("z9hG4bK1"u8, message.TopBranch);
        message.Release();
    }
}
