using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

public sealed class WriterTests : IDisposable
{
    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Response_copies_what_it_must_as_bytes()
    {
        var request = _rig.Parse("""
            INVITE sip:bob@example.com SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.7:5062;rport;branch=z9hG4bK1
            v: SIP/2.0/UDP client.example.com;branch=z9hG4bK2
            f: Alice <sip:alice@example.com>;tag=a
            To: Bob <sip:bob@example.com>
            Call-ID: 1@x
            CSeq: 1 INVITE
            Content-Length: 0


            """);
        var writer = new SipWriter(_rig.Packets);
        writer.StatusLine(180);
        writer.CopyVias(request, Endpoint("192.0.2.9:40000"));
        writer.Copy(request, HeaderId.From);
        writer.CopyTo(request, "b"u8);
        writer.Copy(request, HeaderId.CallId);
        writer.Copy(request, HeaderId.CSeq);
        writer.Header(HeaderId.RetryAfter, 5);
        writer.Header(new SipHeader("X-Note", "grüß"));
        writer.Body("text/plain"u8, "hi"u8);
        var response = writer.Finish();
        Assert.Equal("""
            SIP/2.0 180 Ringing
            Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1;received=192.0.2.9;rport=40000
            Via: SIP/2.0/UDP client.example.com;branch=z9hG4bK2
            From: Alice <sip:alice@example.com>;tag=a
            To: Bob <sip:bob@example.com>;tag=b
            Call-ID: 1@x
            CSeq: 1 INVITE
            Retry-After: 5
            X-Note: grüß
            Content-Type: text/plain
            Content-Length: 2

            hi
            """.ReplaceLineEndings("\r\n"), MessageRig.Text(response.Span));
        response.Release();
        request.Release();
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1")]
    [InlineData("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, SIP/2.0/UDP b", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, SIP/2.0/UDP b")]
    [InlineData("SIP/2.0/UDP host;branch=z9hG4bK1, SIP/2.0/UDP b", "SIP/2.0/UDP host;branch=z9hG4bK1;received=192.0.2.9, SIP/2.0/UDP b")]
    [InlineData("SIP/2.0/UDP host;received=9.9.9.9;x=\"a;b\";rport=1;branch=z9", "SIP/2.0/UDP host;x=\"a;b\";branch=z9;received=192.0.2.9;rport=40000")]
    [InlineData("SIP/2.0/UDP 192.0.2.9;received=9.9.9.9;branch=z9", "SIP/2.0/UDP 192.0.2.9;branch=z9")]
    [InlineData("SIP/2.0/UDP 192.0.2.9;RPORT;branch=z9", "SIP/2.0/UDP 192.0.2.9;branch=z9;received=192.0.2.9;rport=40000")]
    public void Top_via_of_a_response_tells_where_the_request_came_from(string received, string written)
    {
        var request = _rig.Parse($"""
            OPTIONS sip:bob@example.com SIP/2.0
            Via: {received}
            From: <sip:alice@example.com>;tag=a
            To: <sip:bob@example.com>
            Call-ID: 1@x
            CSeq: 1 OPTIONS


            """);
        var writer = new SipWriter(_rig.Packets);
        writer.CopyVias(request, Endpoint("192.0.2.9:40000"));
        var buffer = writer.Finish();
        Assert.Equal($"Via: {written}\r\n", MessageRig.Text(buffer.Span));
        buffer.Release();
        request.Release();
    }

    [Fact]
    public void Message_that_outgrows_its_buffer_moves_to_a_larger_one()
    {
        var writer = new SipWriter(_rig.Packets);
        writer.RequestLine("MESSAGE"u8, "sip:bob@example.com"u8);
        writer.Body("text/plain"u8, new byte[100_000]);
        var buffer = writer.Finish();
        Assert.Equal(1, _rig.Packets.Outstanding);
        Assert.True(buffer.Length > 100_000);
        Assert.StartsWith("MESSAGE sip:bob@example.com SIP/2.0\r\nContent-Type", MessageRig.Text(buffer.Span), StringComparison.Ordinal);
        buffer.Release();
    }

    [Fact]
    public void Line_ends_are_refused_and_the_argument_named()
    {
        Refused("value", (ref writer) => writer.Header(HeaderId.Subject, "a\r\nX: y"u8));
        Refused("value", (ref writer) => writer.Header("X-A"u8, "a\ny"u8));
        Refused("name", (ref writer) => writer.Header("X-A:"u8, "a"u8));
        Refused("text", (ref writer) => writer.Append("a\rb"));
        Refused("text", (ref writer) => writer.Append("a\0b"u8));
        Refused("character", (ref writer) => writer.Append((byte)'\n'));
        Refused("reason", (ref writer) => writer.StatusLine(200, "OK\r\n"u8));
        Refused("uri", (ref writer) => writer.RequestLine("BYE"u8, "sip:a b"u8));
        Refused("method", (ref writer) => writer.RequestLine("B YE"u8, "sip:a"u8));
        Refused("contentType", (ref writer) => writer.Body(default, "x"u8));
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => new SipHeader("X-A", "a\r\nb")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new SipHeader("X A", "b")).ParamName);
    }

    private delegate void Writing(ref SipWriter writer);

    private void Refused(string argument, Writing write)
    {
        var writer = new SipWriter(_rig.Packets);
        try
        {
            write(ref writer);
            Assert.Fail("was written");
        }
        catch (ArgumentException exception)
        {
            Assert.Equal(argument, exception.ParamName);
        }

        writer.Abandon();
    }

    private static NetEndpoint Endpoint(string text) => NetEndpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);
}
