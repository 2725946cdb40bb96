using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Recording;
using Parley.Media.Tests.Engine;

namespace Parley.Media.Tests.Recording;

public sealed class RecordingTests
{
    [Fact]
    public void What_is_heard_is_left_and_what_is_said_is_right()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var tape = new Tape(8000);
        bob.Record(tape);
        alice.Play(new Sine(440));
        bob.Play(new Sine(700));
        phones.Advance(1000);
        Assert.InRange(Ear.Level([.. tape.Left.TakeLast(4000)], 440, 8000), 7000, 9000);
        Assert.InRange(Ear.Level([.. tape.Right.TakeLast(4000)], 700, 8000), 7000, 9000);
        Assert.InRange(Ear.Level([.. tape.Left.TakeLast(4000)], 700, 8000), 0, 200);
    }

    [Fact]
    public void Silence_keeps_the_sides_aligned_with_the_clock()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var tape = new Tape(8000);
        var recording = bob.Record(tape);
        phones.Advance(1000);
        alice.Play(new Sine(440, milliseconds: 500));
        bob.Play(new Sine(700, milliseconds: 500));
        phones.Advance(1000);
        Assert.Equal(tape.Left.Count, tape.Right.Count);
        Assert.InRange(tape.Left.Count, 15_600, 16_000);
        Assert.InRange(recording.Length.TotalSeconds, 1.95, 2.0);
        Assert.All(tape.Right.Take(7600), s => Assert.Equal(0, s));
        var left = tape.Left.FindIndex(s => s > 1000);
        var right = tape.Right.FindIndex(s => s > 1000);
        Assert.InRange(left - right, 0, 8 * 60);
        phones.Run(async () => await recording.DisposeAsync());
    }

    [Fact]
    public void A_wideband_recording_of_a_narrowband_call_keeps_its_length()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var tape = new Tape(16_000);
        bob.Record(tape);
        alice.Play(new Sine(440));
        phones.Advance(1000);
        Assert.InRange(tape.Left.Count, 15_300, 16_000);
        Assert.InRange(Ear.Level([.. tape.Left.TakeLast(8000)], 440, 16_000), 7000, 9000);
    }

    [Fact]
    public void The_end_of_the_recording_or_the_stream_flushes_the_sink()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var (first, second) = (new Tape(8000), new Tape(8000));
        var recording = bob.Record(first);
        var other = bob.Record(second);
        phones.Advance(200);
        phones.Run(async () => await recording.DisposeAsync());
        Assert.True(first.Flushed);
        Assert.False(second.Flushed);
        phones.Run(async () =>
        {
            await bob.DisposeAsync();
            await other.Completion;
        });
        Assert.True(second.Flushed);
        Assert.NotNull(alice);
    }

    [Fact]
    public void A_recording_of_a_stream_that_has_ended_ends_at_once()
    {
        using var phones = new Phones();
        var (_, bob) = phones.Call();
        var tape = new Tape(8000);
        phones.Run(async () =>
        {
            await bob.DisposeAsync();
            var late = bob.Record(tape);
            await late.Completion;
            await late.DisposeAsync();
        });
        Assert.True(tape.Flushed);
    }

    [Fact]
    public void A_sink_that_throws_ends_its_recording_with_that_error()
    {
        using var phones = new Phones();
        var (_, bob) = phones.Call();
        var recording = bob.Record(new Broken());
        phones.Advance(200);
        phones.Run(() => Assert.ThrowsAsync<IOException>(() => recording.Completion));
        Assert.Equal(0, phones.Bob.Counters.Listening);
    }

    [Fact]
    public void A_mono_recording_has_both_sides_in_one()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Record(new MonoMix(ear));
        alice.Play(new Sine(440));
        bob.Play(new Sine(700));
        phones.Advance(1000);
        Assert.InRange(ear.Level(440), 7000, 9000);
        Assert.InRange(ear.Level(700), 7000, 9000);
    }

    [Fact]
    public void A_wav_recorder_gets_both_sides_and_is_closed_with_the_stream()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var path = Path.Combine(Path.GetTempPath(), $"parley-{Guid.NewGuid():N}.wav");
        try
        {
            var recording = bob.Record(WavRecorder.Create(path, new() { Time = phones.Network.Time }));
            alice.Play(new Sine(440));
            bob.Play(new Sine(700));
            phones.Advance(2000);
            phones.Run(async () =>
            {
                await bob.DisposeAsync();
                await recording.Completion;
            });
            var wav = File.ReadAllBytes(path).AsSpan(44);
            var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(wav);
            var (left, right) = (new List<short>(), new List<short>());
            for (var i = samples.Length / 2 / 2 * 2 - 8000; i < samples.Length - 1; i += 2)
            {
                left.Add(samples[i]);
                right.Add(samples[i + 1]);
            }

            Assert.InRange(samples.Length / 2, 15_000, 17_000);
            Assert.InRange(Ear.Level([.. left.Take(4000)], 440, 8000), 7000, 9000);
            Assert.InRange(Ear.Level([.. right.Take(4000)], 700, 8000), 7000, 9000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class Tape(int sampleRate) : IStereoSink, IAsyncDisposable
    {
        public List<short> Left { get; } = [];

        public List<short> Right { get; } = [];

        public bool Flushed { get; private set; }

        public int SampleRate => sampleRate;

        public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
        {
            Left.AddRange(left);
            Right.AddRange(right);
        }

        public ValueTask DisposeAsync()
        {
            Flushed = true;
            return default;
        }
    }

    private sealed class Broken : IStereoSink
    {
        public int SampleRate => 8000;

        public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right) => throw new IOException("disk full");
    }
}
