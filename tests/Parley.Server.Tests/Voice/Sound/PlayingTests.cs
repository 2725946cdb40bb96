using Parley.TestSupport;
using System.Net;
using Parley.Server.Voice;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>What a session plays and says, measured where it is heard.</summary>
public sealed class PlayingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-prompts-");
    private readonly SpeechConnections _connections = new();
    private readonly List<SynthesisOptions> _asked = [];

    public PlayingTests()
    {
        SoundCall.WriteTones(Path.Combine(_folder.FullName, "two.wav"), 16000, 700, 1200);
        SoundCall.WriteTones(Path.Combine(_folder.FullName, "music.wav"), 8000, 1500);
        File.WriteAllText(Path.Combine(_folder.FullName, "song.mp3"), "ID3 and so on");
    }

    private VoiceOptions Options => new() { Prompts = _folder.FullName, Speech = SoundCall.Tuned(_connections, _asked) };

    public void Dispose()
    {
        _connections.Dispose();
        _folder.Delete(true);
    }

    [Fact]
    public Task A_file_is_heard_and_named_by_its_url() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"two.wav"}""");
        Assert.Equal("two.wav", (await call.UntilAsync("trackStart"))[^1].GetProperty("playId").GetString());
        var end = (await call.UntilAsync("trackEnd"))[^1];
        Assert.InRange(end.GetProperty("duration").GetInt32(), 1990, 2010);
        Assert.InRange(call.Ear.Count(700), 44, 75); // 50; a busy machine repeats some to conceal what is late
        await call.Ear.HearsAsync(1200);
    });

    [Fact]
    public Task An_offset_leaves_the_beginning_out() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"two.wav","playId":"p","offsetMs":1500}""");
        var end = (await call.UntilAsync("trackEnd"))[^1];
        Assert.Equal("p", end.GetProperty("playId").GetString());
        Assert.InRange(end.GetProperty("duration").GetInt32(), 490, 510);
        await call.Ear.HearsAsync(1200);
        Assert.Equal(0, call.Ear.Count(700));
    });

    [Fact]
    public Task A_url_is_heard_when_it_is_allowed_and_a_song_that_is_none_is_named() => Unhurried.PassesAsync(async () =>
    {
        using var web = new Web(_folder.FullName);
        await using var call = await SoundCall.StartAsync(Options with { Urls = new(["127.0.0.1"]) });
        await call.SendAsync($$"""{"command":"play","url":"{{web.Url}}two.wav","offsetMs":1000}""");
        await call.Ear.HearsAsync(1200);
        Assert.Equal(0, call.Ear.Count(700));
        foreach (var name in (string[])["song.mp3", $"{web.Url}song.mp3"])
        {
            await call.SendAsync($$"""{"command":"play","url":"{{name}}"}""");
            var error = await call.ErrorAsync();
            Assert.Contains("This is MP3", error, StringComparison.Ordinal);
            Assert.Contains("song.mp3", error, StringComparison.Ordinal);
        }

        await call.SendAsync($$"""{"command":"play","url":"{{web.Url}}none.wav"}""");
        Assert.Contains("404", await call.ErrorAsync());
    });

    [Fact]
    public Task Music_goes_on_beneath_speech_goes_down_for_it_and_has_a_volume() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"music.wav","playId":"m","background":true,"loop":true}""");
        await call.Ear.HearsAsync(1500, frames: 60); // longer than the file
        var loud = call.Ear.Levels(1500)[^10..].Average();
        var from = call.Ear.Frames;
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 75)}}","playId":"t"}""");
        await call.UntilAsync("trackEnd", "playId", "t");
        var beneath = call.Ear.Levels(1500, from + 25)[..25].Average();
        Assert.InRange(20 * Math.Log10(beneath / loud), -17, -13);
        await call.SendAsync("""{"command":"volume","playId":"m","gain":-20,"fadeMs":100}""");
        await Until(() => call.Ear.Levels(1500)[^1] is > 0 and var now && 20 * Math.Log10(now / loud) is > -21 and < -19, "the music is 20 dB down");
        foreach (var (command, what) in new[] { ("""{"command":"volume","playId":"m","gain":99}""", "gain"), ("""{"command":"volume","playId":"x","gain":0}""", "'x'"), ("""{"command":"pause","playId":"x"}""", "'x'"), ("""{"command":"interrupt","playId":"x"}""", "'x'") })
        {
            await call.SendAsync(command);
            Assert.Contains(what, await call.ErrorAsync());
        }

        await call.SendAsync("""{"command":"interrupt","playId":"m","fadeOutMs":100}""");
        var events = await call.UntilAsync("trackEnd", "playId", "m");
        Assert.DoesNotContain("interruption", events.Select(Name));
    });

    [Fact]
    public Task Speech_takes_the_place_of_a_file_and_a_file_that_of_speech() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"two.wav"}""");
        await call.Ear.HearsAsync(700);
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 100)}}","playId":"t","speaker":"500"}""");
        await call.Ear.HearsAsync(500);
        await call.SendAsync("""{"command":"play","url":"tone:1800","playId":"f"}""");
        await call.Ear.HearsAsync(1800);
        var events = await call.UntilAsync("trackEnd", "playId", "f");
        Assert.Equal(0, call.Ear.Count(1200));
        Assert.Equal("t", Assert.Single(events, one => Name(one) == "interruption").GetProperty("playId").GetString());
        Assert.Equal(["two.wav", "t", "f"], events.Where(one => Name(one) == "trackEnd").Select(one => one.GetProperty("playId").GetString()));
    });

    [Fact]
    public Task A_file_that_is_still_being_opened_does_not_cut_what_was_said_after_it() => Unhurried.PassesAsync(async () =>
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var web = new Web(_folder.FullName, gate.Task);
        await using var call = await SoundCall.StartAsync(Options with { Urls = new(["127.0.0.1"]) });
        await call.SendAsync($$"""{"command":"play","url":"{{web.Url}}two.wav","playId":"slow","autoHangup":true}""");
        await web.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 50)}}","playId":"t","speaker":"500"}""");
        await call.Ear.HearsAsync(500);
        gate.SetResult();
        var events = await call.UntilAsync("trackEnd", "playId", "t");
        events.AddRange(events.Exists(one => Name(one) == "trackEnd" && one.GetProperty("playId").GetString() == "slow") ? [] : await call.UntilAsync("trackEnd", "playId", "slow"));
        Assert.Equal(0, Assert.Single(events, one => Name(one) == "trackEnd" && one.GetProperty("playId").GetString() == "slow").GetProperty("duration").GetInt32());
        Assert.DoesNotContain("interruption", events.Select(Name));
        Assert.Equal(0, call.Ear.Count(700));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Three_texts_of_one_playback_are_heard_in_their_order(bool streaming) => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        foreach (var hertz in (int[])[500, 900, 1300])
            await call.SendAsync($$$"""{"command":"tts","text":"{{{new string('a', 15)}}}","playId":"g","streaming":{{{(streaming ? "true" : "false")}}},"option":{"provider":"tuned","speaker":"{{{hertz}}}","model":"m{{{hertz}}}"}}""");
        await call.SendAsync("""{"command":"tts","text":"","playId":"g","streaming":true,"endOfStream":true}""");
        var events = await call.UntilAsync("trackEnd");
        Assert.Single(events, one => Name(one) == "trackStart");
        Assert.InRange(events[^1].GetProperty("duration").GetInt32(), 890, 910);
        await call.Ear.HearsAsync(500, frames: 13);
        await call.Ear.HearsAsync(900, frames: 13);
        await call.Ear.HearsAsync(1300, frames: 13);
        Assert.True(First(call, 500) < First(call, 900) && First(call, 900) < First(call, 1300));
    });

    [Fact]
    public Task A_text_has_its_own_options_and_those_it_does_not_name_are_the_calls() => Unhurried.PassesAsync(async () =>
    {
        _asked.Clear();
        await using var call = await SoundCall.StartAsync(Options, tts: """{"provider":"tuned","speaker":"500","speed":1.5,"volume":4}""");
        await call.SendAsync($$$"""{"command":"tts","text":"{{{new string('a', 25)}}}","playId":"1","option":{"volume":2}}""");
        await call.UntilAsync("trackEnd");
        await call.Ear.HearsAsync(500);
        Assert.InRange(call.Ear.Levels(500).Max(), 2000, 2500); // 3200, and of that the root of the mean square
        await call.SendAsync($$$"""{"command":"tts","text":"{{{new string('a', 25)}}}","playId":"2","speaker":"900","option":{"speaker":"1300"}}""");
        await call.UntilAsync("trackEnd");
        await call.Ear.HearsAsync(900);
        Assert.InRange(call.Ear.Levels(900).Max(), 4200, 4800);
        Assert.Equal(0, call.Ear.Count(1300));
        await call.SendAsync("""{"command":"tts","text":"aa","playId":"m","speaker":"900"}""");
        var figures = (await call.UntilAsync("metrics", "key", "completed.tts.tuned"))[^1].GetProperty("data");
        Assert.Equal(("m", "900", 0, 640, false), (figures.GetProperty("playId").GetString(), figures.GetProperty("speaker").GetString(), figures.GetProperty("cmdSeq").GetInt32(), figures.GetProperty("length").GetInt32(), figures.GetProperty("cached").GetBoolean()));
        Assert.Equal([(1.5, 4), (1.5, 2)], _asked.Select(options => (options.Speed, options.Volume)));
        await call.SendAsync("""{"command":"tts","text":"a","playId":"3","option":{"provider":"nobody","speed":77}}""");
        var errors = new[] { await call.ErrorAsync(), await call.ErrorAsync() };
        Assert.Contains(errors, error => error.Contains("speed", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'nobody'", StringComparison.Ordinal));
        Assert.Equal("3", (await call.UntilAsync("trackEnd", "playId", "3"))[^1].GetProperty("playId").GetString());
    });

    [Fact]
    public Task Audio_in_base64_is_heard_and_what_is_none_is_told() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync($$"""{"command":"tts","text":"{{Tone(600, 16000)}}","base64":true,"playId":"b"}""");
        Assert.InRange((await call.UntilAsync("trackEnd"))[^1].GetProperty("duration").GetInt32(), 490, 510);
        await call.Ear.HearsAsync(600, frames: 15);
        await call.SendAsync($$$"""{"command":"tts","text":"{{{Tone(1100, 8000)}}}","base64":true,"option":{"samplerate":8000}}""");
        Assert.InRange((await call.UntilAsync("trackEnd"))[^1].GetProperty("duration").GetInt32(), 490, 510);
        await call.Ear.HearsAsync(1100, frames: 15);
        await call.SendAsync("""{"command":"tts","text":"no audio!","base64":true}""");
        Assert.Contains("base64", await call.ErrorAsync());

        static string Tone(double hertz, int rate)
        {
            var bytes = new byte[rate];
            for (var i = 0; i < rate / 2; i++)
                BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (short)(8000 * Math.Sin(2 * Math.PI * hertz * i / rate)));
            return Convert.ToBase64String(bytes);
        }
    });

    [Fact]
    public Task A_graceful_interruption_ends_with_the_text_being_heard() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        var words = string.Concat(Enumerable.Repeat("word ", 10));
        await call.SendAsync($$"""{"command":"tts","text":"{{words}}","playId":"g","speaker":"500"}""");
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('b', 50)}}","playId":"g","speaker":"900","autoHangup":true}""");
        await call.Ear.HearsAsync(500, frames: 15);
        await call.SendAsync("""{"command":"interrupt","graceful":true}""");
        var events = await call.UntilAsync("trackEnd");
        var cut = Assert.Single(events, one => Name(one) == "interruption");
        Assert.Equal(words, cut.GetProperty("subtitle").GetString());
        Assert.InRange(cut.GetProperty("current").GetInt32(), 60, 900);
        Assert.InRange(cut.GetProperty("position").GetInt32(), cut.GetProperty("current").GetInt32() / 20 - 6, (cut.GetProperty("current").GetInt32() / 20) + 6);
        Assert.InRange(cut.GetProperty("totalDuration").GetInt32(), 990, 1010);
        Assert.InRange(events[^1].GetProperty("duration").GetInt32(), 990, 1010);
        // The second is not heard, and nothing hangs up behind it.
        await call.SendAsync("""{"command":"play","url":"tone:1500"}""");
        await call.UntilAsync("trackEnd");
        Assert.Equal(0, call.Ear.Count(900));
    });

    [Fact]
    public Task What_is_cut_at_once_fades_as_long_as_asked() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 400)}}","speaker":"500"}""");
        await call.Ear.HearsAsync(500);
        await call.SendAsync("""{"command":"interrupt","fadeOutMs":600}""");
        await call.UntilAsync("trackEnd");
        await call.SendAsync("""{"command":"play","url":"tone:1500"}""");
        await call.Ear.HearsAsync(1500);
        var levels = call.Ear.Levels(500);
        Assert.InRange(levels.Count(level => level is > 100 and < 5000), 15, 32); // of 5657 at full
    });

    [Fact]
    public Task A_pause_holds_and_a_playback_goes_on_where_it_was() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"two.wav"}""");
        await call.Ear.HearsAsync(700);
        await call.SendAsync("""{"command":"pause"}""");
        await Until(() => Quiet(call), "it is quiet");
        var held = call.Ear.Frames;
        await Until(() => call.Ear.Frames > held + 25, "half a second passes");
        Assert.True(Quiet(call));
        await call.SendAsync("""{"command":"resume"}""");
        var end = (await call.UntilAsync("trackEnd"))[^1];
        Assert.InRange(end.GetProperty("duration").GetInt32(), 1990, 2010);
        Assert.InRange(call.Ear.Count(700), 44, 75);
        await call.SendAsync("""{"command":"resume"}""");
        Assert.Contains("Nothing is played", await call.ErrorAsync());

        static bool Quiet(SoundCall call) => call.Ear.Levels(700)[^5..].All(level => level < 10);
    });

    [Fact]
    public Task A_hangup_behind_a_playback_is_gone_with_another_and_kept_by_the_same() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 400)}}","playId":"1","autoHangup":true}""");
        await call.UntilAsync("trackStart");
        await call.SendAsync("""{"command":"tts","text":"aaaaa","playId":"2"}""");
        await call.UntilAsync("trackEnd", "playId", "2");
        await call.SendAsync("""{"command":"tts","text":"aaaaaaaaaaaaaaaaaaaa","playId":"3","autoHangup":true}""");
        await call.SendAsync("""{"command":"tts","text":"aaaaa","playId":"3"}""");
        var events = await call.UntilAsync("hangup");
        Assert.InRange(events.Single(one => Name(one) == "trackEnd" && one.TryGetProperty("playId", out _)).GetProperty("duration").GetInt32(), 490, 520);
        Assert.Equal("BySystem", events[^1].GetProperty("reason").GetString());
    });

    [Fact]
    public Task An_input_is_waited_for_behind_a_playback_unless_one_comes() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options, tts: """{"provider":"tuned","waitInputTimeout":150}""");
        await call.SendAsync("""{"command":"tts","text":"aa","playId":"1"}""");
        var silence = (await call.UntilAsync("silence"))[^1];
        Assert.Equal(("waitInput", 150, "server-side-track"), (silence.GetProperty("kind").GetString(), silence.GetProperty("duration").GetInt32(), silence.GetProperty("trackId").GetString()));
        await call.SendAsync("""{"command":"tts","text":"aa","playId":"2","waitInputTimeout":60000,"option":{"waitInputTimeout":1}}""");
        Assert.DoesNotContain("silence", (await call.UntilAsync("trackEnd")).Select(Name));
        await call.Phone.SendDigitsAsync("1");
        await call.UntilAsync("dtmf");
        await call.SendAsync("""{"command":"play","url":"tone:440","waitInputTimeout":100}""");
        Assert.Single(await call.UntilAsync("silence"), one => Name(one) == "silence");
    });

    [Fact]
    public Task Who_is_muted_is_not_heard_and_presses_nothing() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options);
        await call.SendAsync("""{"command":"play","url":"music.wav","background":true,"loop":true}""");
        await call.Ear.HearsAsync(1500);
        await call.SendAsync("""{"command":"mute"}""");
        await Until(() => call.Ear.Levels(1500)[^5..].All(level => level < 10), "the music is muted");
        await call.Phone.SendDigitsAsync("1");
        await call.SendAsync("""{"command":"unmute","trackId":"s"}""");
        await call.SendAsync("""{"command":"unmute","id":"u","trackId":"server-side-track"}""");
        await call.UntilAsync("ack");
        var from = call.Ear.Frames;
        await call.Ear.HearsAsync(1500, from);
        await call.Phone.SendDigitsAsync("2");
        Assert.Equal("2", (await call.UntilAsync("dtmf"))[^1].GetProperty("digit").GetString());
        await call.SendAsync("""{"command":"mute","trackId":"x"}""");
        Assert.Contains("'x'", await call.ErrorAsync());
    });

    [Fact]
    public Task Ambiance_goes_on_and_makes_way_by_its_own_levels() => Unhurried.PassesAsync(async () =>
    {
        await using var call = await SoundCall.StartAsync(Options, ""","ambiance":{"path":"music.wav","normalLevel":0.5,"duckLevel":0.05,"transitionSpeed":0.05}""");
        await call.Ear.HearsAsync(1500, frames: 60);
        var normal = call.Ear.Levels(1500)[^10..].Average();
        Assert.InRange(normal, 2600, 3000); // half of 5657
        var from = call.Ear.Frames;
        await call.SendAsync($$"""{"command":"tts","text":"{{new string('a', 75)}}","playId":"t"}""");
        await call.UntilAsync("trackEnd", "playId", "t");
        Assert.InRange(20 * Math.Log10(call.Ear.Levels(1500, from + 30)[..20].Average() / normal), -21, -19);
    });

    private static int First(SoundCall call, double hertz) => Array.FindIndex(call.Ear.Levels(hertz), level => level > 4000);

    private static Task Until(Func<bool> condition, string what) => Support.ApiServer.UntilAsync(condition, what);

    /// <summary>Serves a folder.</summary>
    private sealed class Web : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Web(string folder, Task? gate = null)
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }

            _listener.Prefixes.Add(Url.ToString());
            _listener.Start();
            _ = ServeAsync(folder, gate ?? Task.CompletedTask);
        }

        public Uri Url { get; }

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => _listener.Close();

        private async Task ServeAsync(string folder, Task gate)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    Asked.TrySetResult();
                    await gate;
                    var file = Path.Combine(folder, context.Request.Url!.AbsolutePath.TrimStart('/'));
                    context.Response.ContentType = "audio/wav";
                    if (File.Exists(file))
                        await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(file));
                    else
                        context.Response.StatusCode = 404;
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Over.
            }
        }
    }
}
