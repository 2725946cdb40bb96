using Parley.TestSupport;
using System.Text.Json;
using Parley.Media.Audio;
using Parley.Media.Files;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>What a session records, read from the files.</summary>
public sealed class RecordingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-recordings-");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public Task Both_directions_are_in_the_file_and_it_is_whole_when_the_end_is_told() => Unhurried.PassesAsync(async () =>
    {
        Empty();
        await using var call = await SoundCall.StartAsync(new() { Recordings = _folder.FullName, Prompts = Prompts() }, ""","recorder":{"recorderFile":"calls/{id}.wav"},"ambiance":{"path":"noise.wav","normalLevel":1,"duckLevel":1}""", "rec1");
        call.Say(1000);
        Assert.Equal(("started", "calls/rec1.wav"), Told((await call.UntilAsync("record"))[^1]));
        await call.Ear.HearsAsync(2000);
        await call.SendAsync("""{"command":"play","url":"tone:440"}""");
        await call.UntilAsync("trackEnd");
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 40)}}"}""");
        await call.UntilAsync("trackEnd");
        await call.SendAsync("""{"command":"hangup"}""");
        var events = await call.UntilAsync("hangup");
        var stopped = Assert.Single(events, one => Name(one) == "record");
        Assert.Equal(("stopped", "calls/rec1.wav"), Told(stopped));
        var (left, right) = Read("calls/rec1.wav", 16000);
        Assert.InRange(left.Length / 16.0, stopped.GetProperty("duration").GetInt64() - 1, stopped.GetProperty("duration").GetInt64() + 1);
        Assert.InRange(Heard(left, 1000, 16000), 40, int.MaxValue);
        Assert.Equal(0, Heard(left, 440, 16000));
        // The tone of a second, the text of 0.8 s, and what lies beneath.
        Assert.InRange(Contains(right, 440, 16000), 40, 60);
        Assert.InRange(Contains(right, 382, 16000), 30, 50);
        Assert.InRange(Heard(right, 2000, 16000), 5, int.MaxValue);
        Assert.Equal(0, Contains(right, 1000, 16000));
    });

    [Fact]
    public Task A_pause_is_silence_and_what_follows_is_at_its_time() => Unhurried.PassesAsync(async () =>
    {
        Empty();
        await using var call = await SoundCall.StartAsync(new() { Recordings = _folder.FullName });
        call.Say(1000);
        foreach (var action in (string[])["pause", "resume", "stop", "loop"])
        {
            await call.SendAsync($$"""{"command":"record","action":"{{action}}"}""");
            Assert.Contains(action == "loop" ? "'loop'" : "Nothing is recorded", await call.ErrorAsync());
        }

        await call.SendAsync("""{"command":"record","recorder":{"recorderFile":"p.wav","samplerate":8000,"ptime":50}}""");
        await call.UntilAsync("record");
        await Task.Delay(500);
        await call.SendAsync("""{"command":"record","action":"start"}""");
        Assert.Contains("recorded already", await call.ErrorAsync());
        await call.SendAsync("""{"command":"record","action":"pause"}""");
        var paused = (await call.UntilAsync("record"))[^1];
        Assert.Equal("paused", paused.GetProperty("state").GetString());
        await Task.Delay(600);
        await call.SendAsync("""{"command":"record","action":"resume"}""");
        var resumed = (await call.UntilAsync("record"))[^1];
        await Task.Delay(500);
        await call.SendAsync("""{"command":"record","action":"stop"}""");
        var stopped = (await call.UntilAsync("record"))[^1];
        var (left, _) = Read("p.wav", 8000);
        var (from, to) = ((int)paused.GetProperty("duration").GetInt64() * 8, (int)resumed.GetProperty("duration").GetInt64() * 8);
        Assert.InRange(to - from, 8 * 550, int.MaxValue);
        Assert.Equal(0, Heard(left[(from + 320)..(to - 320)], 1000, 8000));
        Assert.InRange(Heard(left[..from], 1000, 8000), 10, int.MaxValue);
        Assert.InRange(Heard(left[to..], 1000, 8000), 10, int.MaxValue);
        Assert.InRange(left.Length / 8.0, stopped.GetProperty("duration").GetInt64() - 1, stopped.GetProperty("duration").GetInt64() + 1);
        // A further one is another file.
        await call.SendAsync("""{"command":"record","recorder":{"recorderFile":"q.wav"}}""");
        Assert.Equal(("started", "q.wav"), Told((await call.UntilAsync("record"))[^1]));
    });

    [Theory]
    [InlineData("pcmu", 7, 8000, 2)]
    [InlineData("pcma", 6, 8000, 2)]
    [InlineData("pcm", 1, 16000, 2)]
    [InlineData("g722", 0x028F, 16000, 1)]
    public async Task A_recording_has_the_format_asked_for(string format, int tag, int rate, int channels)
    {
        await using var call = await SoundCall.StartAsync(new() { Recordings = _folder.FullName });
        call.Say(1000);
        await call.SendAsync($$$"""{"command":"record","recorder":{"recorderFile":"f.wav","format":"{{{format}}}"}}""");
        await call.UntilAsync("record");
        var (file, half) = (Path.Combine(_folder.FullName, "f.wav"), rate * channels * (format == "pcm" ? 2 : format == "g722" ? 0.5 : 1) / 2);
        await Support.ApiServer.UntilAsync(() => new FileInfo(file).Length > half, "half a second is in the file");
        await call.SendAsync("""{"command":"record","action":"stop"}""");
        await call.UntilAsync("record");
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal((tag, channels, rate), (BitConverter.ToUInt16(bytes, 20), BitConverter.ToUInt16(bytes, 22), BitConverter.ToInt32(bytes, 24)));
        if (format == "g722")
            return;
        var clip = await AudioFile.LoadAsync(file);
        Assert.InRange(Heard(clip.At(8000).ToArray(), 1000, 8000), 5, int.MaxValue); // both channels' mean
    }

    [Fact]
    public async Task What_a_recorder_cannot_do_is_told_behind_the_answer_and_recorded_otherwise()
    {
        await using var call = await SoundCall.StartAsync(new() { Recordings = _folder.FullName }, ""","recorder":{"recorderFile":"x.wav","format":"mp3","samplerate":1,"ptime":999999}""");
        string[] errors = [await call.ErrorAsync(), await call.ErrorAsync(), await call.ErrorAsync()];
        foreach (var field in (string[])["recorder.format", "recorder.samplerate", "recorder.ptime"])
            Assert.Contains(errors, error => error.Contains(field, StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "x.wav")));
    }

    [Fact]
    public async Task Nothing_is_recorded_outside_the_folder_and_the_call_goes_on()
    {
        await using var call = await SoundCall.StartAsync(new() { Recordings = _folder.FullName }, ""","recorder":{"recorderFile":"../../x.wav"}""");
        Assert.Contains("not below the folder", await call.ErrorAsync());
        await call.SendAsync("""{"command":"play","url":"tone:440"}""");
        await call.Ear.HearsAsync(440);
    }

    // What an attempt before this one has left.
    private void Empty()
    {
        _folder.Delete(true);
        _folder.Create();
    }

    private string Prompts()
    {
        var folder = _folder.CreateSubdirectory("prompts").FullName;
        SoundCall.WriteTones(Path.Combine(folder, "noise.wav"), 8000, 2000);
        return folder;
    }

    private (short[] Left, short[] Right) Read(string name, int rate)
    {
        var bytes = File.ReadAllBytes(Path.Combine(_folder.FullName, name));
        Assert.True(WavHeader.TryRead(bytes, out var header));
        Assert.Equal((2, rate, WavEncoding.Pcm16, (long?)bytes.Length - header.DataOffset), (header.Channels, header.SampleRate, header.Encoding, header.DataLength));
        var samples = Enumerable.Range(0, (bytes.Length - header.DataOffset) / 2).Select(i => BitConverter.ToInt16(bytes, header.DataOffset + (2 * i))).ToArray();
        return ([.. samples.Where((_, i) => i % 2 == 0)], [.. samples.Where((_, i) => i % 2 == 1)]);
    }

    /// <summary>Frames of 20 ms that are this tone above all.</summary>
    private static int Heard(short[] pcm, double hertz, int rate) => Frames(pcm, rate).Count(frame => Ear.Prevails(frame, rate, hertz));

    /// <summary>Frames of 20 ms that have this tone, among others.</summary>
    private static int Contains(short[] pcm, double hertz, int rate) => Frames(pcm, rate).Count(frame => Goertzel.Power(frame, rate, hertz) > 1_000_000);

    private static IEnumerable<short[]> Frames(short[] pcm, int rate) => pcm.Chunk(rate / 50).Where(chunk => chunk.Length == rate / 50);

    private static (string?, string?) Told(JsonElement record) => (record.GetProperty("state").GetString(), record.GetProperty("file").GetString());
}
