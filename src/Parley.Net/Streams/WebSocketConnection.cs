using System.Buffers;
using System.Net.WebSockets;
using System.Text.Unicode;

namespace Parley.Net;

/// <summary>
/// WS or WSS, incoming or outgoing: each message is one frame or several that belong together (RFC 6455 §5.4). Pings are answered by the
/// platform while a read is pending.
/// </summary>
internal sealed class WebSocketConnection : StreamConnection
{
    private readonly WebSocket _socket;
    private readonly PacketPool _pool;
    private readonly int _maxMessage;
    private readonly Action _abort;

    /// <param name="identity">What is known of it.</param>
    /// <param name="socket">The open WebSocket; disposed with the connection.</param>
    /// <param name="pool">Where receive buffers come from.</param>
    /// <param name="maxMessage">Largest message in bytes; a larger one closes the connection with status 1009 (RFC 6455 §7.4.1).</param>
    /// <param name="maxSendQueue">Bytes that may wait to be written.</param>
    /// <param name="abort">Drops what is below the WebSocket at once.</param>
    public WebSocketConnection(StreamIdentity identity, WebSocket socket, PacketPool pool, int maxMessage, int maxSendQueue, Action abort)
        : base(identity, maxSendQueue)
    {
        _socket = socket;
        _pool = pool;
        _maxMessage = maxMessage;
        _abort = abort;
        StartSending();
    }

    public override bool KeepsMessageBorders => true;

    // RFC 7118 §5 allows both kinds of frame; text is what browsers read most easily, but it must be UTF-8 (RFC 6455 §5.6), which a body
    // need not be.
    protected override ValueTask WriteAsync(PacketBuffer message, bool more, CancellationToken cancel) => _socket.SendAsync(
        message.Memory,
        Utf8.IsValid(message.Span) ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
        WebSocketMessageFlags.EndOfMessage,
        cancel);

    protected override async Task ReadAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel)
    {
        var buffer = _pool.Rent();
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Capacity)
                        buffer = Grow(buffer);
                    part = await _socket.ReceiveAsync(buffer.Array.AsMemory(length), cancel).ConfigureAwait(false);
                    if (part.MessageType == WebSocketMessageType.Close)
                        return;
                    length += part.Count;
                    if (length > _maxMessage)
                    {
                        await _socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, $"at most {_maxMessage} bytes", cancel).ConfigureAwait(false);
                        return;
                    }
                }
                while (!part.EndOfMessage);

                if (length > 0 && received(new ReadOnlySequence<byte>(buffer.Array, 0, length)) < 0)
                    return;
            }
        }
        finally
        {
            buffer.Release();
        }
    }

    protected override ValueTask FinishAsync() => _socket.State is WebSocketState.Open or WebSocketState.CloseReceived
        ? new ValueTask(_socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Closed))
        : default;

    protected override void Abort()
    {
        _socket.Abort();
        _abort();
    }

    private PacketBuffer Grow(PacketBuffer full)
    {
        var larger = _pool.Rent(full.Capacity < PacketPool.LargeSize ? PacketPool.LargeSize : full.Capacity * 2);
        full.Array.CopyTo(larger.Array, 0);
        full.Release();
        return larger;
    }
}
