using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Parley.Interop.Tests.Harness;

/// <summary>A program that drives calls over the call API, as anybody would write it: JSON by hand, no library of ours. Keeps every message by the command it belongs to.</summary>
internal sealed class ApiClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentQueue<JsonElement> _messages = new();
    private readonly CancellationTokenSource _ending = new();
    private Task _reading = Task.CompletedTask;
    private int _id;

    /// <summary>Every message so far, in the order they came.</summary>
    public IReadOnlyList<JsonElement> Messages => [.. _messages];

    public static async Task<ApiClient> ConnectAsync(int port, string query = "")
    {
        var client = new ApiClient();
        await client._socket.ConnectAsync(new($"ws://127.0.0.1:{port}/call-api{query}"), default);
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Begins a command; its result has come when this returns.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">An object, without cmd_id.</param>
    /// <returns>Its cmd_id.</returns>
    public async Task<string> BeginAsync(string method, string parameters = "{}")
    {
        var id = Interlocked.Increment(ref _id);
        await SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}} }""");
        var response = await WaitAsync(message => message.TryGetProperty("id", out var one) && one.ValueKind == JsonValueKind.Number && one.GetInt32() == id, $"the result of {method}");
        Assert.True(response.TryGetProperty("result", out var result), response.GetRawText());
        return result.GetProperty("cmd_id").GetString()!;
    }

    /// <summary>Gives a command and waits for its end.</summary>
    public async Task<ApiOutcome> RunAsync(string method, string parameters = "{}") => await EndAsync(await BeginAsync(method, parameters));

    /// <summary>Waits for a command's end.</summary>
    public async Task<ApiOutcome> EndAsync(string cmdId)
    {
        await WaitAsync(message => Is(message, cmdId) && Name(message) == "Ended", $"the end of {cmdId}");
        return new([.. Messages.Where(message => Is(message, cmdId))]);
    }

    /// <summary>Waits for an event of a command, by either of its names.</summary>
    public async Task<JsonElement> EventAsync(string cmdId, string name) => (await WaitAsync(
        message => Is(message, cmdId) && (Member(message, "event") == name || Member(message, "data") == name), $"{name} of {cmdId}")).GetProperty("params");

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    /// <summary>Gone without a word.</summary>
    public void Vanish() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _ending.Dispose();
    }

    public static string? Member(JsonElement message, string name) => message.TryGetProperty("params", out var parameters) && parameters.TryGetProperty(name, out var value) ? value.ToString() : null;

    public static string? Name(JsonElement message) => message.TryGetProperty("method", out var name) ? name.GetString() : null;

    private static bool Is(JsonElement message, string cmdId) => Member(message, "cmd_id") == cmdId;

    private async Task<JsonElement> WaitAsync(Func<JsonElement, bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            foreach (var message in _messages)
            {
                if (condition(message))
                    return message;
            }

            Assert.True(clock.Elapsed < Limit, $"waited {Limit.TotalSeconds} s for {what}; there came:\n{string.Join('\n', _messages.Select(message => message.GetRawText()))}");
            await Task.Delay(20);
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _ending.Token);
                if (read.MessageType == WebSocketMessageType.Close)
                    return;
                length += read.Count;
                if (!read.EndOfMessage)
                    continue;
                var message = JsonElement.Parse(buffer.AsSpan(0, length));
                foreach (var one in message.ValueKind == JsonValueKind.Array ? message.EnumerateArray().ToArray() : [message])
                    _messages.Enqueue(one);
                length = 0;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The test or the server has ended.
        }
    }
}

/// <summary>What a command told.</summary>
/// <param name="Messages">Its notifications, in order.</param>
internal sealed record ApiOutcome(IReadOnlyList<JsonElement> Messages)
{
    /// <summary>The documented messages: <c>CALL_ANSWER … Ended</c>.</summary>
    public string Story => string.Join(' ', Messages.Where(message => ApiClient.Name(message) != "Progress")
        .Select(message => ApiClient.Name(message) == "Event" ? ApiClient.Member(message, "data") : ApiClient.Name(message)));

    public int Code => Messages.Where(message => ApiClient.Name(message) == "Error").Select(message => message.GetProperty("params").GetProperty("code").GetInt32()).SingleOrDefault();

    /// <summary>The Call-ID to use next.</summary>
    public string CallId => Messages.Select(message => ApiClient.Member(message, "callid")).Last(id => id is not null)!;

    public void AssertStory(string expected) => Assert.True(
        Story == expected, $"expected {expected}, there came:\n{string.Join('\n', Messages.Select(message => message.GetRawText()))}");
}
