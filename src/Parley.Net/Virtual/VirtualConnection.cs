using System.Buffers;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>One end of a stream connection between virtual hosts. What arrives is handed on by events of the clock, one receiver call at a time.</summary>
internal sealed class VirtualConnection : IStreamConnection
{
    private readonly VirtualHost _host;
    private readonly int _maxSendQueue;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _arrived = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<ReadOnlySequence<byte>, int>? _receiver;
    private VirtualConnection? _peer;
    private VirtualLinkOptions _way = new();
    private byte[] _unconsumed = [];
    private long _lastArrival;
    private int _underWay;
    private bool _peerClosed;
    private int _ended;

    public VirtualConnection(VirtualHost host, StreamKind kind, NetEndpoint local, NetEndpoint remote, bool incoming, int maxSendQueue)
    {
        _host = host;
        _maxSendQueue = maxSendQueue;
        Kind = kind;
        Local = local;
        Remote = remote;
        IsIncoming = incoming;
        Closed = _closed.Token;
        host.Add(this);
    }

    public StreamKind Kind { get; }

    public NetEndpoint Local { get; }

    public NetEndpoint Remote { get; }

    public bool IsIncoming { get; }

    public bool KeepsMessageBorders => Kind is StreamKind.Ws or StreamKind.Wss;

    public X509Certificate2? RemoteCertificate { get; init; }

    public CancellationToken Closed { get; }

    public void Join(VirtualConnection other, VirtualLinkOptions there, VirtualLinkOptions back)
    {
        (_peer, _way) = (other, there);
        (other._peer, other._way) = (this, back);
    }

    public async Task ReceiveAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(received);
        if (Interlocked.CompareExchange(ref _receiver, received, null) is not null)
            throw new InvalidOperationException("This connection is already being received from.");
        using var registration = cancel.UnsafeRegister(static state => ((VirtualConnection)state!).Close(), this);
        _host.Clock.Schedule(TimeSpan.Zero, static state => ((VirtualConnection)state!).HandOn(), this);
        await _received.Task;
    }

    public bool Send(PacketBuffer message)
    {
        if (Volatile.Read(ref _ended) != 0)
            return false;
        if (Interlocked.Add(ref _underWay, message.Length) > _maxSendQueue)
        {
            Close();
            return false;
        }

        var bytes = message.Span.ToArray();
        Depart(() =>
        {
            Interlocked.Add(ref _underWay, -bytes.Length);
            _peer!.Arrive(bytes);
        });
        return true;
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes this end; the other learns it behind what was sent.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _host.Remove(this);
        Depart(() => _peer!.OnPeerClosed());
        _received.TrySetResult();
        // As an event of its own: what waits for the end must not run inside whatever found the end.
        _host.Clock.Schedule(TimeSpan.Zero, static state => ((CancellationTokenSource)state!).Cancel(), _closed);
    }

    // Behind all that was sent before, as in one stream.
    private void Depart(Action arrival)
    {
        lock (_gate)
        {
            _lastArrival = Math.Max(_lastArrival, _host.Clock.GetTimestamp() + _way.Delay.Ticks);
            _host.Clock.ScheduleAt(_lastArrival, static state => ((Action)state!)(), arrival);
        }
    }

    private void Arrive(byte[] bytes)
    {
        if (Volatile.Read(ref _ended) != 0)
            return;
        var piece = _peer!._way.SegmentSize is > 0 and var size && !KeepsMessageBorders ? size : Math.Max(1, bytes.Length);
        for (var at = 0; at < bytes.Length; at += piece)
            _arrived.Enqueue(bytes[at..Math.Min(bytes.Length, at + piece)]);
        HandOn();
    }

    private void HandOn()
    {
        if (_receiver is null || _received.Task.IsCompleted)
            return;
        try
        {
            while (Volatile.Read(ref _ended) == 0 && _arrived.TryDequeue(out var bytes))
                Consume(bytes);
        }
        catch (Exception exception) // the boundary to the receiver: its faults end this connection and come out of ReceiveAsync
        {
            _received.TrySetException(exception);
            Close();
        }

        if (_peerClosed)
            Close();
    }

    private void Consume(byte[] bytes)
    {
        byte[] all = _unconsumed.Length == 0 ? bytes : [.. _unconsumed, .. bytes];
        var consumed = _receiver!(new(all));
        if (consumed < 0)
            Close();
        else
            _unconsumed = KeepsMessageBorders ? [] : all[consumed..];
    }

    private void OnPeerClosed()
    {
        _peerClosed = true;
        if (_arrived.Count == 0 || _receiver is not null)
            Close();
    }
}
