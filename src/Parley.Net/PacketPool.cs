using System.Collections.Concurrent;

namespace Parley.Net;

/// <summary>
/// Pool of <see cref="PacketBuffer"/>s of two sizes: one for datagrams that fit a usual network packet, one for anything up to the largest
/// datagram; larger requests get a buffer of their own that is not kept. Thread-safe.
/// </summary>
public sealed class PacketPool
{
    /// <summary>Bytes in a small buffer: an Ethernet frame's payload and some room.</summary>
    public const int SmallSize = 2048;

    /// <summary>Bytes in a large buffer: the largest UDP datagram (RFC 768: a 16-bit length).</summary>
    public const int LargeSize = 65536;

    private readonly ConcurrentBag<PacketBuffer> _small = [];
    private readonly ConcurrentBag<PacketBuffer> _large = [];
    private long _outstanding;

    /// <summary>Buffers rented and not yet returned. Zero when everything has ended: a leak shows here.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>Rents a buffer of at least <paramref name="size"/> bytes with <see cref="PacketBuffer.Length"/> 0 and one reference.</summary>
    public PacketBuffer Rent(int size = SmallSize)
    {
        Interlocked.Increment(ref _outstanding);
        var bag = size <= SmallSize ? _small : _large;
        PacketBuffer? buffer;
        if (size > LargeSize)
            buffer = Create(size);
        else if (!bag.TryTake(out buffer))
            buffer = Create(size <= SmallSize ? SmallSize : LargeSize);
        buffer.Rented();
        return buffer;
    }

    internal void Return(PacketBuffer buffer)
    {
        Interlocked.Decrement(ref _outstanding);
        if (buffer.Capacity == SmallSize)
            _small.Add(buffer);
        else if (buffer.Capacity == LargeSize)
            _large.Add(buffer);
    }

    private PacketBuffer Create(int size) => new(this, GC.AllocateUninitializedArray<byte>(size, pinned: true));
}
