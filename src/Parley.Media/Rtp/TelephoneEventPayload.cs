using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>
/// One telephone-event payload (RFC 4733 §2.3).
/// </summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     event     |E|R| volume    |          duration             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
/// <param name="Event">Event code; 0–15 are the DTMF digits (§3.2).</param>
/// <param name="End">True in the last packets of the event.</param>
/// <param name="Volume">Power in dBm0 with the sign dropped, 0–63.</param>
/// <param name="Duration">Duration so far in RTP clock units.</param>
public readonly record struct TelephoneEventPayload(byte Event, bool End, byte Volume, ushort Duration)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 4;

    /// <summary>Digits by event code (RFC 4733 §3.2, table 3).</summary>
    public const string Digits = "0123456789*#ABCD";

    /// <summary>Reads a payload; more than one event in a packet is allowed by §2.5.1.5, the first counts.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out TelephoneEventPayload result)
    {
        result = default;
        if (payload.Length < Size)
            return false;
        result = new(payload[0], (payload[1] & 0x80) != 0, (byte)(payload[1] & 0x3F), BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return true;
    }

    /// <summary>Writes the payload; <paramref name="payload"/> holds at least <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> payload)
    {
        payload[0] = Event;
        payload[1] = (byte)((End ? 0x80 : 0) | (Volume & 0x3F));
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], Duration);
    }

    /// <summary>Event code of a digit, or -1 for a character that is none; A–D in either case.</summary>
    public static int CodeOf(char digit) => Digits.IndexOf(char.ToUpperInvariant(digit), StringComparison.Ordinal);
}
