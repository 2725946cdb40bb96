using System.Security.Cryptography;
using System.Text;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Makes Call-IDs: 100 random bits (RFC 3261 §8.1.1.4), such that the call they belong to lives on the lane wanted.</summary>
internal static class CallIdText
{
    private const int Length = 20;

    public static string New(int lane, int lanes)
    {
        Span<byte> bits = stackalloc byte[16];
        Span<byte> text = stackalloc byte[Length];
        do
        {
            RandomNumberGenerator.Fill(bits);
            TokenText.Write(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bits), text);
        }
        while (LaneSelector.IndexFor(text, lanes) != lane);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Refuses what cannot be a Call-ID: words and one @ between them (RFC 3261 §25.1), no blanks, no controls.</summary>
    /// <exception cref="ArgumentException">It cannot; names <paramref name="argument"/>.</exception>
    public static void Require(string callId, string argument)
    {
        if (callId.Length is 0 or > 256 || callId.Any(c => c is <= ' ' or > '~'))
            throw new ArgumentException("A Call-ID is 1 to 256 printable ASCII characters without blanks.", argument);
    }
}
