using System.Net;
using Parley.BenchSupport;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Hosting;
using Parley.Server.Voice;
using Parley.Speech.Dialogue;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.VoiceBench;

/// <summary>The server, its programs and the phones.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly SpeechConnections _connections;
    private readonly UserAgent _agent;
    private readonly ApiHost _host;
    private readonly Phones _phones;

    private Rig(SpeechConnections connections, UserAgent agent, ApiHost host, Phones phones) => (_connections, _agent, _host, _phones) = (connections, agent, host, phones);

    public List<Line> Lines { get; } = [];

    /// <param name="bot">What a bot named <c>bot</c> says when it is called, in characters; it listens for voices.</param>
    /// <param name="recordings">Where calls are recorded; null for nowhere.</param>
    public static async Task<Rig> StartAsync(int bot = 0, string? recordings = null)
    {
        var phones = await Phones.StartAsync();
        var connections = new SpeechConnections();
        var speech = new SpeechProviders(connections, environment: _ => null);
        speech.Register("scripted", (SynthesisOptions _, SpeechConnections _) => new ScriptedSynthesiser());
        speech.Register("scripted", (RecognitionOptions options, SpeechConnections _) => options.Model is { } name ? phones[name].Recogniser : new ScriptedRecogniser());
        var settings = new BotSettings
        {
            Asr = [new() { Provider = "scripted", SampleRate = 8000 }], Tts = [new() { Provider = "scripted" }], Record = recordings is not null,
            Llm = new() { Endpoint = new("http://127.0.0.1:9/v1"), Greeting = new('x', Math.Max(1, bot)), BargeIn = recordings is null ? BargeIn.Voice : BargeIn.None },
        };
        var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:parley@127.0.0.1", MediaPorts = (20_000, 24_998), MaxCalls = 5_000 });
        var surface = new VoiceSurface(agent, new() { Speech = speech, Bots = new Dictionary<string, BotSettings> { ["bot"] = settings }, Recordings = recordings });
        var host = await ApiHost.StartAsync(new() { Listen = new(IPAddress.Loopback, 0) }, [surface]);
        return new(connections, agent, host, phones);
    }

    /// <summary>Calls one more phone.</summary>
    /// <param name="bot">Whether the bot leads the call.</param>
    /// <param name="onEvent">What the program does.</param>
    public async Task<Line> CallAsync(bool bot = false, Action<VoiceClient, VoiceEvent>? onEvent = null)
    {
        var line = _phones.Add($"l{Lines.Count}");
        Lines.Add(line);
        line.Client = await VoiceClient.ConnectAsync(new()
        {
            Server = new($"ws://{_host.Address}"), Dump = false, OnEvent = happened => onEvent?.Invoke(line.Client, happened),
        });
        await line.Client.InviteAsync(new()
        {
            Callee = $"sip:{line.Name}@{_phones.Address}", Bot = bot ? "bot" : null, Vad = new() { Samplerate = 8000 }, Tts = new() { Provider = "scripted" },
            Asr = new() { Provider = "scripted", Model = line.Name, Samplerate = 8000 },
        });
        return line;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Lines.Select(line => line.Client.DisposeAsync().AsTask()));
        await _host.DisposeAsync();
        await _agent.DisposeAsync();
        await _phones.DisposeAsync();
        _connections.Dispose();
    }
}
