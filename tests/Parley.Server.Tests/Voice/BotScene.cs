using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Media.Audio;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Speech.Activity;
using Parley.Speech.Dialogue;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.TestSupport.Speech;

namespace Parley.Server.Tests.Voice;

/// <summary>A bot on a server of voice agents, the model it asks, and a phone that calls it. What the phone says is what the test says it does; what is said to it is a tone.</summary>
internal sealed class BotScene : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-bot-");
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Channel<RecogniserResult> _words = Channel.CreateUnbounded<RecogniserResult>();

    private BotScene(ChatServer model) => Model = model;

    /// <summary>What a model says that passes the call on to sales, with the tool of <see cref="PassingOn"/>.</summary>
    public const string PassOn = """TOOL pass_on {"target":"sales"}""";

    public ChatServer Model { get; }

    public VoiceStage Stage { get; private set; } = null!;

    /// <summary>Texts that were synthesised, each as one.</summary>
    public string Said => string.Join('|', _said);

    /// <summary>Settings of a model that may pass calls on to somebody, as sales.</summary>
    public static string PassingOn(UserAgent sales) => $$""" "tools": [ { "kind": "transfer", "name": "pass_on", "targets": { "sales": "sip:sales@{{sales.Listeners[0].Local}}" } } ] """;

    /// <summary>Begins with a bot named <c>bot</c>, whose <c>llm</c> members are the test's.</summary>
    public static async Task<BotScene> StartAsync(ChatServer model, string llm, string members = "", bool answers = true, VoiceOptions? options = null, Speech.Vendors.VendorLimits? limits = null)
    {
        var scene = new BotScene(model);
        Environment.SetEnvironmentVariable("PARLEY_TEST_CHAT_KEY", ChatServer.Key);
        var settings = BotSettings.Parse($$"""
            {
              "eou": { "completePause": 60, "pause": 120, "incompletePause": 200 },
              "asr": [ { "provider": "told", "sampleRate": 8000 } ], "tts": [ { "provider": "tones" } ],{{members}}
              "llm": { "endpoint": "{{model.Http}}v1", "apiKeyEnv": "PARLEY_TEST_CHAT_KEY", "model": "scripted", "bargeIn": "words", {{llm}} }
            }
            """, "bot.json");
        scene.Stage = await VoiceStage.StartAsync(
            (options ?? new()) with { Bots = new Dictionary<string, BotSettings> { ["bot"] = settings }, Dumps = scene._folder.FullName },
            register: speech =>
            {
                speech.Register("tones", (SynthesisOptions _, Speech.Vendors.SpeechConnections _) => new Tones("tones", scene._said));
                speech.Register("told", (RecognitionOptions _, Speech.Vendors.SpeechConnections _) => new Told(scene._words.Reader));
            },
            bot: answers ? "bot" : null,
            limits: limits);
        return scene;
    }

    /// <summary>The phone calls and listens; its line is open, so that silence is heard of it.</summary>
    public async Task<(OutgoingCall Call, Ear Ear)> CallAsync()
    {
        var call = await Stage.Phone.DialAsync(Stage.ServerUri);
        return (call, Open(call));
    }

    /// <summary>A program calls the phone and lets the bot lead; the phone listens, its line open.</summary>
    /// <param name="more">Further members of the call's option, each behind a comma.</param>
    public async Task<(ApiSocket Socket, Ear Ear)> InviteAsync(string more = "")
    {
        var socket = await Stage.BeginAsync($$"""{"command":"invite","option":{"callee":"{{Stage.PhoneUri}}","bot":"bot"{{more}} } }""");
        return (socket, Open(await Stage.TakenAsync()));
    }

    private static Ear Open(Call call)
    {
        var ear = new Ear();
        call.Audio.Listen(ear);
        call.Audio.Play(new SilenceSource());
        return ear;
    }

    /// <summary>The recogniser hears this.</summary>
    public void Say(string words, bool isFinal = true) => _words.Writer.TryWrite(new(words, isFinal));

    public Task UntilSaidAsync(string text) => ApiServer.UntilAsync(() => Said.EndsWith(text, StringComparison.Ordinal), $"'{text}' is said; it was '{Said}'");

    /// <summary>The events of the one call there was, once it is over.</summary>
    public async Task<List<JsonElement>> EventsAsync()
    {
        await ApiServer.UntilAsync(() => Stage.Surface.Sessions == 0, "the session is over");
        var lines = await File.ReadAllLinesAsync(Assert.Single(_folder.GetFiles()).FullName);
        return [.. lines.Select(line => JsonElement.Parse(line)).Where(line => line.Text("type") == "event").Select(line => Content(line))];
    }

    public async ValueTask DisposeAsync()
    {
        await Stage.DisposeAsync();
        await Model.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static JsonElement Content(JsonElement line) =>
        line.GetProperty("content") is { ValueKind: JsonValueKind.String } text ? JsonElement.Parse(text.GetString()!) : line.GetProperty("content");

    /// <summary>Whether it sounds, and for how many frames it has.</summary>
    internal sealed class Ear : IAudioSink
    {
        private volatile int _frames;
        private volatile int _silent;

        public int SampleRate => 8000;

        /// <summary>Frames that were not silent.</summary>
        public int Frames => _frames;

        /// <summary>Silent ones since the last that was not.</summary>
        public int Silent => _silent;

        public void Write(ReadOnlySpan<short> pcm)
        {
            if (AudioLevel.Peak(pcm) > 60) // vendors speak in values of characters
                (_frames, _silent) = (_frames + 1, 0);
            else
                _silent++;
        }

        public Task HearsAsync(int frames = 1, string who = "the phone")
        {
            var before = Frames;
            return ApiServer.UntilAsync(() => Frames >= before + frames, $"{who} hears something, not {Frames - before} of {frames} frames");
        }

        public Task IsQuietAsync() => ApiServer.UntilAsync(() => Silent >= 10, "the phone hears nothing any more");
    }

    private sealed class Told(ChannelReader<RecogniserResult> words) : IRecogniser, IRecogniserConnection
    {
        public string Name => "told";

        public int SampleRate => 8000;

        public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel) => Task.FromResult<IRecogniserConnection>(this);

        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel) => default;

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel) => default;

        public ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel) => words.ReadAsync(cancel);

        public ValueTask DisposeAsync() => default;
    }
}
