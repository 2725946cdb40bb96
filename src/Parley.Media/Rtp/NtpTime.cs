namespace Parley.Media.Rtp;

/// <summary>NTP timestamps: seconds since 1900 in the upper 32 bits, their fraction in the lower (RFC 3550 §4).</summary>
public static class NtpTime
{
    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Converts wall-clock time; it wraps in 2036, which differences survive.</summary>
    public static ulong From(DateTimeOffset time)
    {
        var ticks = (ulong)(time - Epoch).Ticks;
        var seconds = ticks / TimeSpan.TicksPerSecond;
        var fraction = ((ticks % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond;
        return (seconds << 32) | fraction;
    }

    /// <summary>The middle 32 bits, as LSR and DLSR count: 1/65536 seconds (RFC 3550 §6.4.1).</summary>
    public static uint Middle(ulong ntp) => (uint)(ntp >> 16);
}
