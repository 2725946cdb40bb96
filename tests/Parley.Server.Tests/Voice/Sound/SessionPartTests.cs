using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Sound;
using Parley.Speech;
using Parley.Speech.Output;
using Parley.Speech.Progress;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>What a session says and hears, without its session: the test is the mailbox's only customer, and the line's clock.</summary>
public sealed class SessionPartTests
{
    [Fact]
    public async Task What_is_replaced_before_it_begins_is_told_as_begun_and_over()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() =>
        {
            speech.Play(new() { Url = "tone:440", PlayId = "first" });
            speech.Play(new() { Url = "tone:550", PlayId = "second" });
        });
        Assert.Equal(["trackStart first", "trackEnd first"], stage.Told.Select(Named));
        Assert.NotNull(chain.Output.Find("second"));
        Assert.Null(chain.Output.Find("first"));
    }

    [Fact]
    public async Task A_playback_in_the_background_waits_for_nobodys_turn()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() =>
        {
            speech.Play(new() { Url = "tone:440", PlayId = "beneath", Background = true });
            speech.Play(new() { Url = "tone:550", PlayId = "above" });
        });
        Assert.Empty(stage.Told);
        Assert.Equal(["beneath", "above"], chain.Output.Layers.Select(layer => layer.PlayId));
    }

    [Fact]
    public async Task A_command_that_means_a_playback_there_is_not_says_so()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() =>
        {
            speech.Pause("nowhere");
            speech.Resume(null);
            speech.SetVolume(new() { PlayId = "nowhere", Gain = -3 });
            Assert.False(speech.TryInterrupt(new() { PlayId = "nowhere" }, default, out _));
        });
        Assert.Equal(
            ["pause: playId: there is no playback 'nowhere'.", "resume: Nothing is played.", "volume: playId: there is no playback 'nowhere'.", "interrupt: playId: there is no playback 'nowhere'."],
            stage.Told.Cast<ErrorEvent>().Select(error => $"{error.Sender}: {error.Error}"));
    }

    [Fact]
    public async Task What_is_still_being_opened_can_be_interrupted_by_its_name()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() =>
        {
            speech.Play(new() { Url = "tone:440", PlayId = "one" });
            Assert.True(speech.TryInterrupt(new() { PlayId = "one" }, default, out var heard));
            Assert.Null(heard);
        });
        Assert.Equal(["trackStart one", "trackEnd one"], stage.Told.Select(Named));
        Assert.Empty(chain.Output.Layers);
    }

    [Fact]
    public async Task An_input_is_waited_for_behind_what_was_heard_to_its_end_and_not_behind_what_was_stopped()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() => speech.Play(new() { Url = "tone:440", PlayId = "stopped", WaitInputTimeout = 500, AutoHangup = true }));
        var stopped = chain.Output.Find("stopped");
        await stage.DoAsync(() => speech.Play(new() { Url = "tone:440", PlayId = "heard", WaitInputTimeout = 500 }));
        await stage.DoAsync(() => speech.Follow(new("stopped", new(LayerEnd.Stopped, default)) { Layer = stopped }));
        stage.Time.Advance(TimeSpan.FromSeconds(1));
        await stage.DoAsync(() => speech.Follow(new("heard", new(LayerEnd.Finished, default)) { Layer = chain.Output.Find("heard") }));
        Assert.Empty(stage.Told);
        stage.Time.Advance(TimeSpan.FromSeconds(1));
        await stage.DoAsync(() => { });
        var silence = Assert.IsType<SilenceEvent>(Assert.Single(stage.Told));
        Assert.Equal(("bot", "waitInput", 500, 1_000), (silence.TrackId, silence.Kind, silence.Duration, silence.StartTime));
    }

    [Fact]
    public async Task A_call_is_hung_up_behind_what_says_so()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        await stage.DoAsync(() => speech.Play(new() { Url = "tone:440", PlayId = "bye", AutoHangup = true }));
        await stage.DoAsync(() => speech.Follow(new("bye", new(LayerEnd.Finished, default)) { Layer = chain.Output.Find("bye") }));
        Assert.Equal("BySystem", Assert.IsType<HangupEvent>(Assert.Single(stage.Told)).Reason);
    }

    [Fact]
    public async Task A_mark_is_told_when_what_came_before_it_has_been_heard()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = Chain(stage);
        using var speech = new SessionSpeech(stage.Context, stage.Call, chain, stage.Line);
        stage.Line.Play(chain.Output);
        await stage.DoAsync(() =>
        {
            speech.Play(new() { Url = "tone:440", PlayId = "a second" });
            speech.Mark(new() { Name = "here" });
        });
        Assert.Empty(stage.Told);
        var layer = chain.Output.Find("a second")!;
        for (var i = 0; i < 52 && !layer.Completion.IsCompleted; i++)
            stage.Line.Tick();
        Assert.Equal(LayerEnd.Finished, (await layer.Completion).End);
        await Support.ApiServer.UntilAsync(() => stage.Told.Count == 1, "the mark is told");
        Assert.Equal(("here", true), stage.Told[0] is MarkEvent mark ? (mark.Name, mark.Heard) : default);
    }

    [Fact]
    public async Task Each_part_of_the_chain_hears_what_it_can_judge()
    {
        await using var stage = await PartStage.StartAsync();
        await using var chain = new SpeechChain(
            new() { NetworkTones = ToneRegions.All, AnsweringMachine = new(), VoiceActivity = new(), Output = new() { SampleRate = 8000 } }, stage.Core.Speech, stage.Time);
        using var ears = new ChainEars(chain, stage.Line, () => false);
        ears.Open(isAnswered: false, waitsForAnswer: true);
        Assert.Single(stage.Line.Heard); // the network's tones
        ears.Open(isAnswered: false, waitsForAnswer: false);
        Assert.Equal(2, stage.Line.Heard.Count); // and speech
        var early = stage.Line.Heard.ToArray();
        ears.Open(isAnswered: true, waitsForAnswer: false);
        Assert.Equal(2, stage.Line.Heard.Count); // speech and who answered; the network says no more
        Assert.Equal([early[1]], stage.Line.Heard.Intersect(early));
        ears.Dispose();
        Assert.Empty(stage.Line.Heard);
    }

    [Fact]
    public void Words_without_a_time_have_that_of_their_event()
    {
        var map = new SpeechEventMap("s", "bot", () => null);
        var at = DateTimeOffset.UnixEpoch.AddSeconds(7);
        var told = Assert.IsType<AsrFinalEvent>(map.Of(new TextRecognised(1, "yes", true, default, default, "t") { At = at }));
        Assert.Equal((7_000, 7_000, 7_000, "s"), (told.Timestamp, told.StartTime, told.EndTime, told.TrackId));
    }

    [Fact]
    public void What_is_said_is_of_the_agents_track_and_what_is_a_bots_own_affair_is_not_told()
    {
        var map = new SpeechEventMap("s", "bot", () => null);
        var over = Assert.IsType<TrackEndEvent>(map.Of(new PlaybackEnded("p", new(LayerEnd.Finished, TimeSpan.FromSeconds(2)))));
        Assert.Equal(("bot", "p", 2_000), (over.TrackId, over.PlayId, over.Duration));
        Assert.Null(map.Of(new Server.Voice.Bots.HangUpAsked()));
    }

    private static SpeechChain Chain(PartStage stage) =>
        new(new() { NetworkTones = ToneRegions.None, Output = new() { SampleRate = 8000 } }, stage.Core.Speech, stage.Time);

    private static string Named(VoiceEvent told) => told switch
    {
        TrackStartEvent start => $"{start.Event} {start.PlayId}",
        TrackEndEvent end => $"{end.Event} {end.PlayId}",
        _ => told.Event,
    };
}
