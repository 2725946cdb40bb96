using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Parley.Media.Engine;

/// <summary>
/// Asks the processor for memory before it is needed. With a thousand streams each one's objects have left its cache when its turn comes; while the kernel sends
/// the packets of those before it they can come back. Does nothing where the platform offers no such instruction.
/// </summary>
internal static unsafe class CacheHint
{
    private const int Line = 64;

    /// <summary>Has the first <paramref name="bytes"/> of an object fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object? target, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        // The collector may move the object meanwhile: then something else was fetched, and nothing is wrong.
        var start = *(byte**)Unsafe.AsPointer(ref target);
        for (var offset = 0; offset < bytes; offset += Line)
            Sse.Prefetch0(start + offset);
    }

    /// <summary>Has the place of a variable fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<T>(ref T place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.As<T, byte>(ref place)));
    }
}
