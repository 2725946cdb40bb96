using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>An epoll descriptor with the events of its last wait, and a timer that ends a wait in time.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    // Descriptors reported by one wait. More that are ready are reported by the next; between the two ticks and timers get their time.
    private const int MaxEvents = 128;

    /// <summary>The mark under which <see cref="Wait"/> reports that its moment has come.</summary>
    public const ulong TimerMark = ulong.MaxValue - 1;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int s_eventSize = s_packed ? 12 : 16;
    private static readonly int s_dataOffset = s_packed ? 4 : 8;

    private readonly int _epoll;
    private readonly int _timer;
    private readonly byte* _events;
    private long _armed;

    /// <exception cref="Win32Exception">The process has too many descriptors.</exception>
    public EpollSet()
    {
        _epoll = Checked(EpollCreate(EPOLL_CLOEXEC));
        _timer = Checked(TimerDescriptor(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
        _events = (byte*)NativeMemory.AllocZeroed(MaxEvents, (nuint)s_eventSize);
        // Edge-triggered: each expiry is a new edge, so it never has to be read back.
        Watch(_timer, EPOLLIN | EPOLLET, TimerMark);
    }

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

    /// <summary>Waits until something is ready or a moment has come.</summary>
    /// <param name="now">The monotonic clock, in nanoseconds; read only when there is a moment to wait for.</param>
    /// <param name="until">The moment, on that clock: 0 does not wait, <see cref="long.MaxValue"/> waits for ever.</param>
    /// <returns>Number of events, that of the timer among them; 0 also when a signal cut the wait short.</returns>
    public int Wait(long now, long until)
    {
        var wait = until > now;
        if (wait && until != long.MaxValue)
            Arm(now, until);
        return Math.Max(0, EpollWait(_epoll, _events, MaxEvents, wait ? -1 : 0));
    }

    // A timeout of the wait itself would be programmed into the processor and taken out again at each wait; this one stays from wait to wait while packets
    // come. One that goes off before its time is needed costs a turn, less than setting it each time.
    private void Arm(long now, long until)
    {
        if (_armed > now && _armed <= until)
            return;
        _armed = until;
        var time = new TimerSpec { Value = ToTime(until) };
        Checked(SetTimer(_timer, TFD_TIMER_ABSTIME, &time, null));
    }

    /// <summary>Sleeps until a moment of the monotonic clock, in nanoseconds, or a signal.</summary>
    public static void Sleep(long until)
    {
        var time = ToTime(until);
        _ = ClockSleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, null);
    }

    public void Dispose()
    {
        NativeMemory.Free(_events);
        _ = Close(_timer);
        _ = Close(_epoll);
    }

    /// <summary>Throws what the last system call said when its result is negative.</summary>
    public static int Checked(int result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return result;
    }

    private static TimeSpec ToTime(long nanoseconds) => new() { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
}
