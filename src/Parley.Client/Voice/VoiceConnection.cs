using System.Globalization;
using System.Net;
using System.Net.WebSockets;

namespace Parley.Client.Voice;

/// <summary>The socket of a session, and the next one when it breaks. One task reads; whoever sends waits for its turn, and where it broke for the next.</summary>
internal sealed class VoiceConnection(VoiceClientOptions options, string id) : IDisposable
{
    // The largest event is an announcement of what was said; one of this size is no voice agents' server.
    private const int MaxMessage = 16 << 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private Link? _link;

    /// <summary>Why there is no connection any more.</summary>
    public string Why { get; private set; } = "The connection is lost.";

    public async Task ConnectAsync(CancellationToken cancel) => _link = new(await OpenAsync(options.OnlyExisting, cancel).ConfigureAwait(false));

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">There is no connection any more.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (var link = _link!; ;)
            {
                try
                {
                    // Cancelling a send would break the connection; a message is small.
                    await link.Socket.SendAsync(message, type, endOfMessage: true, _ending.Token).ConfigureAwait(false);
                    return;
                }
                catch (Exception e) when (IsLoss(e))
                {
                    link.Socket.Abort();
                    link = await link.Next.Task.WaitAsync(cancel).ConfigureAwait(false) ?? throw new IOException(Why, e);
                }
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Reads until there is nothing more to come.</summary>
    /// <param name="take">Given each message, and whether it is text; the bytes are lent.</param>
    /// <param name="isOver">Whether the session has told its end: then a connection that breaks is not made anew.</param>
    public async Task RunAsync(Action<ReadOnlyMemory<byte>, bool> take, Func<bool> isOver)
    {
        for (var link = _link!; ;)
        {
            var isClosed = await ReadAsync(link.Socket, take).ConfigureAwait(false);
            var socket = isClosed || isOver() || _ending.IsCancellationRequested || options.ReconnectFor <= TimeSpan.Zero ? null : await ReopenAsync().ConfigureAwait(false);
            if (socket is null)
            {
                link.Next.SetResult(null);
                return;
            }

            var next = new Link(socket);
            Volatile.Write(ref _link, next);
            link.Next.SetResult(next);
            link.Socket.Dispose();
            link = next;
        }
    }

    /// <summary>Says that nothing more is sent; the server then closes.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        try
        {
            if (_link is { Socket: { State: WebSocketState.Open or WebSocketState.CloseReceived } socket })
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e))
        {
            // Gone meanwhile.
        }
    }

    /// <summary>Ends reading and connecting, at once.</summary>
    public void Abort()
    {
        _ending.Cancel();
        _link?.Socket.Abort();
    }

    public void Dispose()
    {
        _link?.Socket.Dispose();
        _sending.Dispose();
        _ending.Dispose();
    }

    // True when the server has closed it because all has been told.
    private async Task<bool> ReadAsync(ClientWebSocket socket, Action<ReadOnlyMemory<byte>, bool> take)
    {
        try
        {
            var reader = new MessageReader(socket, MaxMessage);
            while (await reader.ReadAsync(_ending.Token).ConfigureAwait(false) is { Type: not WebSocketMessageType.Close } read)
                take(read.Bytes, read.Type == WebSocketMessageType.Text);
            Why = $"The server closed the connection: {socket.CloseStatus} {socket.CloseStatusDescription}".TrimEnd();
            return socket.CloseStatus == WebSocketCloseStatus.NormalClosure;
        }
        catch (Exception e) when (IsLoss(e))
        {
            Why = _ending.IsCancellationRequested ? "The client was closed." : $"The connection is lost: {e.Message}";
            return false;
        }
    }

    private async Task<ClientWebSocket?> ReopenAsync()
    {
        options.Log?.Invoke(VoiceLogLevel.Warning, $"{Why} Session {id} is tried to be continued.");
        var pause = options.ReconnectDelay;
        var lost = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(lost) < options.ReconnectFor)
        {
            try
            {
                await Task.Delay(pause, _ending.Token).ConfigureAwait(false);
                // A session that is over would be begun anew, without its call.
                var socket = await OpenAsync(onlyExisting: true, _ending.Token).ConfigureAwait(false);
                options.Log?.Invoke(VoiceLogLevel.Information, $"Session {id} is connected again.");
                return socket;
            }
            catch (VoiceCallException)
            {
                Why = "The connection was lost, and the server has ended the session since.";
                return null;
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException)
            {
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task<ClientWebSocket> OpenAsync(bool onlyExisting, CancellationToken cancel)
    {
        var socket = ServerSocket.Create(options.Key, options.ValidateCertificate);
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(Address(onlyExisting), cancel).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException e) when (onlyExisting && socket.HttpStatusCode == HttpStatusCode.NotFound)
        {
            socket.Dispose();
            throw new VoiceCallException($"There is neither a call nor a session '{id}'.", (int)HttpStatusCode.NotFound, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Uri Address(bool onlyExisting)
    {
        var path = options.CallType switch { VoiceCallType.Sip => "/call/sip", VoiceCallType.WebRtc => "/call/webrtc", _ => "/call" };
        var query = $"?id={Uri.EscapeDataString(id)}&dump={(options.Dump ? "true" : "false")}";
        if (options.Ping is { } ping)
            query += string.Create(CultureInfo.InvariantCulture, $"&ping={(long)ping.TotalSeconds}");
        if (options.PingEvents)
            query += "&jsonPing=true";
        if (options.ServerSideTrack is { } track)
            query += $"&serverSideTrack={Uri.EscapeDataString(track)}";
        if (options.BinaryHeader)
            query += "&binaryHeader=1";
        if (onlyExisting)
            query += "&forward=true";
        var server = new UriBuilder(options.Server) { Query = "", Fragment = "" };
        server.Scheme = server.Scheme switch { "http" => "ws", "https" => "wss", var scheme => scheme };
        return new(server.Uri.AbsoluteUri.TrimEnd('/') + path + query);
    }

    private static bool IsLoss(Exception e) => e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException;

    // A socket, and what followed it: null for nothing.
    private sealed class Link(ClientWebSocket socket)
    {
        public ClientWebSocket Socket { get; } = socket;

        public TaskCompletionSource<Link?> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
