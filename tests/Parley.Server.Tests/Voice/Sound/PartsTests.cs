using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Media.Audio;
using Parley.Net.Http;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Sound;
using Parley.Speech.Output;
using Parley.Speech.Progress;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>The parts of a session's sound, each by itself and with a clock that is told.</summary>
public sealed class PartsTests
{
    private readonly SteppedTime _time = new();
    private readonly Queue<Action> _mailbox = new();

    [Fact]
    public void An_input_that_does_not_come_is_told_once_with_when_and_how_long()
    {
        var told = new List<(DateTimeOffset, TimeSpan)>();
        var wait = new InputWait(_time, Post, (since, length) => told.Add((since, length)));
        _time.Advance(TimeSpan.FromSeconds(3));
        wait.Begin(TimeSpan.FromMilliseconds(500));
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Run();
        Assert.Empty(told);
        _time.Advance(TimeSpan.FromSeconds(60));
        Run();
        Assert.Equal((DateTimeOffset.UnixEpoch.AddSeconds(3), TimeSpan.FromMilliseconds(500)), Assert.Single(told));
    }

    [Fact]
    public void An_input_that_comes_while_the_end_of_the_wait_is_in_the_mailbox_counts()
    {
        var told = 0;
        var wait = new InputWait(_time, Post, (_, _) => told++);
        wait.Begin(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        wait.Stop();
        Run();
        Assert.Equal(0, told);
    }

    [Fact]
    public void Another_wait_takes_the_place_of_the_first()
    {
        var told = new List<TimeSpan>();
        var wait = new InputWait(_time, Post, (_, length) => told.Add(length));
        wait.Begin(TimeSpan.FromSeconds(1));
        wait.Begin(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(10));
        Run();
        Assert.Equal([TimeSpan.FromSeconds(5)], told);
    }

    [Fact]
    public void A_rule_is_its_playbacks_own_and_holds_only_when_that_was_heard_to_its_end()
    {
        using var output = new LayeredOutput();
        var (first, second, third) = (output.Speak(), output.Speak(), output.Speak());
        var rules = new PlaybackRules();
        rules.Add(first, true, 300);
        rules.Add(first, null, null); // the next text of the same playback
        rules.Add(second, true, null);
        rules.Add(third, true, null);
        rules.Forget(third);
        Assert.Equal(new(true, TimeSpan.FromMilliseconds(300)), rules.Take(first, LayerEnd.Finished));
        Assert.Null(rules.Take(first, LayerEnd.Finished));
        Assert.Null(rules.Take(second, LayerEnd.Stopped));
        Assert.Null(rules.Take(third, LayerEnd.Finished));
    }

    [Fact]
    public void What_strangers_put_in_has_room_for_so_much_and_the_rest_is_counted()
    {
        var (ran, lost) = (0, new List<long>());
        var inflow = new Inflow(3, Post, lost.Add);
        for (var i = 0; i < 10; i++)
            inflow.Post(() => ran++);
        Assert.Equal(3, _mailbox.Count);
        Run();
        Assert.Equal(3, ran);
        Assert.Equal([7L], lost);
        inflow.Post(() => ran++);
        Run();
        Assert.Equal(4, ran);
        Assert.Single(lost);
    }

    [Fact]
    public void Silence_of_the_other_side_is_told_once_and_only_while_something_is_expected()
    {
        var (received, expects, told) = (0L, false, 0);
        using var watch = new InactivityWatch(_time, TimeSpan.FromSeconds(5), () => received, () => expects, Post, () => told++);
        Pass(20); // it rings
        expects = true;
        Pass(4);
        received++;
        Pass(4);
        expects = false; // on hold
        Pass(60);
        expects = true;
        Pass(4);
        Assert.Equal(0, told);
        Pass(60);
        Assert.Equal(1, told);

        void Pass(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                Run();
            }
        }
    }

    [Fact]
    public void Time_in_which_nobody_looked_is_not_the_other_sides_silence()
    {
        var told = 0;
        using var watch = new InactivityWatch(_time, TimeSpan.FromSeconds(5), () => 7, () => true, Post, () => told++);
        _time.Advance(TimeSpan.FromSeconds(1));
        Run();
        _time.Advance(TimeSpan.FromMinutes(1)); // the mailbox stands still
        Run();
        Assert.Equal(0, told);
    }

    [Fact]
    public void Options_of_a_text_leave_those_of_the_call_that_they_do_not_name()
    {
        var call = new TtsOption { Provider = "tencent", AppId = "a", SecretKey = "k", Speaker = "x", Speed = 1.5, Volume = 8, Model = "m" };
        var same = TextVoices.Merge(call, new() { Volume = 3 });
        Assert.Equal(call with { Volume = 3 }, same);
        var other = TextVoices.Merge(call, new() { Provider = "deepgram", SecretKey = "d" });
        Assert.Equal(new() { Provider = "deepgram", SecretKey = "d", Speed = 1.5, Volume = 8 }, other);
    }

    [Fact]
    public void Ambiance_has_its_levels_and_what_cannot_be_is_named()
    {
        var problems = new List<VoiceProblem>();
        var usual = Background.Of(new() { Path = "x" }, problems);
        Assert.Empty(problems);
        Assert.Equal((-10.46, -9.54, 400), (Math.Round(usual.GainDecibels, 2), Math.Round(usual.DuckDecibels!.Value, 2), Math.Round(usual.DuckGlide.TotalMilliseconds)));
        Background.Of(new() { Path = "x", NormalLevel = 0.2, DuckLevel = 0.5, TransitionSpeed = 7 }, problems);
        Assert.Equal(["option.ambiance.duckLevel", "option.ambiance.transitionSpeed"], problems.Select(problem => problem.Field));
    }

