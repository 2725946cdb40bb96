namespace Parley.Media.Codecs;

/// <summary>What can be read from a packet's first bytes without decoding it (RFC 6716 §3.1, §4.2.3).</summary>
internal static class OpusPacket
{
    /// <summary>Bytes of a packet that only says that nothing follows (RFC 7587 §3.1.3): its first, or that and a count. Longer ones have audio.</summary>
    public const int Pause = 2;

    private const int FirstCeltOnly = 16; // configurations below have a SILK layer, which alone can repeat the frame before

    /// <summary>True when the packet repeats the frame before it.</summary>
    public static bool HasRedundancy(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 2)
            return false;
        var configuration = packet[0] >> 3;
        // Several frames in a packet (a code other than 0) would have to be told apart first, and nobody who sends them repeats any.
        if (configuration >= FirstCeltOnly || (packet[0] & 3) != 0)
            return false;
        // A bit of voice activity for each 20 ms comes before that of the repeated frame: the range coder writes both as they are. Two channels have both twice.
        var activity = configuration >= 12 ? 1 : (configuration & 3) switch { 2 => 2, 3 => 3, _ => 1 };
        var stereo = (packet[0] & 4) != 0;
        return ((packet[1] >> (7 - activity)) & 1) != 0 || (stereo && ((packet[1] >> (6 - 2 * activity)) & 1) != 0);
    }
}
