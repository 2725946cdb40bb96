using Parley.Speech.Output;

namespace Parley.Speech.Tests.Output;

/// <summary>Texts with synthesisers of their own, and several synthesised at once.</summary>
public class OwnVoiceTests
{
    [Fact]
    public async Task A_text_with_a_synthesiser_of_its_own_is_heard_in_its_place()
    {
        await using var bot = new Bot();
        var said = new List<string>();
        var other = Listening(said);
        bot.Chain.Player.Speak(new() { Text = "one,", PlayId = "p" });
        bot.Chain.Player.Speak(new() { Text = "two,", PlayId = "p", Synthesiser = other });
        bot.Chain.Player.Speak(new() { Text = "three.", PlayId = "p", EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("one,two,three.", bot.Heard);
        Assert.Equal(["two,"], said);
    }

    [Fact]
    public async Task Pieces_for_another_synthesiser_begin_a_new_text()
    {
        await using var bot = new Bot();
        var said = new List<string>();
        var other = Listening(said);
        foreach (var (text, own) in new[] { ("a", false), ("b", false), ("c", true), ("d", true), ("e", false) })
            bot.Chain.Player.Speak(new() { Text = text, Streaming = true, Synthesiser = own ? other : null });
        bot.Chain.Player.Speak(new() { Streaming = true, EndOfStream = true });
        await bot.Until<PlaybackEnded>();
        Assert.Equal("abcde", bot.Heard);
        Assert.Equal(["c", "d"], said);
        Assert.Equal(3, bot.Events.OfType<SpeechMetric>().Count(metric => metric.Key == "completed.tts.scripted"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public async Task As_many_texts_are_synthesised_at_once_as_allowed_and_heard_in_their_order(int concurrency, int most)
    {
        var gate = new SemaphoreSlim(0);
        var (running, peak) = (0, 0);
        var synthesiser = new ScriptedSynthesiser
        {
            Before = async _ =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref peak, now);
                await gate.WaitAsync();
                Interlocked.Decrement(ref running);
            },
        };
        await using var bot = new Bot(options => options with { ConcurrentTexts = concurrency }, synthesiser);
        for (var i = 0; i < 5; i++)
            bot.Chain.Player.Speak(new() { Text = $"{i}", EndOfStream = i == 4 });
        await bot.Until(() => Volatile.Read(ref running) == most, "as many are asked as may be");
        gate.Release(5);
        await bot.Until<PlaybackEnded>();
        Assert.Equal("01234", bot.Heard);
        Assert.Equal(most, peak);
    }

    [Fact]
    public async Task The_playback_of_a_text_is_the_one_its_events_tell()
    {
        await using var bot = new Bot();
        var layer = bot.Chain.Player.Speak(new() { Text = "one", EndOfStream = true });
        Assert.Same(layer, bot.Chain.Player.Foreground);
        await bot.Until<PlaybackEnded>();
        Assert.Same(layer, bot.Events.OfType<PlaybackStarted>().Single().Layer);
        Assert.Same(layer, bot.Events.OfType<PlaybackEnded>().Single().Layer);
        Assert.Null(bot.Chain.Player.Foreground);
        Assert.Null(bot.Chain.Player.Speak(new() { EndOfStream = true }));
    }

    private static ScriptedSynthesiser Listening(List<string> said) => new()
    {
        Before = text =>
        {
            said.Add(text);
            return Task.CompletedTask;
        },
    };

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}
