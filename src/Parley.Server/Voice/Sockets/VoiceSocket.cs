using System.Buffers;
using System.Net.WebSockets;
using Parley.Media.Playback;
using Parley.Server.Hosting;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice.Sockets;

/// <summary>A session's socket: commands and audio in, events and audio out. The session is told when it is gone.</summary>
internal sealed class VoiceSocket(WebSocket socket, VoiceSession session, VoiceLimits limits)
{
    // Of what is read only to be let go.
    private const int DrainBuffer = 4_096;

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
            await SocketEnd.CloseAsync(socket, _close.Status, _close.Reason, limits.SendTimeout);
            gone.CancelAfter(CloseTimeout);
            await reading;
            session.Detach();
            return;
        }

        // Nobody sends for the session any more when another socket may come.
        await gone.CancelAsync();
        await sending;
        session.Detach();
        await SocketEnd.CloseAsync(socket, _close.Status, _close.Reason, limits.SendTimeout);
        await DrainAsync();
    }

    // What the peer has still to say would, unread, take the reason of the close from it.
    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        var buffer = ArrayPool<byte>.Shared.Rent(DrainBuffer);
        try
        {
            while (socket.State == WebSocketState.CloseSent && (await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
            {
                // Let go.
            }
        }
        catch (Exception e) when (SocketEnd.IsGone(e))
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
        catch (Exception e) when (SocketEnd.IsGone(e))
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
        using var reader = new MessageReader(socket, limits.MaxMessage, session.Hear);
        try
        {
            while (await reader.ReadAsync(gone) is { } command)
                await session.TakeAsync(command);
            _close = reader.End;
        }
        catch (Exception e) when (SocketEnd.IsGone(e))
        {
            // Gone.
        }
    }
}
