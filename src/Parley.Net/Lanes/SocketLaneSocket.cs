using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Parley.Net;

/// <summary>A UDP socket of a <see cref="SocketLane"/>: one asynchronous loop receives and leaves the datagrams to the lane.</summary>
internal sealed class SocketLaneSocket : IDatagramSocket
{
    /// <summary>Datagrams that may wait for the lane: some 100 ms of a busy SIP socket. Beyond that they are dropped, as in a full kernel buffer.</summary>
    private const int MaxWaiting = 1024;

    private static readonly Action<object?> s_deliver = static state => ((SocketLaneSocket)state!).Deliver();

    private readonly SocketLane _lane;
    private readonly Socket _socket;
    private readonly IDatagramHandler _handler;
    private readonly int _maxDatagram;
    private readonly Lock _gate = new();
    private readonly Queue<(PacketBuffer Buffer, NetEndpoint Source)> _waiting = new();
    private int _closed;

    public SocketLaneSocket(SocketLane lane, Socket socket, IDatagramHandler handler, DatagramOptions options)
    {
        _lane = lane;
        _socket = socket;
        _handler = handler;
        _maxDatagram = options.MaxDatagram;
        Local = NetEndpoint.From((IPEndPoint)socket.LocalEndPoint!);
        socket.Blocking = false;
    }

    public NetEndpoint Local { get; }

    public void Start() => _ = ReceiveAsync();

    public bool Send(ReadOnlySpan<byte> datagram, in NetEndpoint destination)
    {
        if (Volatile.Read(ref _closed) != 0 || !destination.HasValue || destination.IsV6 != Local.IsV6 || destination.Port == 0)
            return _lane.CountSent(false);
        try
        {
            return _lane.CountSent(_socket.SendTo(datagram, SocketFlags.None, destination.ToIPEndPoint()) == datagram.Length);
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
            return _lane.CountSent(false); // buffer full, no route, too long, or closed meanwhile: lost, as in the network
        }
    }

    public bool Send(PacketBuffer datagram, in NetEndpoint destination) => Send(datagram.Span, destination);

    public void Hold(bool hold)
    {
        // Datagrams are handed on as they come.
    }

    public void Collect()
    {
        // Nothing is held.
    }

    public int Waited => 0;

    public ValueTask DisposeAsync()
    {
        if (_lane.IsCurrent)
        {
            Close();
            return ValueTask.CompletedTask;
        }

        // By way of the lane: afterwards no datagram is handed on. A lane that has ended closes its sockets itself.
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = _lane.TryPost(static state =>
        {
            var (socket, closed) = ((SocketLaneSocket, TaskCompletionSource))state!;
            socket.Close();
            closed.SetResult();
        }, (this, closed));
        return posted ? new(closed.Task) : ValueTask.CompletedTask;
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _lane.Remove(this);
        _socket.Dispose();
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var item))
                item.Buffer.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var from = new SocketAddress(_socket.AddressFamily);
        var received = new byte[PacketPool.LargeSize];
        while (Volatile.Read(ref _closed) == 0)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(received, SocketFlags.None, from).ConfigureAwait(false);
                Enqueue(Copy(received.AsSpan(0, length)), Read(from));
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
            {
                // An ICMP answer to something sent, or the end: the loop's condition tells.
            }
        }
    }

    private PacketBuffer Copy(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > _maxDatagram)
        {
            _lane.CountTruncated();
            datagram = datagram[.._maxDatagram];
        }

        var buffer = _lane.Pool.Rent(datagram.Length);
        datagram.CopyTo(buffer.Array);
        buffer.Length = datagram.Length;
        return buffer;
    }

    private void Enqueue(PacketBuffer buffer, in NetEndpoint source)
    {
        bool first;
        lock (_gate)
        {
            if (_waiting.Count == MaxWaiting || Volatile.Read(ref _closed) != 0)
            {
                buffer.Release();
                _lane.CountReceiveDropped();
                return;
            }

            _waiting.Enqueue((buffer, source));
            first = _waiting.Count == 1;
        }

        if (first)
            _lane.Post(s_deliver, this);
    }

    private void Deliver()
    {
        while (true)
        {
            (PacketBuffer Buffer, NetEndpoint Source) item;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out item))
                    return;
            }

            _lane.CountReceived();
            try
            {
                _handler.OnDatagram(this, item.Buffer, item.Source);
            }
            catch (Exception exception) // the boundary to the datagram handler: its faults are its own
            {
                _lane.HandlerThrew(exception);
            }
            finally
            {
                item.Buffer.Release();
            }
        }
    }

    // Port and address are where every system has them; only the scope is in the machine's own byte order.
    private static NetEndpoint Read(SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return address.Family == AddressFamily.InterNetwork
            ? NetEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port)
            : NetEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port, MemoryMarshal.Read<uint>(bytes[24..]));
    }
}
