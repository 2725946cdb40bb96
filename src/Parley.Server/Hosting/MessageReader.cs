using System.Buffers;
using System.Net.WebSockets;

namespace Parley.Server.Hosting;

/// <summary>Whole text messages from a socket, up to a size. One reader at a time.</summary>
/// <param name="socket">Stays its owner's.</param>
/// <param name="maxMessage">Bytes of a message; a larger one is the end.</param>
/// <param name="hear">Takes what comes in binary frames as it comes: where such a message ends means nothing. Null where there are none: then one is the end.</param>
internal sealed class MessageReader(WebSocket socket, int maxMessage, Action<ReadOnlySpan<byte>>? hear = null) : IDisposable
{
    // Nearly all messages are smaller.
    private const int FirstBuffer = 2_048;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);

    /// <summary>Why reading ended.</summary>
    public (WebSocketCloseStatus Status, string Reason) End { get; private set; } = (WebSocketCloseStatus.NormalClosure, "");

    /// <summary>The next message, valid until the next read; null at the end.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
                Grow();
            // One byte beyond the limit is enough to know.
            var room = Math.Min(_buffer.Length, maxMessage + 1) - length;
            var read = await socket.ReceiveAsync(_buffer.AsMemory(length, room), cancel);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            if (read.MessageType == WebSocketMessageType.Binary)
            {
                if (hear is null)
                    return Ended(WebSocketCloseStatus.InvalidMessageType, "Messages travel in text frames.");
                hear(_buffer.AsSpan(length, read.Count));
                continue;
            }

            length += read.Count;
            if (length > maxMessage)
                return Ended(WebSocketCloseStatus.MessageTooBig, $"A message may have {maxMessage} bytes.");
            if (read.EndOfMessage)
                return _buffer.AsMemory(0, length);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private ReadOnlyMemory<byte>? Ended(WebSocketCloseStatus status, string reason)
    {
        End = (status, reason);
        return null;
    }
}