    [Fact]
    public void Tones_of_the_network_have_the_names_programs_know_and_the_one_before()
    {
        var states = new ToneStates(new() { MinBufferSecs = 2 });
        Assert.Null(states.Of(Tone(CallProgressKind.Ringback, 1)));
        Assert.Equal(("ringing", 3, null, false), Told(states, CallProgressKind.Ringback));
        Assert.Null(states.Of(Tone(CallProgressKind.Ringback, 9)));
        Assert.Equal(("busy_tone", 1, "ringing", true), Told(states, CallProgressKind.Busy));
        Assert.Equal(("fast_busy", 2, "busy_tone", true), Told(states, CallProgressKind.Congestion));

        static (string?, int?, string?, bool?) Told(ToneStates states, CallProgressKind kind) =>
            states.Of(Tone(kind, 3)) is { } told ? (told.State, told.StateIndex, told.PrevState, told.IsFinal) : default;

        static CallProgressTone Tone(CallProgressKind kind, double seconds) => new(kind, ToneRegions.Europe, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Every_option_that_cannot_be_honoured_is_named_and_costs_itself_alone()
    {
        var problems = new List<VoiceProblem>();
        using var addresses = new VendorAddresses(UrlGuard.Nothing, new());
        var plan = ChainPlan.Of(
            new()
            {
                Agc = new() { HeadroomDb = -3, MaxGainDb = 20, InitialGainDb = 30 },
                Vad = new() { Samplerate = 44100, Ratio = 2, VoiceThreshold = 0.7, SecretKey = "k", SilencePadding = 5, SilenceTimeout = 50 },
                Eou = new() { Type = "learned", Timeout = 1400 },
                Asr = new() { Provider = "deepgram", BufferSize = 3200, Samplerate = 44100 },
                Tts = new() { Speed = 9, Volume = 11, Samplerate = 4000, Codec = "mp3", SessionId = "x", MaxConcurrentTasks = 99, Extra = new Dictionary<string, string> { ["program"] = "/bin/sh" } },
                RingbackDetection = new() { Enabled = true, ModelWeightsPath = "w", ConfidenceThreshold = 0.5 },
            },
            8000,
            addresses,
            problems);
        Assert.Equal(
            [
                "option.agc.headroomDb", "option.agc.initialGainDb", "option.vad.endpoint", "option.vad.samplerate", "option.vad.silencePadding", "option.vad.ratio", "option.vad.silenceTimeout",
                "option.eou", "option.asr.bufferSize", "option.asr.samplerate", "option.tts.codec", "option.tts.sessionId", "option.tts.extra", "option.tts.speed", "option.tts.volume", "option.tts.samplerate",
                "option.tts.maxConcurrentTasks", "option.ringbackDetection.modelWeightsPath", "option.ringbackDetection.confidenceThreshold",
            ],
            problems.Select(problem => problem.Field));
        Assert.Equal((0.7, 0.5, 16000), (plan.VoiceActivity!.VoiceThreshold, plan.VoiceActivity.Ratio, plan.VoiceActivity.SampleRate));
        Assert.Equal((1.0, 5, 16000, 1), (plan.Synthesisers[0].Speed, plan.Synthesisers[0].Volume, plan.Synthesisers[0].SampleRate, plan.ConcurrentTexts));
        Assert.Equal((600.0, 1400.0, 3000.0), (plan.EndOfUtterance!.CompletePause.TotalMilliseconds, plan.EndOfUtterance.Pause.TotalMilliseconds, plan.EndOfUtterance.IncompletePause.TotalMilliseconds));
        Assert.Equal((5.0, 20.0, 15.0), (plan.Gain!.HeadroomDecibels, plan.Gain.MaxGainDecibels, plan.Gain.InitialGainDecibels));
    }

    [Fact]
    public void What_a_vendor_has_nothing_of_is_named_for_each_that_is_asked()
    {
        var problems = new List<VoiceProblem>();
        using var addresses = new VendorAddresses(UrlGuard.Nothing, new());
        ChainPlan.Of(
            new()
            {
                Asr = new() { Provider = "voiceapi", Language = "en", Fallback = new() { Provider = "deepgram", Language = "en", Model = "nova-3" } },
                Tts = new() { Provider = "Deepgram", Speed = 1, Volume = 7, Emotion = "happy", Model = "aura", Fallback = new() { Speed = 1.2, Volume = 7, Emotion = "happy" } },
            },
            8000,
            addresses,
            problems);
        Assert.Equal(["option.asr.language", "option.tts.emotion", "option.tts.volume", "option.tts.emotion"], problems.Select(problem => problem.Field));
        Assert.Equal("option.tts.volume: Deepgram has nothing of the kind; it has no effect.", problems[2].ToString());
    }

    [Fact]
    public void Options_of_other_kinds_of_calls_are_named()
    {
        var problems = new List<VoiceProblem>();
        ChainPlan.NotOfPhones(new() { Offer = "v=0", Codec = "pcmu", EnableIceLite = true, EnableIpv6 = true }, problems);
        Assert.Equal(["option.offer", "option.enableIceLite"], problems.Select(problem => problem.Field));
    }

    private bool Post(Action action)
    {
        _mailbox.Enqueue(action);
        return true;
    }

    private void Run()
    {
        while (_mailbox.TryDequeue(out var action))
            action();
    }
}
