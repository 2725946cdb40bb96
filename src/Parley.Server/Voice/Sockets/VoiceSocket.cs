using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Parley.Media.Playback;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice.Sockets;

/// <summary>A session's socket: commands and audio in, events and audio out. The session is told when it is gone.</summary>
internal sealed class VoiceSocket(WebSocket socket, VoiceSession session, VoiceLimits limits)
{
    // Nearly all commands are smaller.
    private const int FirstBuffer = 4_096;

    // Peers answer a close frame at once, or never.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly AsyncSignal _outgoing = new();
    private (WebSocketCloseStatus Status, string Reason) _close = (WebSocketCloseStatus.NormalClosure, "");

    /// <summary>Serves the socket until its end, or that of the session.</summary>
    /// <param name="ending">Fires when the server ends.</param>
    public async Task RunAsync(CancellationToken ending)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var reading = ReadAsync(gone.Token);
        var sending = SendAsync(gone.Token);
        if (await Task.WhenAny(reading, sending) == sending)
        {
            // The session is over, and all of it has been told. To close without the peer's own close could take from it what it has not read yet.
            await CloseAsync();
            gone.CancelAfter(CloseTimeout);
            await reading;
            session.Detach();
            return;
        }

        // Nobody sends for the session any more when another socket may come.
        await gone.CancelAsync();
        await sending;
        session.Detach();
        await CloseAsync();
        await DrainAsync();
    }

    // What the peer has still to say would, unread, take the reason of the close from it.
    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while (socket.State == WebSocketState.CloseSent && (await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
            {
                // Let go.
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Gone, or it does not want to know.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendAsync(CancellationToken gone)
    {
        var frame = ArrayPool<byte>.Shared.Rent(session.Frames.Size);
        // One for all messages: nothing is allocated for a frame of audio.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        await using var woken = gone.UnsafeRegister(static signal => ((AsyncSignal)signal!).Set(), _outgoing);
        session.Frames.More = session.Box.More = _outgoing;
        try
        {
            while (!gone.IsCancellationRequested)
            {
                if (session.Box.TryPeek(out var isOver) is { } message)
                {
                    await SendAsync(message, WebSocketMessageType.Text, limit);
                    session.Box.Remove();
                    continue;
                }

                if (isOver)
                    return;
                var length = session.Frames.Take(frame);
                if (length > 0)
                    await SendAsync(frame.AsMemory(0, length), WebSocketMessageType.Binary, limit);
                else
                    await _outgoing.WaitAsync();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Nothing more is read, for which there may be a reason that is still to be told.
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            socket.Abort(); // gone, or it does not read: what is left waits for another socket, if one may come
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationTokenSource limit)
    {
        limit.CancelAfter(limits.SendTimeout);
        await socket.SendAsync(message, type, true, limit.Token);
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private async Task ReadAsync(CancellationToken gone)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                    buffer = Larger(buffer);
                var room = Math.Min(buffer.Length, limits.MaxMessage + 1) - length;
                var read = await socket.ReceiveAsync(buffer.AsMemory(length, room), gone);
                if (read.MessageType == WebSocketMessageType.Close)
                    return;
                if (read.MessageType == WebSocketMessageType.Binary)
                {
                    // Heard as it comes: where a message ends means nothing.
                    session.Hear(buffer.AsSpan(0, read.Count));
                    continue;
                }

                length += read.Count;
                if (length > limits.MaxMessage)
                {
                    _close = (WebSocketCloseStatus.MessageTooBig, string.Create(CultureInfo.InvariantCulture, $"A command may have {limits.MaxMessage} bytes."));
                    return;
                }

                if (!read.EndOfMessage)
                    continue;
                await session.TakeAsync(buffer.AsMemory(0, length));
                length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Gone.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task CloseAsync()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var limit = new CancellationTokenSource(limits.SendTimeout);
        try
        {
            await socket.CloseOutputAsync(_close.Status, Encoding.UTF8.GetByteCount(_close.Reason) > 120 ? "" : _close.Reason, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Gone meanwhile.
        }
    }

    private static byte[] Larger(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
