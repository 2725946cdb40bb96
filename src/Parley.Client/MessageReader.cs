using System.Net.WebSockets;

namespace Parley.Client;

/// <summary>Reads a socket's messages whole.</summary>
/// <param name="socket">Whose.</param>
/// <param name="most">Bytes of the largest that is taken: a larger one is no message of such a server.</param>
internal sealed class MessageReader(ClientWebSocket socket, int most)
{
    private byte[] _buffer = new byte[8_192];

    /// <summary>The next message.</summary>
    /// <returns>Its kind, and its bytes until the next call; <see cref="WebSocketMessageType.Close"/> when the server closes.</returns>
    /// <exception cref="IOException">The message is too large.</exception>
    public async Task<(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)> ReadAsync(CancellationToken cancel)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                if (length >= most)
                    throw new IOException($"The server sent a message of more than {most} bytes.");
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await socket.ReceiveAsync(_buffer.AsMemory(length), cancel).ConfigureAwait(false);
            if (read.MessageType == WebSocketMessageType.Close)
                return (read.MessageType, default);
            length += read.Count;
            if (read.EndOfMessage)
                return (read.MessageType, _buffer.AsMemory(0, length));
        }
    }
}
