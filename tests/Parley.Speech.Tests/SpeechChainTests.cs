using Parley.Media.Audio;
using Parley.Speech.Activity;
using Parley.Speech.Output;
using Parley.Speech.Recognition;
using Parley.Speech.Signal;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests;

/// <summary>A chain that gets other parts, and parts that come in late.</summary>
public sealed class SpeechChainTests : IDisposable
{
    private readonly SpeechConnections _connections = new();
    private readonly Asked _asked = new();

    public void Dispose() => _connections.Dispose();

    [Fact]
    public async Task What_plays_goes_on_when_the_parts_change()
    {
        await using var chain = new SpeechChain(new(), Providers());
        var music = chain.Player.Play(new AudioClipSource(new AudioClip(new short[8000], 8000), repeat: true));
        Assert.Empty(chain.Inputs);
        await chain.ChangeAsync(new() { Recognisers = [new() { Provider = "asked" }], AnsweringMachine = new(), NetworkTones = Parley.Speech.Progress.ToneRegions.All });
        Assert.Equal(3, chain.Inputs.Count);
        Assert.Contains(chain.Answerer, chain.Inputs);
        Assert.Contains(chain.NetworkTones, chain.Inputs);
        Assert.False(music.Completion.IsCompleted);
        Assert.Equal(160, chain.Output.Read(new short[160]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recogniser_can_wait_for_the_first_audio(bool withAudio)
    {
        await using var chain = new SpeechChain(new() { Recognisers = [new() { Provider = "asked" }], Recognition = new() { ConnectWithAudio = withAudio } }, Providers());
        if (!withAudio)
        {
            await _asked.Connected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            return;
        }

        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(_asked.Connected.Task.IsCompleted);
        for (var i = 0; i < 5; i++)
            chain.Inputs[0].Write(new short[160]);
        await _asked.Connected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_recogniser_that_waits_for_audio_ends_without_it()
    {
        var chain = new SpeechChain(new() { Recognisers = [new() { Provider = "asked" }], Recognition = new() { ConnectWithAudio = true } }, Providers());
        await chain.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.False(_asked.Connected.Task.IsCompleted);
    }

    [Fact]
    public async Task Automatic_gain_is_what_the_recogniser_gets_and_not_what_the_detector_hears()
    {
        var model = new Loudest();
        await using var chain = new SpeechChain(
            new()
            {
                Recognisers = [new() { Provider = "asked" }],
                VoiceActivity = new() { SampleRate = 8000, Model = () => model },
                Gain = new() { InitialGainDecibels = 20, MaxGainChangePerSecond = 0.001 },
            },
            Providers());
        var frame = new short[160];
        Array.Fill(frame, (short)500);
        for (var i = 0; i < 10; i++)
            chain.Inputs[0].Write(frame);
        await _asked.Until(() => _asked.Loudest is >= 4900 and <= 5100);
        Assert.Equal(500, model.Most);
    }

    [Fact]
    public async Task A_detector_of_ones_own_is_named_as_the_others_are()
    {
        var model = new Loudest();
        var providers = Providers();
        VoiceActivityOptions? asked = null;
        providers.Register("ours", options =>
        {
            asked = options;
            return model;
        });
        await using var chain = new SpeechChain(new() { VoiceActivity = new() { Type = "Ours", SampleRate = 8000, VoiceThreshold = 0.7 } }, providers);
        chain.Inputs[0].Write([.. Enumerable.Repeat((short)700, 160)]);
        Assert.Equal((700, "Ours", 0.7), (model.Most, asked!.Type, asked.VoiceThreshold));
        Assert.Empty(await Problems(chain));
    }

    [Fact]
    public async Task A_detector_that_cannot_be_made_is_told_and_another_takes_its_place()
    {
        var providers = Providers();
        providers.Register("ours", _ => throw new FileNotFoundException("There is no model."));
        await using var chain = new SpeechChain(new() { VoiceActivity = new() { Type = "ours" } }, providers);
        Assert.Single(chain.Inputs);
        var problem = Assert.Single(await Problems(chain));
        Assert.Equal("vad", problem.Sender);
        Assert.Contains("'ours' cannot be made: There is no model.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gain_that_cannot_be_is_left_out_and_told()
    {
        await using var chain = new SpeechChain(new() { Recognisers = [new() { Provider = "asked" }], Gain = new GainControlOptions { HeadroomDecibels = 99 } }, Providers());
        Assert.Equal("agc", Assert.Single(await Problems(chain)).Sender);
        Assert.Single(chain.Inputs);
    }

    [Fact]
    public void A_layer_may_make_way_by_its_own_measure()
    {
        using var output = new LayeredOutput(new() { DuckDecibels = -20 });
        output.Play(Constant(3000), new() { Role = LayerRole.Background, DuckDecibels = -6.0206, DuckGlide = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(3000, Frame(output, 2));
        output.Play(Constant(10));
        var gliding = Frame(output, 3); // 60 of 100 ms
        Assert.InRange(gliding, 2000, 2400);
        Assert.InRange(Frame(output, 5), 1505, 1515);
        Assert.Throws<ArgumentException>(() => output.Play(Constant(1), new() { DuckDecibels = 1 }));
    }

    private static async Task<List<SpeechProblem>> Problems(SpeechChain chain)
    {
        chain.Events.Complete();
        var problems = new List<SpeechProblem>();
        await foreach (var happened in chain.Events.ReadAllAsync(TestContext.Current.CancellationToken))
            problems.AddRange(happened is SpeechProblem problem ? [problem] : []);
        return problems;
    }

    private static AudioClipSource Constant(short value)
    {
        var pcm = new short[8000];
        Array.Fill(pcm, value);
        return new(new AudioClip(pcm, 8000), repeat: true);
    }

    private static short Frame(LayeredOutput output, int count)
    {
        var pcm = new short[160];
        for (var i = 0; i < count; i++)
            output.Read(pcm);
        return pcm[159];
    }

    private SpeechProviders Providers()
    {
        var providers = new SpeechProviders(_connections);
        providers.Register("asked", (RecognitionOptions _, SpeechConnections _) => _asked);
        return providers;
    }

    /// <summary>Says that it was asked, and keeps how loud it was.</summary>
    private sealed class Asked : IRecogniser, IRecogniserConnection
    {
        private int _loudest;

        public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Loudest => Volatile.Read(ref _loudest);

        public string Name => "asked";

        public int SampleRate => 8000;

        public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel)
        {
            Connected.TrySetResult();
            return Task.FromResult<IRecogniserConnection>(this);
        }

        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel)
        {
            foreach (var sample in pcm.Span)
                Volatile.Write(ref _loudest, Math.Max(_loudest, Math.Abs((int)sample)));
            return default;
        }

        public ValueTask HeardAsync(Parley.Speech.Activity.VoiceActivityChange change, CancellationToken cancel) => default;

        public async ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return default!;
        }

        public async Task Until(Func<bool> condition)
        {
            var deadline = DateTime.UtcNow.AddSeconds(30);
            while (!condition())
            {
                Assert.True(DateTime.UtcNow < deadline, $"not within 30 s; loudest {Loudest}");
                await Task.Delay(5);
            }
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Loudest : Parley.Speech.Activity.IVoiceActivityModel
    {
        public int Most { get; private set; }

        public int SampleRate => 8000;

        public int FrameSamples => 160;

        public double Probability(ReadOnlySpan<short> frame)
        {
            foreach (var sample in frame)
                Most = Math.Max(Most, sample);
            return 0;
        }

        public void Dispose()
        {
        }
    }
}
