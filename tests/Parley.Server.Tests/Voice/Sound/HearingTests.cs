using Parley.Media.Audio;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Vendors;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>What a session hears of a phone that really speaks.</summary>
public sealed class HearingTests : IDisposable
{
    private readonly SpeechConnections _connections = new();
    private readonly Listener _listener = new();

    public void Dispose() => _connections.Dispose();

    [Fact]
    public Task A_sentence_is_speech_its_end_and_the_end_of_an_utterance() => Unhurried.PassesAsync(async () =>
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var sentence = Espeak.Say("en+m3", 160, "I would like to know when my order will arrive").At(8000).ToArray();
        await using var call = await SoundCall.StartAsync(null, ""","vad":{"type":"ten","silencePadding":300},"eou":{"timeout":500}""");
        call.Say([.. new short[8000], .. sentence, .. new short[16000]]);
        var events = await call.UntilAsync("eou");
        var (speaking, silence, eou) = (events.First(one => Name(one) == "speaking"), events.Last(one => Name(one) == "silence"), events[^1]);
        Assert.Equal((true, true, "s"), (eou.GetProperty("completed").GetBoolean(), eou.GetProperty("complete").GetBoolean(), eou.Text("trackId")));
        // The end tells the length of the speech, as programs expect, and both its beginning.
        Assert.Equal("speechEnd", silence.Text("kind"));
        Assert.Equal(speaking.GetProperty("startTime").GetInt64(), silence.GetProperty("startTime").GetInt64());
        Assert.InRange(silence.GetProperty("duration").GetInt64(), sentence.Length / 8 * 0.6, (sentence.Length / 8) + 300);
        Assert.InRange(speaking.GetProperty("confidence").GetDouble(), 0.5, 1);
        // After 250 ms of voice; a packet more or less, and what the machine takes.
        Assert.InRange(speaking.GetProperty("timestamp").GetInt64() - speaking.GetProperty("startTime").GetInt64(), 230, 20_000);
    });

    [Fact]
    public Task Padding_and_threshold_decide_what_is_speech() => Unhurried.PassesAsync(async () =>
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var word = Espeak.Say("en+m3", 160, "Yes").At(8000).ToArray();
        await using var call = await SoundCall.StartAsync(null, ""","vad":{"speechPadding":3000,"silenceTimeout":700}""");
        call.Say([.. word, .. new short[24000]]);
        // Less than the padding is no speech; and silence is told each time it has lasted so long.
        var first = (await call.UntilAsync("silence"))[^1];
        var events = await call.UntilAsync("silence");
        Assert.DoesNotContain("speaking", events.Select(Name));
        Assert.Equal(("silence", "silence"), (first.Text("kind"), events[^1].Text("kind")));
        Assert.InRange(first.GetProperty("duration").GetInt64(), 700, 760);
        Assert.InRange(events[^1].GetProperty("duration").GetInt64(), 1400, 1500);
        Assert.Equal(first.GetProperty("startTime").GetInt64(), events[^1].GetProperty("startTime").GetInt64());
    });

    [Fact]
    public async Task Automatic_gain_is_what_the_recogniser_gets()
    {
        int usual;
        await using (var plain = await SoundCall.StartAsync(Options, ""","asr":{"provider":"listening"}"""))
        {
            plain.Say(500);
            await _listener.HearsAsync(level => level > 0);
            usual = await _listener.SettledAsync();
        }

        _listener.Forget();
        await using var loud = await SoundCall.StartAsync(Options, ""","asr":{"provider":"listening"},"agc":{"initialGainDb":6,"maxGainDb":6,"enableLimiter":false,"maxGainChangeDbPerSecond":0.1}""");
        loud.Say(500);
        await _listener.HearsAsync(level => level > usual * 1.8); // 6 dB
    }

    [Fact]
    public async Task Noise_is_taken_out_before_the_recogniser()
    {
        var random = new Random(1);
        short[] noise = [.. Enumerable.Range(0, 8000 * 20).Select(_ => (short)random.Next(-2000, 2001))];
        await using var call = await SoundCall.StartAsync(Options, ""","asr":{"provider":"listening"},"denoise":true""");
        call.Say(noise);
        await _listener.HearsAsync(level => level > 0);
        await _listener.HearsAsync(level => level < 900); // 10 dB and more, once it knows the noise
    }

    [Fact]
    public async Task A_recogniser_that_starts_with_the_answer_is_not_asked_before()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stage = await VoiceStage.StartAsync(Options);
        stage.Serve(call => AnswerAfterAsync(call, go.Task, new ToneSource(425, 8000)));
        var socket = await stage.BeginAsync(stage.Invite(""","asr":{"provider":"listening","startWhenAnswer":true},"vad":{"silenceTimeout":200}"""));
        await UntilAsync(socket, "ringing");
        await Task.Delay(500);
        Assert.Equal((0, 0), (_listener.Connections, _listener.Level));
        go.SetResult();
        await UntilAsync(socket, "answer");
        await _listener.HearsAsync(level => level > 0);
        Assert.Equal(1, _listener.Connections);
    }

    [Fact]
    public async Task What_fails_while_it_rings_is_told_behind_the_answer()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stage = await VoiceStage.StartAsync(Options);
        stage.Serve(call => AnswerAfterAsync(call, go.Task, new SilenceSource()));
        var socket = await stage.BeginAsync(stage.Invite(""","asr":{"provider":"nobody"},"ambiance":{"path":"none.wav"}"""));
        await UntilAsync(socket, "ringing");
        await socket.SendAsync("""{"command":"pause","id":"p"}""");
        await UntilAsync(socket, "ack");
        go.SetResult();
        Assert.DoesNotContain("error", (await UntilAsync(socket, "mediaReady")).Select(Name));
        var senders = new[] { await socket.ReadAsync(), await socket.ReadAsync(), await socket.ReadAsync() }.Select(one => one.Text("sender")).Order();
        Assert.Equal(["ambiance", "asr", "pause"], senders);
    }

    [Fact]
    public async Task The_networks_tones_are_told_until_the_answer()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stage = await VoiceStage.StartAsync(Options);
        stage.Serve(call => AnswerAfterAsync(call, go.Task, new AudioClipSource(new AudioClip(Busy(), 8000), 8000, repeat: true)));
        var socket = await stage.BeginAsync(stage.Invite(""","ringbackDetection":{"enabled":true,"onStateChangeOnly":false}"""), "t");
        var state = await NextAsync(socket, "ringbackState");
        Assert.Equal(("busy_tone", 1, true, "t"), (state.Text("state"), state.Number("stateIndex"), state.GetProperty("isFinal").GetBoolean(), state.Text("trackId")));
        go.SetResult();
        Assert.DoesNotContain("error", (await UntilAsync(socket, "mediaReady")).Select(Name));

        static short[] Busy() => [.. Enumerable.Range(0, 8000).Select(i => i < 4000 ? (short)(4000 * Math.Sin(2 * Math.PI * 425 * i / 8000)) : (short)0)];
    }

    [Fact]
    public Task Who_answered_is_judged_from_the_answer_on() => Unhurried.PassesAsync(async () =>
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var greeting = Espeak.Say("en+f2", 150, "You have reached the Miller family. We are not at home right now. Please leave a message after the tone, and we will call you back.").At(8000).ToArray();
        await using var stage = await VoiceStage.StartAsync(Options);
        stage.Serve(async call =>
        {
            // Three seconds of nothing while it rings would be "nobody said anything".
            await call.StartEarlyMediaAsync();
            var ringing = call.StartPlayback(new AudioClipSource(new AudioClip(new short[8000], 8000), 8000, repeat: true));
            await Task.Delay(3000);
            ringing.Stop();
            await call.AnswerAsync();
            call.StartPlayback(new AudioClipSource(new AudioClip(greeting, 8000), 8000));
            await call.WaitForEndAsync();
        });
        var socket = await stage.BeginAsync(stage.Invite(""","amd":{"enabled":true}"""));
        var events = await UntilAsync(socket, "answerMachineDetection");
        Assert.Contains("answer", events.Select(Name));
        Assert.StartsWith("Machine", events[^1].Text("text"), StringComparison.Ordinal);
        Assert.InRange(events[^1].GetProperty("endTime").GetInt64() - events[^1].GetProperty("startTime").GetInt64(), 1500, 5000);
    });

    [Fact]
    public async Task A_phone_that_sends_nothing_is_hung_up_on()
    {
        await using var call = await SoundCall.StartAsync(null, ""","inactivityTimeout":2""");
        var events = await call.UntilAsync("hangup");
        Assert.Equal("s", Assert.Single(events, one => Name(one) == "inactivity").Text("trackId"));
        Assert.Equal(("InactivityTimeout", "system"), (events[^1].Text("reason"), events[^1].Text("initiator")));
    }

    [Fact]
    public async Task A_phone_that_sends_is_not()
    {
        await using var call = await SoundCall.StartAsync(null, ""","inactivityTimeout":2""");
        call.Say(300);
        await Task.Delay(4500);
        await call.SendAsync("""{"command":"hangup"}""");
        Assert.DoesNotContain("inactivity", (await call.UntilAsync("hangup")).Select(Name));
    }

    [Fact]
    public async Task A_flood_of_keys_ends_with_all_of_them_told_or_counted()
    {
        const int Keys = 600;
        await using var call = await SoundCall.StartAsync(new() { Limits = new() { MaxFromOutside = 8 } });
        await Task.WhenAll(Enumerable.Range(0, Keys / 60).Select(_ => call.Phone.SendInfoDigitsAsync(new string('7', 60), new() { Duration = TimeSpan.FromMilliseconds(40), Gap = TimeSpan.FromMilliseconds(40) })));
        await call.SendAsync("""{"command":"hangup"}""");
        var events = await call.UntilAsync("hangup");
        var told = events.Count(one => Name(one) == "dtmf");
        var lost = events.Where(one => Name(one) == "error").Sum(one => int.Parse(one.Text("error").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Keys, told + lost);
    }

    // Its audio is heard before the answer, which comes when it is time.
    private static async Task AnswerAfterAsync(IncomingCall call, Task time, IAudioSource sound)
    {
        await call.StartEarlyMediaAsync();
        call.StartPlayback(sound);
        await time;
        await call.AnswerAsync();
        await call.WaitForEndAsync();
    }

    private VoiceOptions Options
    {
        get
        {
            var providers = SoundCall.Tuned(_connections, []);
            providers.Register("listening", (RecognitionOptions _, SpeechConnections _) => _listener);
            return new() { Speech = providers };
        }
    }

    /// <summary>Recognises nothing, and knows how loud it was.</summary>
    private sealed class Listener : IRecogniser, IRecogniserConnection
    {
        private int _connections;
        private int _level;

        public string Name => "listening";

        public int SampleRate => 8000;

        public int Connections => Volatile.Read(ref _connections);

        /// <summary>Peak of the last packet.</summary>
        public int Level => Volatile.Read(ref _level);

        public void Forget() => Volatile.Write(ref _level, 0);

        public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref _connections);
            return Task.FromResult<IRecogniserConnection>(this);
        }

        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel)
        {
            var peak = 0;
            foreach (var sample in pcm.Span)
                peak = Math.Max(peak, Math.Abs((int)sample));
            if (peak > 0)
                Volatile.Write(ref _level, peak);
            return default;
        }

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel) => default;

        public async ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return default!;
        }

        public Task HearsAsync(Func<int, bool> level) => ApiServer.UntilAsync(() => level(Level), "the recogniser hears it");

        public async Task<int> SettledAsync()
        {
            await Task.Delay(500);
            return Level;
        }

        public ValueTask DisposeAsync() => default;
    }
}
