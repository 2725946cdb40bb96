using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>Dialogs and messages without an endpoint around them.</summary>
internal static class TestDialogs
{
    public static SipMessage Parse(string text)
    {
        var bytes = Wire.Bytes(text);
        var buffer = new PacketPool().Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        Assert.True(SipParser.TryParse(buffer, new SipLimits(), new SipMessagePool(), out var message, out _));
        return message!;
    }

    public static Dialog Called(string contact = "sip:peer@10.0.0.2", string more = "", UInt128 tag = default) =>
        Dialog.OfCalled(Parse(Responses.With(Wire.Request().Replace("sip:peer@10.0.0.2:5060", contact, StringComparison.Ordinal), more)), tag, overTls: false);

    public static SipFlow Flow(string remote)
    {
        Assert.True(NetEndpoint.TryParse(remote, out var endpoint));
        return new SipFlow(new OpenChannel(), endpoint);
    }

    private sealed class OpenChannel() : SipChannel(SipTransport.Udp)
    {
        public override NetEndpoint Local => NetEndpoint.V4(0xCB007101, 5060);

        public override NetEndpoint LocalFor(in NetEndpoint remote) => Local;

        public override bool IsOpen => true;

        public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => "203.0.113.1:5060"u8.ToArray();
    }
}
