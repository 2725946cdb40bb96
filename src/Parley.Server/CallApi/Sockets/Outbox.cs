using System.Net.WebSockets;

namespace Parley.Server.CallApi.Sockets;

/// <summary>
/// What waits to be sent on one socket. Whoever puts something in never waits; one task sends. A peer that does not read is given up, and with it everything that waits: calls do
/// not depend on who listens.
/// </summary>
internal sealed class Outbox
{
    private readonly WebSocket _socket;
    private readonly CallApiLimits _limits;
    private readonly Action _onDropped;
    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private TaskCompletionSource _more = NewSignal();
    private long _bytes;
    private bool _ended;
    private bool _dropped;

    /// <param name="socket">Stays its owner's.</param>
    /// <param name="limits">How much may wait, and how long.</param>
    /// <param name="onDropped">Called once, when the peer is given up for not reading.</param>
    public Outbox(WebSocket socket, CallApiLimits limits, Action onDropped) => (_socket, _limits, _onDropped) = (socket, limits, onDropped);

    /// <summary>Puts a message in; it is sent after all put in before it. Nothing happens once the socket is over.</summary>
    public void Send(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (_bytes + message.Length <= _limits.MaxOutbox)
            {
                _waiting.Enqueue(message);
                _bytes += message.Length;
                _more.TrySetResult();
                return;
            }
        }

        Drop();
    }

    /// <summary>Sends until <see cref="End"/>, and then what is left.</summary>
    public async Task RunAsync()
    {
        while (await TakeAsync() is { } message)
        {
            using var limit = new CancellationTokenSource(_limits.SendTimeout);
            try
            {
                await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or InvalidOperationException or ObjectDisposedException)
            {
                if (limit.IsCancellationRequested)
                    Drop(); // however the send that was given up ends
                else
                    End(); // the peer has gone; whoever reads the socket notices, too
                return;
            }
        }
    }

    /// <summary>Takes no more messages; what waits is still sent.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _more.TrySetResult();
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> TakeAsync()
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_waiting.TryDequeue(out var message))
                {
                    _bytes -= message.Length;
                    return message;
                }

                if (_ended)
                    return null;
                if (_more.Task.IsCompleted)
                    _more = NewSignal();
                more = _more.Task;
            }

            await more;
        }
    }

    private void Drop()
    {
        lock (_gate)
        {
            // Not asked is whether it has ended: a send given up aborts the socket, and who reads that may have said so first.
            if (_dropped)
                return;
            _dropped = _ended = true;
            _waiting.Clear();
            _more.TrySetResult();
        }

        _onDropped();
        _socket.Abort();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
