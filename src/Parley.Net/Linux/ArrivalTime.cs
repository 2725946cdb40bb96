using System.Runtime.CompilerServices;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>Reads when the kernel took a datagram in, from the control message that SO_TIMESTAMPNS puts beside it.</summary>
internal static unsafe class ArrivalTime
{
    /// <summary>Room for one such message: a cmsghdr (a length, a level and a type) and two words of time.</summary>
    public const int Size = 64;

    // No socket's buffer holds more than a second of what a lane gets done, nor a held one more than some packets. Much more is a wall clock that was set meanwhile.
    private const long Longest = 5_000_000_000;

    private const int LevelSocket = 1;
    private const int TypeTimestamps = 35;

    /// <summary>Milliseconds since the datagram came; 0 when the kernel did not say.</summary>
    public static int MillisecondsSince(in MessageHeader header)
    {
        var message = (byte*)header.Control;
        if (header.ControlLength < (nuint)(3 * sizeof(nint) + 2 * sizeof(int)))
            return 0;
        var kind = message + sizeof(nint);
        if (Unsafe.ReadUnaligned<int>(kind) != LevelSocket || Unsafe.ReadUnaligned<int>(kind + sizeof(int)) != TypeTimestamps)
            return 0;
        var time = Unsafe.ReadUnaligned<TimeSpec>(kind + 2 * sizeof(int));
        var came = time.Seconds * 1_000_000_000L + time.Nanoseconds;
        var waited = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - came;
        return waited is > 0 and < Longest ? (int)(waited / 1_000_000) : 0;
    }
}
