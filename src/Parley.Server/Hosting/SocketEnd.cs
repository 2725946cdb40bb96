using System.Net.WebSockets;
using System.Text;

namespace Parley.Server.Hosting;

/// <summary>The end of a socket.</summary>
internal static class SocketEnd
{
    // What a close frame has room for besides its status (RFC 6455 §5.5).
    private const int MaxReason = 123;

    /// <summary>Whether a fault of a socket says that its peer has gone, or that it was given up.</summary>
    public static bool IsGone(Exception fault) => fault is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException;

    /// <summary>Says why a socket is closed, when there is still somebody to say it to. The peer's own close frame is not waited for: it may never come.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="status">Why.</param>
    /// <param name="reason">Why, in words; left out when it is too long.</param>
    /// <param name="patience">How long the peer may take to accept it.</param>
    public static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason, TimeSpan patience)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await socket.CloseOutputAsync(status, Encoding.UTF8.GetByteCount(reason) > MaxReason ? "" : reason, limit.Token);
        }
        catch (Exception e) when (IsGone(e))
        {
            // Gone meanwhile.
        }
    }
}
