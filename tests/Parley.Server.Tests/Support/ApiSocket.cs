using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Parley.Server.Tests.Support;

/// <summary>A client that knows nothing: it sends texts and reads messages.</summary>
internal sealed class ApiSocket : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly byte[] _buffer = new byte[1 << 20];

    private ApiSocket(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static async Task<ApiSocket> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new(socket);
    }

    public async Task SendAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        await Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit.Token);
    }

    /// <summary>The next message as text; null when the server closes.</summary>
    public async Task<string?> TryReadAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var length = 0;
        while (true)
        {
            var read = await Socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            length += read.Count;
            if (read.EndOfMessage)
                return Encoding.UTF8.GetString(_buffer, 0, length);
        }
    }

    public async Task<JsonElement> ReadAsync() => JsonElement.Parse(await TryReadAsync() ?? throw new InvalidOperationException("The server has closed the socket."));

    /// <summary>Sends a request and reads its response.</summary>
    public async Task<JsonElement> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadAsync();
    }

    /// <summary>Sends a request by its parts, with id 1, and reads its response.</summary>
    public Task<JsonElement> AskAsync(string method, string parameters) =>
        AskAsync($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");

    /// <summary>Reads notifications up to the first Ended, that included.</summary>
    public async Task<List<JsonElement>> UntilEndedAsync()
    {
        var messages = new List<JsonElement>();
        do
        {
            messages.Add(await ReadAsync());
        }
        while (messages[^1].GetProperty("params").GetProperty("event").GetString() != "Ended");
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (Socket.State == WebSocketState.Open)
        {
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            }
            catch (WebSocketException)
            {
                // Closed from the other side.
            }
        }

        Socket.Dispose();
    }
}
