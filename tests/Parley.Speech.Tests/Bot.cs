using System.Collections.Concurrent;
using System.Text;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests;

/// <summary>A call without a network: a chain whose output is heard, and whose input is spoken to, twenty times as fast as time goes.</summary>
internal sealed class Bot : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clock;
    private readonly StringBuilder _heard = new();
    private readonly Lock _gate = new();
    private volatile int _voice;
    private volatile int _ticks;

    public Bot(Func<SpeechChainOptions, SpeechChainOptions>? change = null, ScriptedSynthesiser? synthesiser = null)
    {
        Connections = new(new() { ResponseTimeout = TimeSpan.FromSeconds(5) });
        var providers = new SpeechProviders(Connections);
        providers.Register("scripted", (Parley.Speech.Recognition.RecognitionOptions _, SpeechConnections _) => Recogniser);
        providers.Register("scripted", (Parley.Speech.Synthesis.SynthesisOptions _, SpeechConnections _) => synthesiser ?? new ScriptedSynthesiser());
        var options = new SpeechChainOptions
        {
            VoiceActivity = new() { SampleRate = 8000, Model = () => new LoudnessModel(), SpeechPadding = TimeSpan.FromMilliseconds(100) },
            EndOfUtterance = new(),
            Recognisers = [new() { Provider = "scripted" }],
            Synthesisers = [new() { Provider = "scripted" }],
        };
        Chain = new(change is null ? options : change(options), providers);
        Chain.Events.Observe(Events.Enqueue);
        _clock = Task.Run(RunAsync);
    }

    public SpeechConnections Connections { get; }

    public SpeechChain Chain { get; }

    /// <summary>Frames so far.</summary>
    public int Ticks => _ticks;

    public ScriptedRecogniser Recogniser { get; } = new();

    public ConcurrentQueue<SpeechEvent> Events { get; } = new();

    /// <summary>The text that was heard, read from the audio.</summary>
    public string Heard
    {
        get
        {
            lock (_gate) return _heard.ToString();
        }
    }

    /// <summary>Somebody speaks for so long, and says this.</summary>
    public async Task SayAsync(int milliseconds, string? text)
    {
        _voice = milliseconds / 20;
        await Until(() => _voice == 0, "the voice is over");
        if (text is not null) Recogniser.Results.Writer.TryWrite(new(text, true));
    }

    public async Task Until(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Not within 30 s: {what}. Heard '{Heard}', seen: {string.Join("; ", Events)}");
            await Task.Delay(5);
        }
    }

    public Task Until<T>(int count = 1) => Until(() => Events.OfType<T>().Count() >= count, $"{count} {typeof(T).Name}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _clock;
        await Chain.DisposeAsync();
        Connections.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var (frame, silence, voice) = (new short[160], new short[160], new short[160]);
        Array.Fill(voice, (short)5000);
        while (!_stop.IsCancellationRequested)
        {
            frame.AsSpan().Clear();
            var count = Chain.Output.Read(frame);
            lock (_gate)
            {
                for (var i = 0; i + ScriptedSynthesiser.CharacterSamples <= count; i += ScriptedSynthesiser.CharacterSamples)
                {
                    if (frame[i + 40] != 0) _heard.Append((char)frame[i + 40]);
                }
            }

            var speaks = _voice > 0;
            foreach (var input in Chain.Inputs) input.Write(speaks ? voice : silence);
            if (speaks) _voice--;
            _ticks++;
            await Task.Delay(1);
        }
    }
}
