using Parley.Speech.Activity;

namespace Parley.Speech.Tests.Activity;

public class EndOfUtteranceTests
{
    [Theory]
    [InlineData("I want to book a flight.", 300, true)]
    [InlineData("yes", 300, true)]
    [InlineData("I want to book a flight", 700, true)]
    [InlineData("I want to book a flight and", 1500, false)]
    [InlineData("I want to book a flight and.", 1500, false)]
    [InlineData("well, um", 1500, false)]
    [InlineData("four seven one,", 1500, false)]
    [InlineData("Ich hätte gern einen", 1500, false)]
    [InlineData("我想订机票但是", 1500, false)]
    [InlineData("我想订机票。", 300, true)]
    public void The_pause_depends_on_the_words(string text, int milliseconds, bool complete)
    {
        var utterance = new EndOfUtterance(expectsText: true);
        Say(utterance, 0, 1000);
        utterance.Recognised(text, Ms(1000));
        Assert.False(utterance.TryEnd(Ms(1000 + milliseconds - 20), out _, out _));
        Assert.True(utterance.TryEnd(Ms(1000 + milliseconds), out var heard, out var words));
        Assert.Equal((complete, text), (heard, words));
        Assert.False(utterance.TryEnd(Ms(9000), out _, out _));
    }

    [Fact]
    public void Without_a_recogniser_the_pause_alone_decides()
    {
        var utterance = new EndOfUtterance();
        Say(utterance, 0, 1000);
        Assert.False(utterance.TryEnd(Ms(1680), out _, out _));
        Assert.True(utterance.TryEnd(Ms(1700), out var complete, out var text));
        Assert.Equal((true, ""), (complete, text));
    }

    [Fact]
    public void Words_that_have_not_come_yet_are_waited_for_but_not_for_ever()
    {
        var utterance = new EndOfUtterance(expectsText: true);
        Say(utterance, 0, 1000);
        Assert.False(utterance.TryEnd(Ms(2900), out _, out _));
        Assert.True(utterance.TryEnd(Ms(3000), out _, out _));
    }

    [Fact]
    public void Speech_that_goes_on_begins_the_pause_anew()
    {
        var utterance = new EndOfUtterance();
        Say(utterance, 0, 1000);
        Say(utterance, 1500, 500);
        Assert.False(utterance.TryEnd(Ms(2600), out _, out _));
        Assert.True(utterance.TryEnd(Ms(2700), out _, out _));
    }

    private static void Say(EndOfUtterance utterance, int start, int duration)
    {
        utterance.Heard(new(VoiceActivityKind.SpeechStarted, Ms(start + 250), Ms(start), Ms(250), 1));
        utterance.Heard(new(VoiceActivityKind.SpeechEnded, Ms(start + duration + 100), Ms(start), Ms(duration), 1));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
