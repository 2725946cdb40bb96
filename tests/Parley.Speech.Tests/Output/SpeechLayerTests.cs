using Parley.Speech.Output;

namespace Parley.Speech.Tests.Output;

public sealed class SpeechLayerTests : IDisposable
{
    private const string Text = "One two three four, five six seven eight.";
    private readonly LayeredOutput _output = new(new() { Prebuffer = TimeSpan.FromMilliseconds(40) });

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Segments_are_heard_in_their_order_whichever_audio_comes_first()
    {
        var layer = _output.Speak(new() { PlayId = "p" });
        var first = layer.Add("first");
        var second = layer.Add("second");
        layer.Complete();
        await Write(second, 2, 0.04);
        second.Complete();
        Assert.Equal(0, Frames(2)[0]);
        await Write(first, 1, 0.04);
        first.Complete();
        Assert.Equal(1, Frames(1)[0]);
        Assert.Equal(2, Frames(2)[0]);
        Frames(2);
        Assert.Equal(LayerEnd.Finished, (await layer.Completion).End);
        await first.WhenHeard;
    }

    [Fact]
    public async Task A_segment_waits_for_its_prebuffer_unless_it_is_complete()
    {
        var segment = _output.Speak().Add("x");
        await Write(segment, 1, 0.02);
        Assert.Equal(0, Frames(1)[0]);
        segment.Complete();
        Assert.Equal(1, Frames(1)[0]);
    }

    [Fact]
    public void What_has_been_heard_gives_its_memory_to_what_comes()
    {
        var segment = _output.Speak().Add("x", streaming: true);
        var frame = new short[160];
        // The samples are 320,000 bytes; a piece of the queue is an object of 32, and without optimisation the state of each WriteAsync is one, too.
        Assert.InRange(Allocations.Of(() =>
        {
            Assert.True(segment.WriteAsync(frame, 8000, CancellationToken.None).AsTask().IsCompleted);
            _output.Read(frame);
        }), 0, 160_000);
    }

    [Fact]
    public async Task An_interruption_tells_the_words_that_were_heard()
    {
        var layer = _output.Speak(new() { PlayId = "p" });
        var segment = layer.Add(Text);
        await Write(segment, 1, 4);
        segment.Complete();
        Frames(100); // 2 of 4 s
        var heard = layer.Interrupt();
        Assert.Equal(("p", "One two three four,", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), (heard.PlayId, heard.Heard, heard.Current, heard.Total));
        Frames(2);
        Assert.Equal(LayerEnd.Stopped, (await layer.Completion).End);
        Assert.False(await segment.WriteAsync(new short[10], 8000, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_synthesisers_marks_go_before_any_estimate()
    {
        var layer = _output.Speak();
        var segment = layer.Add("aa bb cc");
        segment.AddMark(0, TimeSpan.Zero);
        segment.AddMark(3, TimeSpan.FromSeconds(0.1));
        segment.AddMark(6, TimeSpan.FromSeconds(0.9));
        await Write(segment, 1, 1);
        segment.Complete();
        Frames(30);
        Assert.Equal((3, "aa"), (layer.Interrupt().Position, layer.Interrupt().Heard));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2.9, Text)]
    public async Task Nothing_and_all_are_told_as_such(double seconds, string expected)
    {
        var layer = _output.Speak();
        var segment = layer.Add(Text);
        await Write(segment, 1, 2.9);
        segment.Complete();
        if (seconds > 0) Frames((int)(seconds * 50));
        Assert.Equal(expected, layer.Interrupt() is { Current.Ticks: > 0 } heard ? heard.Heard : "");
    }

    [Fact]
    public async Task While_audio_still_comes_the_pace_of_speech_tells_where_it_is()
    {
        var layer = _output.Speak();
        var segment = layer.Add(new string('a', 7) + " " + new string('b', 60), streaming: true);
        await Write(segment, 1, 0.6);
        Frames(30);
        Assert.Equal(new string('a', 7), layer.Interrupt().Heard);
    }

    [Fact]
    public async Task A_graceful_interruption_lets_the_segment_come_to_its_end()
    {
        var layer = _output.Speak();
        var first = layer.Add("first");
        var second = layer.Add("second");
        await Write(first, 1, 0.2);
        await Write(second, 2, 0.2);
        first.Complete();
        second.Complete();
        Frames(2);
        layer.Interrupt(graceful: true);
        Assert.Equal(1, Frames(8)[159]);
        Assert.Equal(0, Frames(1)[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(200), (await layer.Completion).Played);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public async Task A_graceful_interruption_is_immediate_for_streamed_text_and_before_anything_was_heard(bool streaming, int frames)
    {
        var layer = _output.Speak();
        var segment = layer.Add("x", streaming);
        await Write(segment, 1, 0.5);
        Frames(frames);
        layer.Interrupt(graceful: true);
        Assert.Equal(0, Frames(1)[0]);
        Assert.True(layer.Stopped.IsCancellationRequested);
    }

    [Fact]
    public async Task A_writer_that_is_far_ahead_waits_and_is_let_go_by_an_interruption()
    {
        using var output = new LayeredOutput(new() { MaxBufferedSpeech = TimeSpan.FromSeconds(1) });
        var layer = output.Speak();
        var segment = layer.Add("x");
        Assert.True(await segment.WriteAsync(new short[8000], 8000, TestContext.Current.CancellationToken));
        var waiting = segment.WriteAsync(new short[8000], 8000, TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        output.Read(new short[1000]); // an eighth
        Assert.True(await waiting);
        var stuck = segment.WriteAsync(new short[8000], 8000, TestContext.Current.CancellationToken).AsTask();
        layer.Interrupt();
        Assert.False(await stuck);
    }

    [Fact]
    public async Task Audio_at_the_synthesisers_rate_is_converted()
    {
        var layer = _output.Speak();
        var segment = layer.Add("x");
        foreach (var part in Sounds.Tone(22050, 1, 5000, 440).Chunk(1000)) await segment.WriteAsync(part, 22050, TestContext.Current.CancellationToken);
        segment.Complete();
        Assert.InRange(segment.Received.TotalMilliseconds, 990, 1001);
    }

    [Fact]
    public async Task Nothing_is_added_behind_the_end_but_a_completed_layer_that_still_sounds_is_opened_again()
    {
        var layer = _output.Speak();
        var first = layer.Add("first");
        await Write(first, 1, 0.04);
        first.Complete();
        layer.Complete();
        Frames(1);
        var second = layer.Add("second");
        await Write(second, 2, 0.04);
        second.Complete();
        layer.Complete();
        Assert.Equal(2, Frames(2)[0]);
        Frames(2);
        Assert.Equal(LayerEnd.Finished, (await layer.Completion).End);
        Assert.Throws<InvalidOperationException>(() => layer.Add("x"));
    }

    private short[] Frames(int count)
    {
        var frame = new short[160];
        for (var i = 0; i < count; i++)
        {
            frame.AsSpan().Clear();
            _output.Read(frame);
        }

        return frame;
    }

    private static async Task Write(SpeechSegment segment, short value, double seconds)
    {
        var pcm = new short[(int)(8000 * seconds)];
        Array.Fill(pcm, value);
        Assert.True(await segment.WriteAsync(pcm, 8000));
    }
}
