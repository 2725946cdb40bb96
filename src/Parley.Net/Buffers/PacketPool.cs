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

    /// <summary>Small buffers kept for later use by default: 64 MiB, what 32,000 calls hold whose last message lingers.</summary>
    public const int DefaultKeptSmall = 32_768;

    /// <summary>Large buffers kept for later use by default: 16 MiB; messages of this size are rare.</summary>
    public const int DefaultKeptLarge = 256;

    private readonly Lock _gate = new();
    private readonly Shelf _small;
    private readonly Shelf _large;
    private long _outstanding;

    /// <summary>Creates an empty pool.</summary>
    /// <param name="keptSmall">Small buffers kept for later use at most; more are left to the garbage collector.</param>
    /// <param name="keptLarge">Large buffers kept for later use at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public PacketPool(int keptSmall = DefaultKeptSmall, int keptLarge = DefaultKeptLarge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keptSmall);
        ArgumentOutOfRangeException.ThrowIfNegative(keptLarge);
        _small = new(keptSmall);
        _large = new(keptLarge);
    }

    /// <summary>Buffers rented and not yet returned. Zero when everything has ended: a leak shows here.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>Rents a buffer of at least <paramref name="size"/> bytes with <see cref="PacketBuffer.Length"/> 0 and one reference.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public PacketBuffer Rent(int size = SmallSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return Take(size, 1);
    }

    /// <summary>Takes a buffer that counts as the lane's own, not as outstanding, until <see cref="LeaveLane"/>.</summary>
    internal PacketBuffer RentForLane() => Take(SmallSize, 0);

    /// <summary>Gives up the lane's own reference: because a handler kept the buffer, which counts as rented from now on, or because the lane ends.</summary>
    internal void LeaveLane(PacketBuffer buffer)
    {
        lock (_gate)
            _outstanding++;
        buffer.Release();
    }

    internal void Return(PacketBuffer buffer)
    {
        lock (_gate)
        {
            _outstanding--;
            if (buffer.Capacity == SmallSize)
                _small.Put(buffer);
            else if (buffer.Capacity == LargeSize)
                _large.Put(buffer);
        }
    }

    private PacketBuffer Take(int size, int counted)
    {
        PacketBuffer? buffer = null;
        lock (_gate)
        {
            _outstanding += counted;
            if (size <= SmallSize)
                buffer = _small.Take();
            else if (size <= LargeSize)
                buffer = _large.Take();
        }

        buffer ??= Create(size <= SmallSize ? SmallSize : Math.Max(size, LargeSize));
        buffer.Rented();
        return buffer;
    }

    private PacketBuffer Create(int size) => new(this, GC.AllocateUninitializedArray<byte>(size, pinned: true));

    // A stack, so that the buffer used last, which the processor's cache still holds, is used next.
    private sealed class Shelf(int limit)
    {
        private PacketBuffer?[] _items = new PacketBuffer?[Math.Min(limit, 64)];
        private int _count;

        public PacketBuffer? Take()
        {
            if (_count == 0)
                return null;
            var item = _items[--_count];
            _items[_count] = null;
            return item;
        }

        public void Put(PacketBuffer buffer)
        {
            if (_count == limit)
                return;
            if (_count == _items.Length)
                Array.Resize(ref _items, Math.Min(limit, _items.Length * 2));
            _items[_count++] = buffer;
        }
    }
}
