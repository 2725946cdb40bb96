using BenchmarkDotNet.Attributes;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Bench;

/// <summary>The shared corpus in <c>bench/messages</c>: parse and read typed what every element reads, and answer.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private readonly PacketPool _packets = new();
    private readonly SipMessagePool _messages = new();
    private readonly SipLimits _limits = SipLimits.Default;
    private PacketBuffer _invite = null!;
    private PacketBuffer _ok = null!;
    private SipMessage _request = null!;
    private NetEndpoint _source;

    [GlobalSetup]
    public void Load()
    {
        _invite = Read("invite.sip");
        _ok = Read("response-200.sip");
        _request = Parse(_invite);
        _source = NetEndpoint.V4(0xC000_0214, 5060);
    }

    [Benchmark]
    public int Invite1020()
    {
        var message = Parse(_invite);
        var sum = ReadTyped(message);
        message.Release();
        return sum;
    }

    [Benchmark]
    public int Response354()
    {
        var message = Parse(_ok);
        var sum = ReadTyped(message);
        message.Release();
        return sum;
    }

    [Benchmark]
    public int Answer200()
    {
        var writer = new SipWriter(_packets);
        writer.StatusLine(200);
        writer.CopyVias(_request, _source);
        writer.Copy(_request, HeaderId.RecordRoute);
        writer.Copy(_request, HeaderId.From);
        writer.CopyTo(_request, "a6c85cf01"u8);
        writer.Copy(_request, HeaderId.CallId);
        writer.Copy(_request, HeaderId.CSeq);
        writer.Header(HeaderId.Contact, "<sip:bob@192.0.2.30:5060>"u8);
        writer.Body("application/sdp"u8, _request.Body);
        var buffer = writer.Finish();
        var length = buffer.Length;
        buffer.Release();
        return length;
    }

    [Benchmark]
    public int Uri() => SipUriView.TryParse("sip:alice@atlanta.example.com:5070;transport=tcp"u8, out var uri) ? uri.Port : 0;

    private SipMessage Parse(PacketBuffer buffer) =>
        SipParser.TryParse(buffer.AddRef(), _limits, _messages, out var message, out var fault) ? message : throw new InvalidDataException(fault.Reason);

    // Request-URI, top Via, From, To, Call-ID, CSeq, Contact, Max-Forwards, Content-Length; addresses down to their URI's parts.
    private static int ReadTyped(SipMessage message)
    {
        var sum = message.CallId.Length;
        if (message.TryGetRequestUri(out var uri))
            sum += uri.User.Length + uri.Host.Length + uri.Port;
        if (message.TryGetTopVia(out var via))
            sum += via.Transport.Length + via.Host.Length + via.Port + via.Branch.Length;
        if (message.TryGetFrom(out var from) && from.TryGetUri(out uri))
            sum += from.DisplayName.Length + from.Tag.Length + uri.User.Length + uri.Host.Length;
        if (message.TryGetTo(out var to) && to.TryGetUri(out uri))
            sum += to.DisplayName.Length + to.Tag.Length + uri.User.Length + uri.Host.Length;
        if (message.TryGetContact(out var contact) && contact.TryGetUri(out uri))
            sum += uri.User.Length + uri.Host.Length + uri.Port;
        if (message.TryGetCSeq(out var cseq))
            sum += (int)cseq.Number + (int)cseq.Method;
        if (message.TryGetMaxForwards(out var hops))
            sum += hops;
        if (message.TryGetContentLength(out var length))
            sum += length;
        return sum;
    }

    private PacketBuffer Read(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "messages", name));
        var buffer = _packets.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return buffer;
    }
}
