using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.Voice;

/// <summary>A client of a session that sends and gets audio: events and frames are read apart.</summary>
internal sealed class StreamingClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ApiSocket _socket;
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly List<(long At, byte[] Frame)> _frames = [];
    private readonly Task _reading;

    private StreamingClient(ApiSocket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    /// <summary>Frames so far, with the time each came at.</summary>
    public (long At, byte[] Frame)[] Frames
    {
        get
        {
            lock (_frames)
                return [.. _frames];
        }
    }

    public static async Task<StreamingClient> ConnectAsync(VoiceStage stage, string path = "/call") => new(await stage.ConnectAsync(path));

    /// <summary>Connects and invites, up to the answer.</summary>
    public static async Task<StreamingClient> InviteAsync(VoiceStage stage, string option = "", string path = "/call")
    {
        var client = await ConnectAsync(stage, path);
        await client.SendAsync($$$"""{"command":"invite","option":{"tts":{"provider":"scripted"}{{{option}}}}}""");
        await client.UntilAsync("answer");
        return client;
    }

    public Task SendAsync(string command) => _socket.SendAsync(command);

    public async Task SendAsync(ReadOnlyMemory<byte> audio)
    {
        using var limit = new CancellationTokenSource(Limit);
        await _socket.Socket.SendAsync(audio, WebSocketMessageType.Binary, true, limit.Token);
    }

    public Task SendAsync(short[] pcm) => SendAsync(MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray());

    /// <summary>Events up to the first of a name, that included.</summary>
    public async Task<List<JsonElement>> UntilAsync(string name, Func<JsonElement, bool>? which = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        var events = new List<JsonElement>();
        do
        {
            events.Add(await _events.Reader.ReadAsync(limit.Token));
        }
        while (VoiceStage.Name(events[^1]) != name || which?.Invoke(events[^1]) == false);
        return events;
    }

    /// <summary>The next event of a name; those before it are passed over.</summary>
    public async Task<JsonElement> NextAsync(string name) => (await UntilAsync(name))[^1];

    /// <summary>What the next error says; events before it are passed over.</summary>
    public async Task<string> ErrorAsync() => (await NextAsync("error")).Text("error");

    /// <summary>Waits until so many frames have come, and gives the samples of 16-bit PCM in them.</summary>
    public async Task<short[]> HearAsync(int frames, int header = 0)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (Frames.Length < frames)
            await Task.Delay(10, limit.Token);
        return [.. Frames.SelectMany(one => MemoryMarshal.Cast<byte, short>(one.Frame.AsSpan(header)).ToArray())];
    }

    /// <summary>The events that are left, up to the end of the socket.</summary>
    public async Task<List<JsonElement>> RestAsync()
    {
        await _reading.WaitAsync(Limit);
        var events = new List<JsonElement>();
        await foreach (var one in _events.Reader.ReadAllAsync())
            events.Add(one);
        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _reading.WaitAsync(Limit);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.Socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                length += read.Count;
                if (!read.EndOfMessage)
                    continue;
                if (read.MessageType == WebSocketMessageType.Text)
                {
                    _events.Writer.TryWrite(JsonElement.Parse(buffer.AsSpan(0, length)));
                }
                else
                {
                    lock (_frames)
                        _frames.Add((Environment.TickCount64, buffer[..length]));
                }

                length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test has closed it.
        }

        _events.Writer.TryComplete();
    }
}
