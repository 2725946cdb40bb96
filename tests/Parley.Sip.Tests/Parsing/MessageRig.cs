using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

/// <summary>Pools and short ways from text to a message and back. Disposing checks that every buffer and message was given back.</summary>
internal sealed class MessageRig : IDisposable
{
    public PacketPool Packets { get; } = new();

    public SipMessagePool Messages { get; } = new();

    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>Text as it is in a raw literal, with the CRLF of the wire.</summary>
    public static byte[] Wire(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public SipMessage Parse(string text) => Parse(Wire(text));

    public SipMessage Parse(byte[] bytes)
    {
        Assert.True(TryParse(bytes, out var message, out var fault), $"refused: {fault}");
        return message!;
    }

    public bool TryParse(byte[] bytes, out SipMessage? message, out SipFault fault)
    {
        var buffer = Buffer(bytes);
        var ok = SipParser.TryParse(buffer, Limits, Messages, out message, out fault);
        if (!ok)
            buffer.Release();
        return ok;
    }

    public PacketBuffer Buffer(byte[] bytes)
    {
        var buffer = Packets.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return buffer;
    }

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public void Dispose()
    {
        Assert.Equal(0, Messages.Outstanding);
        Assert.Equal(0, Packets.Outstanding);
    }
}
