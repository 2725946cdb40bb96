using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Parley.Server.Hosting;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Server.Tests.Voice;

/// <summary>A server of voice agents and a phone, both on loopback.</summary>
internal sealed partial class VoiceStage : IAsyncDisposable
{
    /// <summary>The option of the voice that calls have.</summary>
    public const string Scripted = """{"provider":"scripted"}""";

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<IncomingCall> _taken = Channel.CreateUnbounded<IncomingCall>();
    private readonly TaskCompletionSource<IncomingCall> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<ApiSocket> _sockets = [];
    private readonly SpeechConnections _connections;
    private readonly ApiHost _host;
    private bool _phoneServes;

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
        speech.Register("scripted", (SynthesisOptions _, SpeechConnections _) => new Tones("scripted"));
        var recognitions = new List<RecognitionOptions>();
        speech.Register("scripted", (RecognitionOptions asked, SpeechConnections _) =>
        {
            lock (recognitions)
                recognitions.Add(asked);
            return new Heard();
        });
        register?.Invoke(speech);
        var server = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:parley@127.0.0.1", MediaPorts = (28_000, 28_498), RefuseWhenBehind = false });
        var phone = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:phone@127.0.0.1", MediaPorts = (28_500, 28_998), RefuseWhenBehind = false });
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

    /// <summary>Connects for the call that a program is told of next.</summary>
    public async Task<ApiSocket> ClaimAsync(Hook program) => await ConnectAsync($"/call/sip?id={(await program.NextAsync()).Dialog}");

    /// <summary>The phone does this with its calls.</summary>
    public void Serve(Func<IncomingCall, Task> handler)
    {
        _phoneServes = true;
        _ = Phone.ServeAsync((call, _) => handler(call), _stop.Token);
    }

    /// <summary>The phone rings, answers, and keeps the call; <see cref="TakenAsync"/> gives it.</summary>
    public async Task TakeAsync(IncomingCall call)
    {
        await call.RingAsync();
        await call.AnswerAsync();
        _first.TrySetResult(call);
        _taken.Writer.TryWrite(call);
        await call.WaitForEndAsync();
    }

    /// <summary>The next of the calls that the phone has taken.</summary>
    public Task<IncomingCall> TakenAsync() => _taken.Reader.ReadAsync().AsTask().WaitAsync(s_limit);

    /// <summary>The phone answers and keeps what comes; the task gives the first.</summary>
    public Task<IncomingCall> AnswerAll()
    {
        Serve(TakeAsync);
        return _first.Task;
    }

    /// <summary>A session whose call to the phone is up, its events read as far as <c>mediaReady</c>; the socket is the stage's.</summary>
    /// <param name="option">Further members of the call's option, each behind a comma.</param>
    /// <param name="id">The session's; null for one of the server's.</param>
    /// <param name="tts">Its voice.</param>
    public async Task<(ApiSocket Socket, IncomingCall Phone)> CallAsync(string option = "", string? id = null, string tts = Scripted)
    {
        var socket = await BeginAsync(InviteOf(PhoneUri, option, tts), id);
        await UntilAsync(socket, "mediaReady");
        return (socket, await TakenAsync());
    }

    /// <summary>The same with a phone of no stack.</summary>
    public async Task<(ApiSocket Socket, string Invite)> CallAsync(LinesPhone phone, string option = "", string? id = null)
    {
        var socket = await BeginAsync(InviteOf(phone, option), id);
        var invite = await phone.AnswerAsync();
        await UntilAsync(socket, "mediaReady");
        return (socket, invite);
    }

    /// <summary>Connects and sends; the socket is the stage's, and the phone takes what comes unless it serves already.</summary>
    public async Task<ApiSocket> BeginAsync(string invite, string? id = null)
    {
        if (!_phoneServes)
            Serve(TakeAsync);
        var socket = await ConnectAsync(id is null ? "/call/sip" : $"/call/sip?id={id}");
        _sockets.Add(socket);
        await socket.SendAsync(invite);
        return socket;
    }

    public string Invite(string more = "") => InviteOf(PhoneUri, more);

    public static string InviteOf(LinesPhone phone, string more = "") => InviteOf(phone.Uri, more);

    private static string InviteOf(string callee, string more, string tts = Scripted) => $$$"""{"command":"invite","option":{"callee":"{{{callee}}}","tts":{{{tts}}}{{{more}}}}}""";

    /// <summary>Waits until no session is left.</summary>
    public Task OverAsync() => ApiServer.UntilAsync(() => Surface.Sessions == 0, "the session is over");

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
            await socket.DisposeAsync();
        await _host.DisposeAsync();
        await _stop.CancelAsync();
        await Server.DisposeAsync();
        await Phone.DisposeAsync();
        _connections.Dispose();
        _stop.Dispose();
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
