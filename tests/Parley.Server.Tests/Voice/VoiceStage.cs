using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Hosting;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Server.Tests.Voice;

/// <summary>A server of voice agents and a phone, both on loopback.</summary>
internal sealed class VoiceStage : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SpeechConnections _connections;
    private readonly ApiHost _host;

    private VoiceStage(UserAgent server, UserAgent phone, VoiceSurface surface, ApiHost host, SpeechConnections connections) =>
        (Server, Phone, Surface, _host, _connections) = (server, phone, surface, host, connections);

    public UserAgent Server { get; }

    public UserAgent Phone { get; }

    public VoiceSurface Surface { get; }

    /// <summary>What was asked of the scripted recogniser; lock it.</summary>
    public required List<RecognitionOptions> Recognitions { get; init; }

    public string PhoneUri => $"sip:phone@{Phone.Listeners[0].Local}";

    public string ServerUri => $"sip:bot@{Server.Listeners[0].Local}";

    /// <param name="options">Of the server; its speech is this class's.</param>
    /// <param name="host">Changes its web server.</param>
    /// <param name="register">Adds to its speech.</param>
    /// <param name="bot">Who answers incoming calls; null for the webhook.</param>
    /// <param name="limits">Of vendors; null for the defaults.</param>
    public static async Task<VoiceStage> StartAsync(
        VoiceOptions? options = null, Func<ApiHostOptions, ApiHostOptions>? host = null, Action<SpeechProviders>? register = null, string? bot = null, VendorLimits? limits = null)
    {
        var connections = new SpeechConnections(limits);
        var speech = new SpeechProviders(connections, environment: _ => null);
        speech.Register("scripted", (SynthesisOptions _, SpeechConnections _) => new Spoken());
        var recognitions = new List<RecognitionOptions>();
        speech.Register("scripted", (RecognitionOptions asked, SpeechConnections _) =>
        {
            lock (recognitions)
                recognitions.Add(asked);
            return new Heard();
        });
        register?.Invoke(speech);
        var server = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:parley@127.0.0.1", MediaPorts = (28_000, 28_498) });
        var phone = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:phone@127.0.0.1", MediaPorts = (28_500, 28_998) });
        var surface = new VoiceSurface(server, (options ?? new()) with { Speech = options?.Speech ?? speech });
        var listen = new ApiHostOptions { Listen = new(IPAddress.Loopback, 0) };
        var served = await ApiHost.StartAsync(host?.Invoke(listen) ?? listen, [surface]);
        var stage = new VoiceStage(server, phone, surface, served, connections) { Recognitions = recognitions };
        _ = server.ServeAsync((call, cancel) => bot is null ? surface.ServeAsync(call, cancel) : surface.ServeBotAsync(call, bot, cancel), stage._stop.Token);
        return stage;
    }

    public IPEndPoint Address => _host.Address;

    public Task<ApiSocket> ConnectAsync(string path = "/call/sip") => ApiSocket.ConnectAsync(new($"ws://{_host.Address}{path}"));

    public Uri Http(string path) => new($"http://{_host.Address}{path}");

    /// <summary>The phone does this with its calls.</summary>
    public void Serve(Func<IncomingCall, Task> handler) => _ = Phone.ServeAsync((call, _) => handler(call), _stop.Token);

    /// <summary>The phone answers and keeps the call; the task gives it.</summary>
    public Task<IncomingCall> AnswerAll()
    {
        var answered = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(async call =>
        {
            await call.RingAsync();
            await call.AnswerAsync();
            answered.TrySetResult(call);
            await call.WaitForEndAsync();
        });
        return answered.Task;
    }

    public string Invite(string more = "") => $$$"""{"command":"invite","option":{"callee":"{{{PhoneUri}}}","tts":{"provider":"scripted"}{{{more}}}}}""";

    /// <summary>Reads events up to the first of a name, that included.</summary>
    public static async Task<List<JsonElement>> UntilAsync(ApiSocket socket, string name)
    {
        var events = new List<JsonElement>();
        do
        {
            events.Add(await socket.ReadAsync());
        }
        while (Name(events[^1]) != name);
        return events;
    }

    public static string Name(JsonElement happened) => happened.GetProperty("event").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stop.CancelAsync();
        await Server.DisposeAsync();
        await Phone.DisposeAsync();
        _connections.Dispose();
        _stop.Dispose();
    }

    /// <summary>Each character is 20 ms of a tone of its own.</summary>
    private sealed class Spoken : ISynthesiser
    {
        public string Name => "scripted";

        public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var piece in request.ReadAsync(cancel))
            {
                var pcm = new short[piece.Length * 160];
                for (var i = 0; i < pcm.Length; i++)
                    pcm[i] = (short)(8_000 * Math.Sin(i * 0.3));
                yield return new(pcm, 8_000);
            }
        }
    }

    /// <summary>Hears "hello" in everything, first a piece of it.</summary>
    private sealed class Heard : IRecogniser, IRecogniserConnection
    {
        private int _told;

        public string Name => "scripted";

        public int SampleRate => 8000;

        public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel) => Task.FromResult<IRecogniserConnection>(this);

        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel) => default;

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel) => default;

        public async ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel)
        {
            if (_told == 2)
                await Task.Delay(System.Threading.Timeout.Infinite, cancel);
            return ++_told == 1 ? new("hel", false) : new("hello", true, Confidence: 0.9, TaskId: "task-1");
        }

        public ValueTask DisposeAsync() => default;
    }
}
