using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Playback;
using Parley.Media.Sdp;
using Parley.Media.Tests.Engine;

namespace Parley.Media.Tests.Playback;

public sealed class PlaybackTests
{
    [Fact]
    public void A_playback_that_ends_tells_how_long_it_was()
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        PlaybackResult? result = null;
        phones.Run(async () => result = await alice.Play(new Sine(440, milliseconds: 500)).Completion);
        Assert.Equal(new(PlaybackEnd.Finished, TimeSpan.FromMilliseconds(500)), result);
        Assert.Equal(0, phones.Alice.Counters.Clocked);
    }

    [Fact]
    public void Two_playbacks_are_heard_together()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        alice.Play(new Sine(440));
        alice.Play(new Sine(1000, 16000));
        phones.Advance(1000);
        Assert.InRange(ear.Level(440), 7000, 9000);
        Assert.InRange(ear.Level(1000), 7000, 9000);
    }

    [Fact]
    public void Loud_sources_saturate_instead_of_wrapping()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call(AudioCodecs.L16Narrowband);
        var ear = new Ear();
        bob.Listen(ear);
        alice.Play(new Constant(30_000));
        alice.Play(new Constant(30_000));
        phones.Advance(500);
        Assert.Equal(short.MaxValue, ear.Heard[^1]);
    }

    [Theory]
    [InlineData("PCMU", 0xFF)]
    [InlineData("PCMA", 0xD5)]
    public void Muting_sends_the_codec_s_silence_and_the_source_goes_on(string codec, byte silence)
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call(AudioCodecs.Find(codec));
        var playback = alice.Play(new Sine(440));
        phones.Advance(200);
        playback.Mute();
        phones.Advance(200);
        var last = phones.Sent(bob.Local.Port)[^1];
        Assert.All(last.Payload, b => Assert.Equal(silence, b));
        Assert.InRange(playback.Position.TotalMilliseconds, 360, 400);
        playback.Unmute();
        phones.Advance(100);
        Assert.Contains(phones.Sent(bob.Local.Port)[^1].Payload, b => b != silence);
    }

    [Fact]
    public void Pausing_sends_nothing_and_keeps_the_place()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var playback = alice.Play(new Sine(440));
        phones.Advance(200);
        playback.Pause();
        phones.Advance(20);
        var (sent, position) = (phones.Sent(bob.Local.Port).Count, playback.Position);
        phones.Advance(1000);
        Assert.Equal((sent, position), (phones.Sent(bob.Local.Port).Count, playback.Position));
        playback.Resume();
        phones.Advance(100);
        Assert.True(playback.Position > position);
        Assert.True(phones.Sent(bob.Local.Port)[sent].Marker);
    }

    [Fact]
    public void Stopping_ends_it_and_only_it()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        var stopped = alice.Play(new Sine(440));
        alice.Play(new Sine(1000));
        phones.Advance(200);
        stopped.Stop();
        PlaybackResult? result = null;
        phones.Run(async () => result = await stopped.Completion);
        Assert.Equal(PlaybackEnd.Stopped, result!.End);
        phones.Advance(500);
        Assert.InRange(ear.Level(440), 0, 200);
        Assert.InRange(ear.Level(1000), 7000, 9000);
    }

    [Fact]
    public void The_end_of_the_stream_ends_what_plays()
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        var playback = alice.Play(new Sine(440));
        phones.Run(async () => await alice.DisposeAsync());
        Assert.Equal(PlaybackEnd.StreamEnded, phones.Result(playback.Completion).End);
        Assert.True(alice.Ended.IsCancellationRequested);
    }

    [Fact]
    public void Playing_into_a_stream_that_has_ended_ends_at_once()
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        phones.Run(async () => await alice.DisposeAsync());
        var playback = alice.Play(new Sine(440));
        phones.Run(() => playback.Completion);
        Assert.Equal(PlaybackEnd.StreamEnded, phones.Result(playback.Completion).End);
    }

    [Fact]
    public void A_source_that_throws_fails_its_playback_and_nothing_else()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        var broken = alice.Play(new Broken());
        alice.Play(new Sine(440));
        phones.Advance(500);
        Assert.Equal(PlaybackEnd.Failed, phones.Result(broken.Completion).End);
        Assert.IsType<InvalidDataException>(phones.Result(broken.Completion).Error);
        Assert.InRange(ear.Level(440), 7000, 9000);
        Assert.Equal(1, phones.Alice.Counters.Playing);
    }

    [Fact]
    public void Gain_makes_it_softer()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        alice.Play(new Sine(440), new() { GainDecibels = -6 });
        phones.Advance(500);
        Assert.InRange(ear.Level(440), 3600, 4400);
    }

    [Fact]
    public void Silence_is_noticed_once_it_has_lasted()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        alice.Play(new Sine(440, milliseconds: 1000));
        phones.Advance(100);
        phones.Run(() => bob.WaitForSilenceAsync(TimeSpan.FromMilliseconds(500)));
        Assert.InRange(phones.Network.Clock.Elapsed.TotalMilliseconds, 1450, 1700);
    }

    [Fact]
    public void Waiting_for_silence_ends_with_the_stream()
    {
        using var phones = new Phones();
        var (_, bob) = phones.Call();
        phones.Run(async () =>
        {
            var waiting = bob.WaitForSilenceAsync(TimeSpan.FromMinutes(1));
            await bob.DisposeAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        });
    }

    [Fact]
    public void Pcm_is_read_at_the_rate_asked_for()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        alice.Play(new Sine(440));
        var heard = new List<short>();
        phones.Run(async () =>
        {
            await using var reader = bob.OpenReader(new() { SampleRate = 16_000 });
            await foreach (var frame in reader.FramesAsync())
            {
                Assert.Equal(320, frame.Length);
                heard.AddRange(frame.ToArray());
                if (heard.Count >= 16_000)
                    break;
            }
        });
        Assert.InRange(Ear.Level([.. heard.TakeLast(8000)], 440, 16_000), 7000, 9000);
        phones.Advance(20);
        Assert.Equal(0, phones.Bob.Counters.Listening);
    }

    [Fact]
    public void A_reader_that_is_slow_loses_the_newest_and_is_told_how_much()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        alice.Play(new Sine(440));
        var reader = bob.OpenReader(new() { Buffer = TimeSpan.FromMilliseconds(200) });
        phones.Advance(3000);
        Assert.InRange(reader.Dropped, 16_000, 24_000);
        phones.Run(async () => await reader.DisposeAsync());
    }

    [Fact]
    public void A_reader_ends_with_the_stream()
    {
        using var phones = new Phones();
        var (_, bob) = phones.Call();
        phones.Run(async () =>
        {
            await using var reader = bob.OpenReader();
            await bob.DisposeAsync();
            var buffer = new short[8000];
            while (await reader.ReadAsync(buffer) > 0)
            {
            }
        });
    }

    [Fact]
    public void What_is_written_is_heard_at_the_clock_s_pace()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        var started = phones.Network.Clock.Elapsed;
        phones.Run(async () =>
        {
            await using var writer = alice.OpenWriter();
            var pcm = new short[8000];
            new Sine(440).Read(pcm);
            Assert.True(await writer.WriteAsync(pcm));
            await writer.CompleteAsync();
        });
        Assert.InRange((phones.Network.Clock.Elapsed - started).TotalMilliseconds, 980, 1060);
        Assert.InRange(ear.Level(440, 800), 7000, 9000);
        Assert.Equal(50, phones.Sent(bob.Local.Port).Count);
    }

    [Fact]
    public void Writing_into_a_stream_that_ends_returns_false()
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        phones.Run(async () =>
        {
            await using var writer = alice.OpenWriter();
            var writing = writer.WriteAsync(new short[80_000]).AsTask();
            await alice.DisposeAsync();
            Assert.False(await writing);
        });
    }

    [Fact]
    public void Payloads_pass_from_one_stream_to_another_undecoded()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var (carol, dave) = phones.Call();
        alice.Play(new Sine(440));
        var ear = new Ear();
        dave.Listen(ear);
        phones.Run(async () =>
        {
            await using var reader = bob.OpenEncodedReader();
            await using var writer = carol.OpenEncodedWriter();
            var payload = new byte[2048];
            for (var i = 0; i < 50; i++)
            {
                var frame = await reader.ReadAsync(payload);
                Assert.Equal(160, frame!.Value.Length);
                Assert.True(await writer.WriteAsync(payload.AsMemory(0, frame.Value.Length)));
            }
        });
        Assert.InRange(ear.Level(440), 7000, 9000);
    }

    [Fact]
    public void A_second_encoded_writer_is_refused()
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        phones.Run(async () =>
        {
            await using var first = alice.OpenEncodedWriter();
            await using var second = alice.OpenEncodedWriter();
            await Assert.ThrowsAsync<InvalidOperationException>(() => second.WriteAsync(new byte[160], TestContext.Current.CancellationToken).AsTask());
        });
    }

    private sealed class Constant(short value) : IAudioSource
    {
        public int SampleRate => 8000;

        public bool Ended => false;

        public int Read(Span<short> pcm)
        {
            pcm.Fill(value);
            return pcm.Length;
        }
    }

    private sealed class Broken : IAudioSource
    {
        public int SampleRate => 8000;

        public bool Ended => false;

        public int Read(Span<short> pcm) => throw new InvalidDataException("broken source");
    }
}
