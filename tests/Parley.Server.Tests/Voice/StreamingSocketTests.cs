using Parley.Media.Audio;
using Parley.Media.Codecs;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary><c>GET /call</c>: audio as binary messages of the socket.</summary>
public sealed class StreamingSocketTests
{
    private static readonly short[] Tone = [.. Enumerable.Range(0, 16_000).Select(i => (short)(8_000 * Math.Sin(i * 0.3)))];

    [Theory]
    [InlineData("/call")]
    [InlineData("/call/")]
    public async Task An_invite_is_answered_at_once_and_a_hangup_ends_with_one_event(string path)
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.ConnectAsync(stage, path + "?id=abc");
        await client.SendAsync("""{"command":"invite","option":{"caller":"me","extra":{"a":"b"}}}""");
        var events = await client.UntilAsync("answer");
        Assert.Equal(["trackStart", "answer"], events.Select(Name));
        Assert.Equal(("abc", ""), (events[0].Text("trackId"), events[1].Text("sdp")));
        await client.SendAsync("""{"command":"hangup","reason":"done"}""");
        var rest = await client.RestAsync();
        Assert.Equal(["trackEnd", "hangup"], rest.Select(Name));
        Assert.Equal(("done", "system", "websocket", "b"), (
            rest[1].Text("reason"), rest[1].Text("initiator"), rest[1].GetProperty("extra").Text("call_type"), rest[1].GetProperty("extra").Text("a")));
    }

    [Fact]
    public async Task What_is_said_comes_as_frames_of_20_ms_at_the_pace_of_speech()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        var asked = Environment.TickCount64;
        await client.SendAsync($$"""{"command":"tts","text":"{{new string('a', 50)}}","playId":"p"}"""); // a second
        await client.UntilAsync("trackEnd");
        var pcm = await client.HearAsync(50);
        var frames = client.Frames;
        Assert.All(frames, one => Assert.Equal(640, one.Frame.Length));
        Assert.InRange(AudioLevel.RmsDbov(pcm.AsSpan(8_000, 4_000)), -20, 0);
        Assert.InRange(frames[^1].At - asked, 700, 60_000); // not all at once
    }

    [Fact]
    public async Task A_frame_may_begin_with_the_index_of_its_track()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage, path: "/call?binaryHeader=1");
        await client.SendAsync("""{"command":"tts","text":"aaaaa"}""");
        await client.HearAsync(5, header: 1);

        Assert.All(client.Frames, one => Assert.Equal((641, 0), (one.Frame.Length, one.Frame[0])));
    }

    [Theory]
    [InlineData("pcmu")]
    [InlineData("pcma")]
    [InlineData("g722")]
    public async Task Other_codecs_work_both_ways(string name)
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage, $$""","codec":"{{name}}","vad":{}""");
        var codec = AudioCodecs.Find(name)!;
        await client.SendAsync("""{"command":"play","url":"tone:1000"}""");
        await client.UntilAsync("trackEnd");
        Assert.All(client.Frames, one => Assert.Equal(160, one.Frame.Length));
        var decoder = codec.CreateDecoder();
        var pcm = new short[codec.SampleRate * 2];
        var length = 0;
        foreach (var (_, frame) in client.Frames)
            length += decoder.Decode(frame, pcm.AsSpan(length));
        Assert.InRange(Crossings(pcm.AsSpan(0, codec.SampleRate / 2)), 990, 1_010);

        var speech = Voice(codec.SampleRate);
        var payload = new byte[codec.MaxEncodedBytes(speech.Length)];
        codec.CreateEncoder().Encode(speech, payload);
        await client.SendAsync(payload);
        await client.UntilAsync("speaking");
    }

    [Fact]
    public async Task Audio_may_come_in_pieces_of_any_size()
    {
        var folder = Directory.CreateTempSubdirectory("parley-stream").FullName;
        await using var stage = await StartAsync(new() { Recordings = folder });
        await using var client = await StreamingClient.InviteAsync(stage, ""","recorder":{"recorderFile":"a.wav"}""");
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(Tone.AsSpan()).ToArray();
        for (var at = 0; at < bytes.Length; at += 777)
            await client.SendAsync(bytes.AsMemory(at, Math.Min(777, bytes.Length - at)));
        await client.SendAsync($$"""{"command":"tts","text":"{{new string('a', 60)}}"}""");
        await client.UntilAsync("trackEnd");
        await client.SendAsync("""{"command":"hangup"}""");
        await client.RestAsync();
        await stage.OverAsync();
        // Left what came, unharmed by where it was cut; right what was said.
        var (left, right) = await RecordedAsync(Path.Combine(folder, "a.wav"));
        var heard = left.AsSpan().IndexOfAnyExcept((short)0);
        Assert.Equal(Tone.AsSpan(1, 15_000), left.AsSpan(heard, 15_000));
        Assert.InRange(AudioLevel.RmsDbov(right.AsSpan(right.AsSpan().IndexOfAnyExcept((short)0), 8_000)), -20, 0);
    }

    [Fact]
    public async Task A_recogniser_hears_it()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage, ""","asr":{"provider":"scripted"}""");
        await client.SendAsync(Tone);
        Assert.Equal("hello", (await client.NextAsync("asrFinal")).Text("text"));
    }

    [Fact]
    public async Task An_interruption_stops_the_frames()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync($$"""{"command":"tts","text":"{{new string('a', 2_000)}}"}""");
        await client.HearAsync(5);
        await client.SendAsync("""{"command":"interrupt"}""");
        Assert.Contains("interruption", (await client.UntilAsync("trackEnd")).Select(Name));
        var frames = client.Frames.Length;
        await Task.Delay(300);
        Assert.InRange(client.Frames.Length - frames, 0, 3); // those on the way
    }

    [Fact]
    public async Task Muted_it_says_silence()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync("""{"command":"mute"}""");
        await client.SendAsync("""{"command":"play","url":"tone:440"}""");
        Assert.All(await client.HearAsync(10), sample => Assert.Equal(0, sample));
    }

    [Fact]
    public async Task Too_much_audio_is_lost_and_told()
    {
        await using var stage = await StartAsync(new() { Limits = new() { MaxSocketAudio = TimeSpan.FromSeconds(1) } });
        await using var client = await StreamingClient.InviteAsync(stage);
        for (var i = 0; i < 20; i++)
            await client.SendAsync(Tone);
        var gap = await client.NextAsync("audioGap");
        Assert.Equal("overflow", gap.Text("reason"));
        Assert.InRange(gap.Number("duration"), 20, 19_000); // all but what was kept and what was heard meanwhile
    }

    [Fact]
    public async Task Digits_are_heard_and_pressed_as_tones()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync(DtmfTones.Generate("42", 16_000).Samples.ToArray());
        Assert.Equal("4", (await client.NextAsync("dtmf")).Text("digit"));
        Assert.Equal("2", (await client.NextAsync("dtmf")).Text("digit"));
        await client.SendAsync("""{"command":"sendDtmf","digits":"7"}""");
        var pcm = await client.HearAsync(10);
        var digits = new List<char>();
        new DtmfDetector(16_000, digits.Add).Write(pcm);
        Assert.Equal(['7'], digits);
    }

    [Theory]
    [InlineData("""{"command":"refer","caller":"","callee":"sip:a@b"}""", "refer")]
    [InlineData("""{"command":"hold"}""", "hold")]
    [InlineData("""{"command":"message","body":"x"}""", "message")]
    [InlineData("""{"command":"sendDtmf","digits":"1","method":"info"}""", "sendDtmf")]
    [InlineData("""{"command":"invite","option":{}}""", "invite")]
    public async Task What_needs_a_SIP_call_is_an_error(string command, string sender)
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync(command);
        Assert.Equal(sender, (await client.NextAsync("error")).Text("sender"));
    }

    [Fact]
    public async Task An_unknown_codec_is_an_error_and_pcm()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage, ""","codec":"mp3" """);
        Assert.Contains("option.codec", await client.ErrorAsync());
        await client.SendAsync("""{"command":"tts","text":"aaaaa"}""");
        await client.HearAsync(5);
        Assert.Equal(640, client.Frames[0].Frame.Length);
    }

    [Fact]
    public async Task Audio_before_the_invite_and_of_a_SIP_call_is_told_once()
    {
        await using var stage = await StartAsync();
        foreach (var path in (string[])["/call", "/call/sip"])
        {
            await using var client = await StreamingClient.ConnectAsync(stage, path);
            await client.SendAsync(Tone);
            await client.SendAsync(Tone);
            await client.SendAsync("""{"command":"custom","data":1}""");
            Assert.Equal(["error", "custom"], (await client.UntilAsync("custom")).Select(Name));
        }
    }

    [Fact]
    public async Task A_lost_socket_ends_the_session()
    {
        await using var stage = await StartAsync();
        var client = await StreamingClient.InviteAsync(stage);
        await client.DisposeAsync();
        await stage.OverAsync();
    }

    private static int Crossings(ReadOnlySpan<short> pcm)
    {
        var crossings = 0;
        for (var i = 1; i < pcm.Length; i++)
            crossings += (pcm[i - 1] < 0) != (pcm[i] < 0) ? 1 : 0;
        return crossings;
    }

    // A buzz with a melody, which a detector takes for a voice.
    private static short[] Voice(int rate) =>
        [.. Enumerable.Range(0, rate * 2).Select(i => (short)(Enumerable.Range(1, 12).Sum(n => Math.Sin(2 * Math.PI * n * (140 + (20 * Math.Sin(6.0 * i / rate))) * i / rate) / n) * 4_000 * (0.6 + (0.4 * Math.Sin(25.0 * i / rate)))))];

    private static async Task<(short[] Left, short[] Right)> RecordedAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        var pcm = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(bytes.AsSpan(44)).ToArray();
        return ([.. pcm.Where((_, i) => i % 2 == 0)], [.. pcm.Where((_, i) => i % 2 == 1)]);
    }
}
