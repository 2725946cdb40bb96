using System.Buffers.Binary;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// Answers the STUN binding requests by which phones keep a UDP flow open and learn their address (RFC 5626 §3.5.2 and §8, RFC 8489).
/// </summary>
internal static class StunKeepAlive
{
    private const int Header = 20;
    private const uint MagicCookie = 0x2112_A442;
    private const ushort BindingRequest = 0x0001;
    private const ushort BindingSuccess = 0x0101;
    private const ushort XorMappedAddress = 0x0020;

    /// <summary>
    /// True for a binding request; SIP never begins with a byte this low (RFC 5764 §5.1.2 tells the two apart the same way).
    /// </summary>
    public static bool IsRequest(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Header
        && BinaryPrimitives.ReadUInt16BigEndian(bytes) == BindingRequest
        && BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == MagicCookie
        && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) == bytes.Length - Header;

    /// <summary>Writes the answer, which tells the source its address as seen from here. The caller owns it.</summary>
    public static PacketBuffer Answer(ReadOnlySpan<byte> request, in NetEndpoint source, PacketPool pool)
    {
        var addressLength = source.IsV6 ? 16 : 4;
        var answer = pool.Rent();
        answer.Length = Header + 8 + addressLength;
        var span = answer.Span;
        request[..Header].CopyTo(span);
        BinaryPrimitives.WriteUInt16BigEndian(span, BindingSuccess);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)(8 + addressLength));
        var attribute = span[Header..];
        BinaryPrimitives.WriteUInt16BigEndian(attribute, XorMappedAddress);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], (ushort)(4 + addressLength));
        attribute[4] = 0;
        attribute[5] = (byte)(source.IsV6 ? 2 : 1);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[6..], (ushort)(source.Port ^ (int)(MagicCookie >> 16)));
        // RFC 8489 §14.2: XORed with the cookie, and for IPv6 with the transaction id behind it.
        if (source.IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(attribute[8..], source.AddressBits ^ BinaryPrimitives.ReadUInt128BigEndian(request[4..]));
        else
            BinaryPrimitives.WriteUInt32BigEndian(attribute[8..], (uint)source.AddressBits ^ MagicCookie);
        return answer;
    }
}
