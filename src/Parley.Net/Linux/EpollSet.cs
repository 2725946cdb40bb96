using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>An epoll descriptor with the events of its last wait.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    // Descriptors reported by one wait. More that are ready are reported by the next; between the two ticks and timers get their time.
    private const int MaxEvents = 128;

    private const long NanosecondsPerMillisecond = 1_000_000;

    // Longest wait; only a bound for the arithmetic.
    private const long MaxWait = 3_600_000 * NanosecondsPerMillisecond;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int s_eventSize = s_packed ? 12 : 16;
    private static readonly int s_dataOffset = s_packed ? 4 : 8;

    private readonly int _epoll;
    private readonly byte* _events;

    /// <exception cref="Win32Exception">The process has too many descriptors.</exception>
    public EpollSet()
    {
        _epoll = Checked(EpollCreate(EPOLL_CLOEXEC));
        _events = (byte*)NativeMemory.AllocZeroed(MaxEvents, (nuint)s_eventSize);
    }

    /// <summary>False once the system was found to wait in whole milliseconds only.</summary>
    public bool IsPrecise { get; private set; } = true;

    /// <summary>The mark that was given for the descriptor of event <paramref name="index"/> of the last wait.</summary>
    public ulong this[int index] => Unsafe.ReadUnaligned<ulong>(_events + index * s_eventSize + s_dataOffset);

    /// <summary>Has the descriptor reported. Any thread.</summary>
    /// <exception cref="Win32Exception">The system watches as many descriptors as it can.</exception>
    public void Watch(int descriptor, uint events, ulong mark) => Control(EPOLL_CTL_ADD, descriptor, events, mark);

    /// <summary>Has a descriptor that is watched reported for other events, or with 0 for none. Any thread.</summary>
    public void Change(int descriptor, uint events, ulong mark) => Control(EPOLL_CTL_MOD, descriptor, events, mark);

    private void Control(int operation, int descriptor, uint events, ulong mark)
    {
        var entry = stackalloc byte[16];
        Unsafe.WriteUnaligned(entry, events);
        Unsafe.WriteUnaligned(entry + s_dataOffset, mark);
        Checked(EpollControl(_epoll, operation, descriptor, entry));
    }

    /// <summary>No longer has the descriptor reported. Any thread.</summary>
    public void Forget(int descriptor) => _ = EpollControl(_epoll, EPOLL_CTL_DEL, descriptor, null);

    /// <summary>Waits until something is ready or the time is over.</summary>
    /// <param name="nanoseconds">Longest wait; 0 does not wait, -1 waits for ever.</param>
    /// <returns>Number of events; 0 also when a signal cut the wait short.</returns>
    public int Wait(long nanoseconds)
    {
        if (nanoseconds <= 0 || !IsPrecise)
            return Math.Max(0, EpollWait(_epoll, _events, MaxEvents, ToMilliseconds(nanoseconds)));
        nanoseconds = Math.Min(nanoseconds, MaxWait);
        var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        try
        {
            var ready = EpollWaitPrecise(_epoll, _events, MaxEvents, &time, null);
            if (ready >= 0 || Marshal.GetLastPInvokeError() != ENOSYS)
                return Math.Max(0, ready);
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library: whole milliseconds from now on.
        }

        IsPrecise = false;
        return 0;
    }

    /// <summary>Sleeps until a moment of the monotonic clock, in nanoseconds, or a signal.</summary>
    public static void Sleep(long until)
    {
        var time = new TimeSpec { Seconds = (nint)(until / 1_000_000_000), Nanoseconds = (nint)(until % 1_000_000_000) };
        _ = ClockSleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, null);
    }

    public void Dispose()
    {
        NativeMemory.Free(_events);
        _ = Close(_epoll);
    }

    /// <summary>Throws what the last system call said when its result is negative.</summary>
    public static int Checked(int result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return result;
    }

    private static int ToMilliseconds(long nanoseconds) => nanoseconds <= 0
        ? (int)nanoseconds
        : (int)(Math.Min(nanoseconds, MaxWait) / NanosecondsPerMillisecond + 1);
}
