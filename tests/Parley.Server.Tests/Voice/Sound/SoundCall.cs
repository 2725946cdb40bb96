using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>An answered call of a voice agent, with a phone that says what it is told to and remembers what it hears.</summary>
internal sealed class SoundCall : IAsyncDisposable
{
    private SoundCall(VoiceStage stage, ApiSocket socket, IncomingCall phone) => (Stage, Socket, Phone, Ear) = (stage, socket, phone, new(phone));

    public VoiceStage Stage { get; }

    public ApiSocket Socket { get; }

    public IncomingCall Phone { get; }

    public Ear Ear { get; }

    /// <summary>Calls the phone, up to mediaReady.</summary>
    public static async Task<SoundCall> StartAsync(VoiceOptions? options = null, string option = "", string id = "s", string tts = VoiceStage.Scripted)
    {
        var stage = await VoiceStage.StartAsync(options);
        var (socket, phone) = await stage.CallAsync(option, id, tts);
        return new(stage, socket, phone);
    }

    public Task SendAsync(string command) => Socket.SendAsync(command);

    public Task<List<JsonElement>> UntilAsync(string name) => VoiceStage.UntilAsync(Socket, name);

    /// <summary>Events up to the first that is as wanted, that included.</summary>
    public async Task<List<JsonElement>> UntilAsync(string name, string field, string value)
    {
        var events = new List<JsonElement>();
        do
        {
            events.AddRange(await UntilAsync(name));
        }
        while (!events[^1].TryGetProperty(field, out var found) || found.GetString() != value);
        return events;
    }

    /// <summary>Text of the next error event.</summary>
    public Task<string> ErrorAsync() => VoiceStage.ErrorAsync(Socket);

    public void Say(double hertz) => Phone.StartPlayback(new ToneSource(hertz, 8000));

    public void Say(short[] pcm) => Phone.StartPlayback(new AudioClipSource(new AudioClip(pcm, 8000), 8000));

    public async ValueTask DisposeAsync()
    {
        await Ear.DisposeAsync();
        await Stage.DisposeAsync();
    }

    /// <summary>A file of tones of a second each.</summary>
    public static void WriteTones(string file, int rate, params double[] hertz)
    {
        using var writer = WavWriter.Create(file, rate, 1);
        foreach (var one in hertz)
            writer.Write([.. Enumerable.Range(0, rate).Select(i => (short)(8000 * Math.Sin(2 * Math.PI * one * i / rate)))]);
    }

    /// <summary>Vendors for these tests: <c>tuned</c> speaks 20 ms of a tone a character, in hertz its speaker; and tells what it was asked.</summary>
    public static SpeechProviders Tuned(SpeechConnections connections, List<SynthesisOptions> asked)
    {
        var providers = new SpeechProviders(connections, environment: _ => null);
        providers.Register("tuned", (SynthesisOptions options, SpeechConnections _) =>
        {
            lock (asked)
                asked.Add(options);
            return new TunedVoice(options);
        });
        providers.Register("scripted", (SynthesisOptions options, SpeechConnections _) => new TunedVoice(options));
        return providers;
    }

    private sealed class TunedVoice(SynthesisOptions options) : ISynthesiser
    {
        public string Name => options.Provider;

        public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
        {
            var hertz = double.Parse(request.Speaker ?? options.Speaker ?? "400", System.Globalization.CultureInfo.InvariantCulture);
            var at = 0;
            await foreach (var piece in request.ReadAsync(cancel))
            {
                var pcm = new short[piece.Length * 160];
                for (var i = 0; i < pcm.Length; i++)
                    pcm[i] = (short)(1600 * options.Volume * Math.Sin(2 * Math.PI * hertz * at++ / 8000));
                yield return new(pcm, 8000);
            }
        }
    }
}
