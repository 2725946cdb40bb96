using System.Net;
using System.Net.Sockets;

namespace Parley.Net;

/// <summary>A UDP socket of an <see cref="EpollLane"/>.</summary>
internal sealed class EpollSocket : IDatagramSocket
{
    private readonly EpollLane _lane;
    private readonly Socket _socket;
    private readonly Outgoing[] _queue;
    private readonly bool _notes;
    private int _queued;
    private int _closed;

    public EpollSocket(EpollLane lane, Socket socket, in NetEndpoint asked, IDatagramHandler handler, DatagramOptions options)
    {
        _lane = lane;
        _socket = socket;
        Handler = handler;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        Local = asked.Port != 0 ? asked : NetEndpoint.From((IPEndPoint)socket.LocalEndPoint!);
        Batch = Math.Min(options.Batch, EpollReceiver.MaxBatch);
        MaxDatagram = options.MaxDatagram;
        _notes = options.NoteArrivals;
        if (_notes)
            UdpSockets.SetTimestamps(socket, true);
        _queue = Batch > 1 && !options.SendAtOnce ? new Outgoing[EpollSender.MaxBatch] : [];
    }

    public NetEndpoint Local { get; }

    public IDatagramHandler Handler { get; }

    public int Batch { get; }

    public int MaxDatagram { get; }

    /// <summary>Valid on the lane while the socket is open: only the lane closes it.</summary>
    public int Descriptor { get; }

    /// <summary>Place in the lane's table.</summary>
    public int Slot { get; set; }

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    public bool Send(ReadOnlySpan<byte> datagram, in NetEndpoint destination)
    {
        if (IsClosed || destination.IsV6 != Local.IsV6 || !destination.HasValue || datagram.Length > PacketPool.LargeSize)
            return Count(false);
        if (!_lane.IsCurrent)
            return SendFromOutside(datagram, destination);
        if (_queue.Length == 0)
            return Count(EpollSender.SendOne(Descriptor, datagram, destination));
        var copy = _lane.Pool.Rent(datagram.Length);
        datagram.CopyTo(copy.Array);
        copy.Length = datagram.Length;
        Enqueue(copy, destination);
        return true;
    }

    public bool Send(PacketBuffer datagram, in NetEndpoint destination)
    {
        if (_queue.Length == 0 || !_lane.IsCurrent || IsClosed || destination.IsV6 != Local.IsV6 || !destination.HasValue)
            return Send(datagram.Span, destination);
        Enqueue(datagram.AddRef(), destination);
        return true;
    }

    public int Waited { get; set; } // by the receiver

    /// <summary>Its datagrams wait for <see cref="Collect"/>. On the lane.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The system says when its datagrams came.</summary>
    public bool IsTimed => IsHeld || _notes;

    public void Hold(bool hold)
    {
        if (hold == IsHeld || IsClosed)
            return;
        IsHeld = hold;
        Waited = 0;
        if (!_notes)
            UdpSockets.SetTimestamps(_socket, hold);
        _lane.Report(this, !hold);
    }

    public void Collect()
    {
        if (IsHeld && !IsClosed)
            _lane.Serve(this);
    }

    private void Enqueue(PacketBuffer owned, in NetEndpoint destination)
    {
        if (_queued == 0)
            _lane.MarkDirty(this);
        _queue[_queued++] = new(owned, destination);
        if (_queued == _queue.Length)
            Flush();
    }

    /// <summary>Sends what is queued. On the lane.</summary>
    public void Flush()
    {
        if (_queued == 0)
            return;
        var sender = _lane.Sender;
        for (var i = 0; i < _queued; i++)
            sender.Set(i, _queue[i].Buffer, _queue[i].Destination);
        var sent = sender.Send(Descriptor, _queued);
        _lane.CountSent(sent, _queued - sent);
        for (var i = 0; i < _queued; i++)
        {
            _queue[i].Buffer.Release();
            _queue[i] = default;
        }

        _queued = 0;
    }

    // The reference keeps the lane from closing the descriptor, and the system from giving its number to somebody else, while this thread uses it.
    private bool SendFromOutside(ReadOnlySpan<byte> datagram, in NetEndpoint destination)
    {
        var held = false;
        try
        {
            _socket.SafeHandle.DangerousAddRef(ref held);
            return Count(EpollSender.SendOne(Descriptor, datagram, destination));
        }
        catch (ObjectDisposedException)
        {
            return Count(false);
        }
        finally
        {
            if (held)
                _socket.SafeHandle.DangerousRelease();
        }
    }

    private bool Count(bool sent)
    {
        if (_lane.IsCurrent)
            _lane.CountSent(sent ? 1 : 0, sent ? 0 : 1);
        else
            _lane.CountSentOutside(sent);
        return sent;
    }

    public ValueTask DisposeAsync() => _lane.CloseAsync(this);

    /// <summary>Sends what is queued and closes. On the lane, or after its end.</summary>
    public void Close()
    {
        Flush();
        Volatile.Write(ref _closed, 1);
        _socket.Dispose();
    }

    private readonly record struct Outgoing(PacketBuffer Buffer, NetEndpoint Destination);
}
