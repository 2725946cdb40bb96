using System.Buffers.Binary;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Audio between two agents: what is said at one end is heard at the other.</summary>
public sealed class AudioTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Between(Func<Stage, IncomingCall, OutgoingCall, Task> body) => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var bob = await stage.StartAgentAsync("10.0.0.2");
        await using var call = await bob.DialAsync("sip:us@10.0.0.1");
        await body(stage, await answered, call);
    });

    private string File(string name) => Path.Combine(_folder, name);

    private string WriteTone(string name, double seconds, int rate = 16_000, double hertz = 440)
    {
        var data = new byte[(int)(rate * seconds) * 2];
        for (var i = 0; i < data.Length / 2; i++)
            BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(i * 2), (short)(10_000 * Math.Sin(2 * Math.PI * hertz * i / rate)));
        using var writer = new BinaryWriter(System.IO.File.Create(File(name)));
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(rate);
        writer.Write(rate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return File(name);
    }

    [Fact]
    public void A_file_is_played_to_its_end_at_the_pace_of_the_call() => Between(async (stage, us, bob) =>
    {
        var file = WriteTone("tone.wav", 2);
        var began = stage.Clock.GetTimestamp();
        var playing = us.PlayAsync(file);
        Assert.True(await Tones.HeardAsync(bob, 440));
        Assert.Equal(PlaybackEnd.Finished, (await playing).End);
        Assert.InRange(stage.Clock.GetElapsedTime(began).TotalSeconds, 1.9, 2.1);
    });

    [Fact]
    public void A_stream_is_played_as_it_comes() => Between(async (stage, us, bob) =>
    {
        await using var stream = System.IO.File.OpenRead(WriteTone("tone.wav", 1.5, hertz: 600));
        var playing = us.PlayAsync(stream);
        Assert.True(await Tones.HeardAsync(bob, 600));
        Assert.Equal(PlaybackEnd.Finished, (await playing).End);
    });

    [Fact]
    public void A_playback_can_be_muted_paused_and_stopped() => Between(async (stage, us, bob) =>
    {
        var playback = us.StartPlayback(Tones.Of(440));
        Assert.True(await Tones.HeardAsync(bob, 440));
        playback.Mute();
        Assert.False(await Tones.HeardAsync(bob, 440));
        playback.Unmute();
        Assert.True(await Tones.HeardAsync(bob, 440));
        playback.Pause();
        await stage.Delay(0.1);
        var at = playback.Position;
        await stage.Delay(1);
        Assert.Equal(at, playback.Position);
        playback.Resume();
        Assert.True(await Tones.HeardAsync(bob, 440));
        playback.Stop();
        Assert.Equal(PlaybackEnd.Stopped, (await playback.Completion).End);
    });

    [Fact]
    public void The_end_of_the_call_ends_a_playback() => Between(async (stage, us, bob) =>
    {
        var playing = us.PlayAsync(Tones.Of(440));
        await stage.Delay(1);
        await bob.HangUpAsync();
        Assert.Equal(PlaybackEnd.StreamEnded, (await playing).End);
    });

    [Fact]
    public void A_file_that_is_no_WAV_is_an_error_that_says_so_and_the_call_goes_on() => Between(async (stage, us, bob) =>
    {
        await System.IO.File.WriteAllTextAsync(File("song.wav"), "This is a text that calls itself something else.");
        await Assert.ThrowsAsync<AudioFormatException>(() => us.PlayAsync(File("song.wav")));
        await Assert.ThrowsAsync<FileNotFoundException>(() => us.PlayAsync(File("missing.wav")));
        var playing = us.PlayAsync(Tones.Of(440, 1));
        Assert.True(await Tones.HeardAsync(bob, 440));
        await playing;
    });

    [Fact]
    public void PCM_written_at_one_end_is_read_at_the_other() => Between(async (stage, us, bob) =>
    {
        await using var writer = us.OpenWriter(new() { SampleRate = 16_000 });
        var saying = SayAsync();
        Assert.True(await Tones.HeardAsync(bob, 700));
        await saying;

        async Task SayAsync()
        {
            var source = new Media.Audio.ToneSource(700, 16_000);
            var frame = new short[320];
            for (var i = 0; i < 50; i++)
            {
                source.Read(frame);
                Assert.True(await writer.WriteAsync(frame));
            }

            await writer.CompleteAsync();
        }
    });

    [Fact]
    public void Payloads_go_through_untouched() => Between(async (stage, us, bob) =>
    {
        await using var writer = us.OpenEncodedWriter();
        await using var reader = bob.OpenEncodedReader();
        var sent = Enumerable.Range(0, 160).Select(i => (byte)i).ToArray();
        Assert.True(await writer.WriteAsync(sent));
        var room = new byte[1500];
        var frame = await reader.ReadAsync(room);
        Assert.Equal(sent, room[..frame!.Value.Length]);
    });

    [Fact]
    public void Nothing_is_decoded_or_sent_unless_it_is_asked_for() => Between(async (stage, us, bob) =>
    {
        await stage.Delay(2);
        Assert.Equal((0, 0, 0), (stage.Agent.Media.Counters.Clocked, stage.Agent.Media.Counters.Listening, stage.Agent.Media.Counters.Playing));
        Assert.Equal(0, us.Audio.GetStatistics().PacketsSent);
    });

    [Fact]
    public void An_echo_sends_back_what_is_heard() => Between(async (stage, us, bob) =>
    {
        var echo = us.EchoAsync();
        bob.StartPlayback(Tones.Of(500));
        await stage.Delay(0.5);
        Assert.True(await Tones.HeardAsync(bob, 500));
        await bob.HangUpAsync();
        await echo;
    });

    [Fact]
    public void A_recording_has_the_far_end_left_and_us_right() => Between(async (stage, us, bob) =>
    {
        var recording = us.Record(File("call.wav"));
        bob.StartPlayback(Tones.Of(400));
        us.StartPlayback(Tones.Of(900));
        await stage.Delay(2);
        await recording.DisposeAsync();
        var (left, right) = await ReadStereoAsync(File("call.wav"));
        Assert.InRange(left.Length, 15_000, 17_000);
        Assert.True(Tones.Prevails(left.AsSpan(4000), 8000, 400));
        Assert.True(Tones.Prevails(right.AsSpan(4000), 8000, 900));
    });

    [Fact]
    public void The_end_of_the_call_closes_its_recording() => Between(async (stage, us, bob) =>
    {
        var recording = us.Record(File("call.wav"));
        bob.StartPlayback(Tones.Of(400));
        await stage.Delay(1);
        await bob.HangUpAsync();
        await recording.Completion;
        Assert.InRange((await ReadStereoAsync(File("call.wav"))).Left.Length, 7000, 9000);
    });

    [Fact]
    public void Digits_sent_are_digits_heard() => Between(async (stage, us, bob) =>
    {
        await us.SendDigitsAsync("12#");
        await bob.SendInfoDigitsAsync("9");
        Assert.Equal("12#", await DigitsAsync(bob, 3));
        Assert.Equal("9", await DigitsAsync(us, 1));
    });

    [Fact]
    public void What_is_no_digit_is_an_argument_error() => Between(async (stage, us, _) =>
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => us.SendDigitsAsync("12x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => us.SendInfoDigitsAsync("1\r\n"));
    });

    [Fact]
    public void Digits_end_with_the_call() => Between(async (stage, us, bob) =>
    {
        var hearing = DigitsAsync(us, int.MaxValue);
        await bob.SendDigitsAsync("42");
        await bob.HangUpAsync();
        Assert.Equal("42", await hearing);
    });

    [Fact]
    public void A_call_whose_audio_stops_coming_ends_after_the_media_timeout() => Stage.Run(
        async stage =>
        {
            var answered = stage.AnswerAll();
            var ok = await stage.Phone.Call(Wire.Sdp);
            var call = await answered;
            await stage.Phone.SendAudio(Wire.Port(ok), 100);
            Assert.Null(call.End);
            stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
            Assert.Equal(Sip.Invites.CallEndKind.Timeout, (await call.WaitForEndAsync()).Kind);
        },
        options => options with { MediaTimeout = TimeSpan.FromSeconds(10) });

    [Fact]
    public void A_call_on_hold_outlives_the_media_timeout() => Stage.Run(
        async stage =>
        {
            var answered = stage.AnswerAll();
            var ok = await stage.Phone.Call(Wire.Sdp + "a=inactive\n");
            var call = await answered;
            await stage.Delay(60);
            Assert.Null(call.End);
            await stage.Phone.HangUp(ok);
        },
        options => options with { MediaTimeout = TimeSpan.FromSeconds(10) });

    private static async Task<string> DigitsAsync(Call call, int count)
    {
        var digits = "";
        await foreach (var digit in call.Digits())
        {
            digits += digit.Symbol;
            if (digits.Length == count)
                break;
        }

        return digits;
    }

    private static async Task<(short[] Left, short[] Right)> ReadStereoAsync(string path)
    {
        var bytes = await System.IO.File.ReadAllBytesAsync(path);
        Assert.Equal(2, BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(22)));
        var start = bytes.AsSpan().IndexOf("data"u8) + 8;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(start - 4));
        var frames = length / 4;
        var (left, right) = (new short[frames], new short[frames]);
        for (var i = 0; i < frames; i++)
        {
            left[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(start + (4 * i)));
            right[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(start + (4 * i) + 2));
        }

        return (left, right);
    }
}
