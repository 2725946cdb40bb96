using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Services.Tests.Admission;

internal static class Messages
{
    public static SipMessage Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        var buffer = new PacketPool().Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        Assert.True(SipParser.TryParse(buffer, new SipLimits(), new SipMessagePool(), out var message, out _));
        return message!;
    }
}
