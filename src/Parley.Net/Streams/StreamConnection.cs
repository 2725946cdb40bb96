using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

namespace Parley.Net;

/// <summary>What is known of a connection when it is set up.</summary>
internal sealed record StreamIdentity(
    StreamKind Kind, NetEndpoint Local, NetEndpoint Remote, bool IsIncoming, X509Certificate2? RemoteCertificate);

/// <summary>
/// What all stream connections share: one bounded send queue drained by one loop, and one end. Each queued buffer holds a reference until
/// it is written or the connection is gone.
/// </summary>
internal abstract class StreamConnection : IStreamConnection
{
    // What was queued before the connection is closed politely gets this long to leave: long enough for one round trip to anywhere.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly StreamIdentity _identity;
    private readonly int _maxSendQueue;
    private readonly Channel<PacketBuffer> _queue = Channel.CreateUnbounded<PacketBuffer>(new() { SingleReader = true });
    private readonly CancellationTokenSource _closed = new();
    private Task _sending = Task.CompletedTask;
    private int _queuedBytes;
    private int _ended;

    protected StreamConnection(StreamIdentity identity, int maxSendQueue)
    {
        _identity = identity;
        _maxSendQueue = maxSendQueue;
    }

    public StreamKind Kind => _identity.Kind;

    public NetEndpoint Local => _identity.Local;

    public NetEndpoint Remote => _identity.Remote;

    public bool IsIncoming => _identity.IsIncoming;

    public abstract bool KeepsMessageBorders { get; }

    public X509Certificate2? RemoteCertificate => _identity.RemoteCertificate;

    public CancellationToken Closed => _closed.Token;

    public bool Send(PacketBuffer message)
    {
        if (Interlocked.Add(ref _queuedBytes, message.Length) > _maxSendQueue)
        {
            End();
            return false;
        }

        message.AddRef();
        if (_queue.Writer.TryWrite(message))
            return true;
        message.Release();
        return false;
    }

    public async Task ReceiveAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closed.Token);
        try
        {
            await ReadAsync(received, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The connection was reset, aborted or closed on this side: for the reader all are its end.
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        if (Volatile.Read(ref _ended) == 0)
        {
            try
            {
                await _sending.WaitAsync(Linger).ConfigureAwait(false);
                await FinishAsync().AsTask().WaitAsync(Linger).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException || IsEnd(e))
            {
                // The peer does not read or is gone: nothing more can be told to it.
            }
        }

        End();
    }

    /// <summary>Called once by whoever makes the connection, when it is ready to write.</summary>
    internal void StartSending() => _sending = SendQueuedAsync();

    /// <summary>Ends it at once, whatever is still queued.</summary>
    internal void End()
    {
        _queue.Writer.TryComplete();
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        // Asynchronously: what waits for the end must not run on the lane that found the queue full.
        _ = _closed.CancelAsync();
        Abort();
    }

    /// <summary>Writes one message; <paramref name="more"/> says that another follows at once, so flushing can wait.</summary>
    protected abstract ValueTask WriteAsync(PacketBuffer message, bool more, CancellationToken cancel);

    /// <summary>Reads until the other side closes, the callback refuses, or an exception that <see cref="IsEnd"/> knows.</summary>
    protected abstract Task ReadAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel);

    /// <summary>Says goodbye as the protocol does.</summary>
    protected abstract ValueTask FinishAsync();

    /// <summary>Drops the transport below. Must not block.</summary>
    protected abstract void Abort();

    /// <summary>True for the exceptions by which a transport says that the connection is over.</summary>
    protected static bool IsEnd(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException
        or System.Net.Sockets.SocketException or System.Net.WebSockets.WebSocketException;

    private async Task SendQueuedAsync()
    {
        var reader = _queue.Reader;
        try
        {
            while (await reader.WaitToReadAsync(_closed.Token).ConfigureAwait(false))
            {
                while (reader.TryRead(out var message))
                    await SendOneAsync(message, reader.TryPeek(out _)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsEnd(e) || e is InvalidOperationException)
        {
            // A pipe that the server has completed meanwhile says so by InvalidOperationException.
            End();
        }

        while (reader.TryRead(out var left))
            left.Release();
    }

    private async ValueTask SendOneAsync(PacketBuffer message, bool more)
    {
        try
        {
            await WriteAsync(message, more, _closed.Token).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref _queuedBytes, -message.Length);
            message.Release();
        }
    }
}
