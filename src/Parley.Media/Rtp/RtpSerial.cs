namespace Parley.Media.Rtp;

/// <summary>Arithmetic on numbers that wrap: the nearer way round the circle counts (RFC 1982 §3.2, RFC 3550 appendix A.1).</summary>
public static class RtpSerial
{
    /// <summary>Steps from <paramref name="from"/> to <paramref name="to"/>: positive when <paramref name="to"/> is newer.</summary>
    public static int Distance(ushort from, ushort to) => (short)(to - from);

    /// <summary>Clock units from <paramref name="from"/> to <paramref name="to"/>: positive when <paramref name="to"/> is newer.</summary>
    public static int Distance(uint from, uint to) => (int)(to - from);

    /// <summary>The 64-bit number nearest to <paramref name="reference"/> whose low 32 bits are <paramref name="timestamp"/>.</summary>
    public static long Unwrap(uint timestamp, long reference) => reference + (int)(timestamp - (uint)reference);
}
