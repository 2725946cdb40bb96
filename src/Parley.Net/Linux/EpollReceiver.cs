using System.Runtime.InteropServices;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>
/// A lane's receive side: one set of buffers and headers for all its sockets. Each datagram has a small pooled buffer and behind it a shared
/// overflow area: what fits the small one, nearly everything, is never copied and holds no more memory than it needs when a handler keeps it.
/// A buffer no handler kept is used again without going through the pool.
/// </summary>
internal sealed unsafe class EpollReceiver : IDisposable
{
    public const int MaxBatch = 64;

    private const int OverflowSize = PacketPool.LargeSize - PacketPool.SmallSize;

    private readonly PacketPool _pool;
    private readonly PacketBuffer?[] _buffers = new PacketBuffer?[MaxBatch];
    private readonly MultiMessageHeader* _headers;
    private readonly IoVector* _vectors; // two for each datagram: its buffer, and its part of the overflow area
    private readonly byte* _names;
    private readonly byte* _controls; // what the kernel says about a datagram: when it came
    private byte* _overflow;
    private int _next;
    private int _received;

    public EpollReceiver(PacketPool pool)
    {
        _pool = pool;
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed(MaxBatch, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(2 * MaxBatch, (nuint)sizeof(IoVector));
        _names = (byte*)NativeMemory.AllocZeroed(MaxBatch, LinuxAddress.Size);
        _controls = (byte*)NativeMemory.AllocZeroed(MaxBatch, ArrivalTime.Size);
        for (var i = 0; i < MaxBatch; i++)
        {
            _headers[i].Header.Name = _names + i * LinuxAddress.Size;
            _headers[i].Header.Vectors = _vectors + 2 * i;
            _vectors[2 * i].Length = PacketPool.SmallSize;
            _vectors[2 * i + 1].Length = OverflowSize;
        }
    }

    public long Datagrams { get; private set; }

    public long Truncated { get; private set; }

    /// <summary>Takes up to one batch from the socket with one system call, to be handed on by <see cref="Deliver"/>.</summary>
    public void Receive(EpollSocket socket)
    {
        var wanted = Prepare(socket);
        _next = 0;
        _received = 0;
        if (wanted == 1)
        {
            var length = ReceiveMessage(socket.Descriptor, &_headers->Header, MSG_DONTWAIT);
            if (length < 0)
                return; // EAGAIN, EINTR, or an ICMP error that was pending: level-triggered epoll comes back if anything is left
            _headers->Length = (uint)length;
            _received = 1;
        }
        else
        {
            var count = ReceiveMessages(socket.Descriptor, _headers, (uint)wanted, MSG_DONTWAIT, null);
            _received = Math.Max(0, count);
        }
    }

    /// <summary>Hands on what was received. When the handler throws, another call goes on behind the datagram it threw at.</summary>
    public void Deliver(EpollSocket socket)
    {
        while (_next < _received && !socket.IsClosed)
        {
            var index = _next++;
            var header = _headers + index;
            var source = LinuxAddress.Read(header->Header.Name);
            Datagrams++;
            if (socket.IsTimed)
                socket.Waited = ArrivalTime.MillisecondsSince(header->Header);
            if (header->Length <= PacketPool.SmallSize)
                DeliverSmall(socket, index, (int)header->Length, source);
            else
                DeliverLarge(socket, index, (int)header->Length, source);
        }
    }

    private void DeliverSmall(EpollSocket socket, int index, int length, in NetEndpoint source)
    {
        var buffer = _buffers[index]!;
        buffer.Length = Cut(socket, index, length);
        try
        {
            socket.Handler.OnDatagram(socket, buffer, source);
        }
        finally
        {
            if (buffer.IsShared)
            {
                _buffers[index] = null;
                _pool.LeaveLane(buffer);
            }
        }
    }

    private void DeliverLarge(EpollSocket socket, int index, int length, in NetEndpoint source)
    {
        var buffer = _pool.Rent(PacketPool.LargeSize);
        _buffers[index]!.Array.CopyTo(buffer.Array.AsSpan());
        new ReadOnlySpan<byte>(_vectors[2 * index + 1].Base, length - PacketPool.SmallSize).CopyTo(buffer.Array.AsSpan(PacketPool.SmallSize));
        buffer.Length = Cut(socket, index, length);
        try
        {
            socket.Handler.OnDatagram(socket, buffer, source);
        }
        finally
        {
            buffer.Release();
        }
    }

    private int Cut(EpollSocket socket, int index, int length)
    {
        if (length <= socket.MaxDatagram && (_headers[index].Header.Flags & MSG_TRUNC) == 0)
            return length;
        Truncated++;
        return Math.Min(length, socket.MaxDatagram);
    }

    private int Prepare(EpollSocket socket)
    {
        var wanted = socket.Batch;
        var vectors = socket.MaxDatagram > PacketPool.SmallSize ? 2u : 1u;
        if (vectors == 2 && _overflow == null)
            AllocateOverflow();
        for (var i = 0; i < wanted; i++)
        {
            // The kernel overwrites both; the vectors stay as they are.
            _headers[i].Header.NameLength = LinuxAddress.Size;
            _headers[i].Header.VectorCount = vectors;
            _headers[i].Header.Control = socket.IsTimed ? _controls + i * ArrivalTime.Size : null;
            _headers[i].Header.ControlLength = socket.IsTimed ? (nuint)ArrivalTime.Size : 0;
            if (_buffers[i] is null)
            {
                var buffer = _pool.RentForLane();
                _buffers[i] = buffer;
                _vectors[2 * i].Base = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer.Array, 0);
            }
        }

        return wanted;
    }

    // 4 MiB of addresses; the system gives memory to the pages that are touched only.
    private void AllocateOverflow()
    {
        _overflow = (byte*)NativeMemory.Alloc(MaxBatch, OverflowSize);
        for (var i = 0; i < MaxBatch; i++)
            _vectors[2 * i + 1].Base = _overflow + (nint)i * OverflowSize;
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            if (buffer is not null)
                _pool.LeaveLane(buffer);
        }

        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_names);
        NativeMemory.Free(_controls);
        NativeMemory.Free(_overflow);
    }
}
