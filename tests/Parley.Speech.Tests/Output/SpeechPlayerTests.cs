using Parley.Media.Audio;
using Parley.Speech.Output;

namespace Parley.Speech.Tests.Output;

public class SpeechPlayerTests
{
    [Fact]
    public async Task Commands_of_one_play_id_are_all_heard_in_their_order_even_when_each_says_it_is_the_last()
    {
        await using var bot = new Bot();
        foreach (var text in new[] { "one,", "two,", "three." }) bot.Chain.Player.Speak(new() { Text = text, PlayId = "p", EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("one,two,three.", bot.Heard);
        Assert.Single(bot.Events.OfType<PlaybackStarted>());
    }

    [Fact]
    public async Task Without_an_end_a_playback_stays_open_for_more()
    {
        await using var bot = new Bot();
        bot.Chain.Player.Speak(new() { Text = "one," });
        await bot.Until(() => bot.Heard == "one,", "the first");
        bot.Chain.Player.Speak(new() { Text = "two." });
        bot.Chain.Player.Speak(new() { EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("one,two.", bot.Heard);
    }

    [Fact]
    public async Task Pieces_of_a_streamed_text_are_spoken_as_one_segment()
    {
        await using var bot = new Bot();
        foreach (var piece in new[] { "Hel", "lo ", "there" }) bot.Chain.Player.Speak(new() { Text = piece, PlayId = "s", Streaming = true });
        bot.Chain.Player.Speak(new() { PlayId = "s", Streaming = true, EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("Hello there", bot.Heard);
        Assert.Equal(1, bot.Events.OfType<SpeechMetric>().Count(metric => metric.Key == "ttfb.tts.scripted"));
    }

    [Fact]
    public async Task Another_play_id_takes_the_place_and_the_first_is_told_as_interrupted()
    {
        await using var bot = new Bot();
        bot.Chain.Player.Speak(new() { Text = new string('a', 3000), PlayId = "first" });
        await bot.Until(() => bot.Heard.Length > 20, "the first is heard");
        bot.Chain.Player.Speak(new() { Text = "bbb", PlayId = "second", EndOfStream = true });
        await bot.Until<PlaybackEnded>(2);
        Assert.EndsWith("bbb", bot.Heard, StringComparison.Ordinal);
        var interruption = Assert.Single(bot.Events.OfType<PlaybackInterrupted>()).Interruption;
        Assert.Equal("first", interruption.PlayId);
        Assert.InRange(interruption.Current.TotalMilliseconds, 200, 5000);
        var order = bot.Events.Where(happened => happened is PlaybackInterrupted or PlaybackEnded).Select(happened => happened.GetType().Name);
        Assert.Equal(["PlaybackInterrupted", "PlaybackEnded", "PlaybackEnded"], order);
        Assert.Equal([LayerEnd.Stopped, LayerEnd.Finished], bot.Events.OfType<PlaybackEnded>().Select(end => end.Result.End));
    }

    [Fact]
    public async Task A_failure_is_told_and_the_next_command_is_heard()
    {
        await using var bot = new Bot();
        foreach (var text in new[] { "one,", "fail", "three." }) bot.Chain.Player.Speak(new() { Text = text, EndOfStream = text == "three." });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("one,three.", bot.Heard);
        var problem = Assert.Single(bot.Events.OfType<SpeechProblem>());
        Assert.Equal(("tts", 429, "scripted"), (problem.Sender, problem.Code, problem.Provider));
    }

    [Fact]
    public async Task A_graceful_interruption_ends_with_the_command_being_spoken()
    {
        await using var bot = new Bot();
        bot.Chain.Player.Speak(new() { Text = new string('a', 100) });
        bot.Chain.Player.Speak(new() { Text = new string('b', 100) });
        await bot.Until(() => bot.Heard.Length > 10, "the first is heard");
        Assert.NotNull(bot.Chain.Player.Interrupt(graceful: true));
        await bot.Until<PlaybackEnded>();
        Assert.Equal(new string('a', 100), bot.Heard);
    }

    [Fact]
    public async Task Texts_are_not_synthesised_farther_ahead_than_the_limit()
    {
        using var output = new LayeredOutput(new() { MaxBufferedSpeech = TimeSpan.FromSeconds(2) });
        var asked = 0;
        var synthesiser = new ScriptedSynthesiser
        {
            Before = _ =>
            {
                Interlocked.Increment(ref asked);
                return Task.CompletedTask;
            },
        };
        await using var player = new SpeechPlayer(output, synthesiser, _ => { });
        for (var i = 0; i < 20; i++) player.Speak(new() { Text = new string('a', 100) }); // a second each
        var frame = new short[160];
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (Volatile.Read(ref asked) < 2 && DateTime.UtcNow < deadline) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal(2, Volatile.Read(ref asked));
        for (var heard = 0; heard < 20 * 50 && DateTime.UtcNow < deadline;)
        {
            if (output.Read(frame) > 0) heard++;
            else await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(20, Volatile.Read(ref asked));
    }

    [Fact]
    public async Task Pause_holds_and_resume_goes_on()
    {
        await using var bot = new Bot();
        Assert.False(bot.Chain.Player.Pause());
        bot.Chain.Player.Speak(new() { Text = new string('a', 60), EndOfStream = true });
        await bot.Until(() => bot.Heard.Length > 5, "something is heard");
        Assert.True(bot.Chain.Player.Pause());
        var paused = bot.Ticks;
        await bot.Until(() => bot.Ticks > paused + 2, "the pause is heard");
        var held = bot.Heard.Length;
        await bot.Until(() => bot.Ticks > paused + 15, "more frames");
        Assert.Equal(held, bot.Heard.Length);
        Assert.True(bot.Chain.Player.Resume());
        await bot.Until<PlaybackEnded>();
        Assert.Equal(60, bot.Heard.Length);
    }

    [Fact]
    public async Task Music_in_the_background_goes_on_under_speech()
    {
        await using var bot = new Bot();
        var music = bot.Chain.Player.Play(new AudioClipSource(new AudioClip(new short[8000], 8000), repeat: true), new() { PlayId = "music", Role = LayerRole.Background });
        bot.Chain.Player.Speak(new() { Text = "over it", EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.False(music.Completion.IsCompleted);
        Assert.Equal("over it", bot.Heard);
    }

    [Fact]
    public async Task Audio_and_emoji_are_spoken_as_audio_and_not_at_all()
    {
        await using var bot = new Bot();
        var pcm = new short[160];
        Array.Fill(pcm, (short)'P');
        bot.Chain.Player.Speak(new() { Pcm = pcm, PcmSampleRate = 8000 });
        bot.Chain.Player.Speak(new() { Text = "ok\ud83d\ude00\u2764\ufe0f!", EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("PPok!", bot.Heard);
    }

    [Fact]
    public async Task A_part_whose_options_cannot_be_is_left_out_and_told()
    {
        await using var bot = new Bot(options => options with { VoiceActivity = new() { Type = "loud" }, Synthesisers = [new() { Provider = "nobody" }, new() { Provider = "scripted" }] });
        List<string> senders = [];
        bot.Chain.Player.Speak(new() { Text = "still here", EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        bot.Chain.Events.Complete();
        await foreach (var happened in bot.Chain.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (happened is SpeechProblem problem) senders.Add(problem.Sender);
        }

        Assert.Equal(["tts", "vad"], senders);
        Assert.Equal("still here", bot.Heard);
    }

    [Fact]
    public async Task Speech_and_utterances_are_told()
    {
        await using var bot = new Bot();
        await bot.SayAsync(400, "good morning.");
        await bot.Until<UtteranceEnded>();
        Assert.Equal((true, "good morning."), (bot.Events.OfType<UtteranceEnded>().Single().Complete, bot.Events.OfType<UtteranceEnded>().Single().Text));
        Assert.InRange(bot.Events.OfType<SpeechEnded>().Single().Duration.TotalMilliseconds, 380, 420);
        Assert.True(bot.Events.OfType<TextRecognised>().Single().IsFinal);
    }

    [Fact]
    public async Task Nothing_of_a_chain_that_listens_costs_memory_per_frame()
    {
        using var connections = new Parley.Speech.Vendors.SpeechConnections();
        await using var chain = new SpeechChain(
            new() { Denoise = true, VoiceActivity = new() { SampleRate = 8000 }, EndOfUtterance = new(), AnsweringMachine = new(), NetworkTones = Parley.Speech.Progress.ToneRegions.All },
            new(connections));
        var inputs = chain.Inputs.ToArray();
        var frame = new short[160];
        Assert.Equal(0, Allocations.Of(() =>
        {
            foreach (var input in inputs) input.Write(frame);
            chain.Output.Read(frame);
            frame.AsSpan().Clear();
        }));
    }
}
