using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Parley.Cli.Tests.Support;

/// <summary>A voice agent's socket.</summary>
internal sealed class AgentSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public static async Task<AgentSocket> ConnectAsync(string url)
    {
        var agent = new AgentSocket();
        await agent._socket.ConnectAsync(new(url), agent._limit.Token);
        return agent;
    }

    public Task SendAsync(string json) => _socket.SendAsync(Encoding.UTF8.GetBytes(json).AsMemory(), WebSocketMessageType.Text, true, _limit.Token).AsTask();

    /// <summary>Reads up to the first event of a name, which it gives; what comes before is passed over.</summary>
    public async Task<JsonElement> UntilAsync(string name)
    {
        var seen = new StringBuilder();
        while (await ReadAsync() is { } happened)
        {
            if (happened.GetProperty("event").GetString() == name)
                return happened;
            seen.AppendLine(happened.ToString());
        }

        throw new InvalidOperationException($"The socket closed before '{name}'; told were {seen}");
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        _limit.Dispose();
        return default;
    }

    private async Task<JsonElement?> ReadAsync()
    {
        var buffer = new byte[65_536];
        var length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _limit.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            length += read.Count;
            if (read.EndOfMessage)
                return JsonElement.Parse(buffer.AsSpan(0, length));
        }
    }
}
