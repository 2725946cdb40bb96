using System.Text.Json;
using Parley.Media.Audio;
using Parley.Server.Voice;
using Parley.Server.Voice.Incoming;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Where the description, the client and the servers there were before differ: what satisfies all of them. One test for each difference.</summary>
public sealed class ConformanceClientTests
{
    [Fact]
    public async Task Answer_is_sent_with_its_description_and_whose_it_is()
    {
        await using var stage = await StartAsync();
        var socket = await stage.BeginAsync(stage.Invite());
        var answer = await NextAsync(socket, "answer");
        Assert.StartsWith("v=0", answer.Text("sdp"), StringComparison.Ordinal);
        Assert.False(answer.IsRefer());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("\"1s\"")]
    public async Task HandshakeTimeout_ends_what_is_not_answered_with_one_reject(string timeout)
    {
        await using var stage = await StartAsync();
        stage.Serve(async call =>
        {
            await call.RingAsync();
            await call.WaitForEndAsync();
        });
        var socket = await stage.BeginAsync(stage.Invite($",\"handshakeTimeout\":{timeout}"));
        var events = await UntilAsync(socket, "reject");
        Assert.Equal(408, events[^1].Number("code"));
        Assert.DoesNotContain(events, one => Name(one) is "error" or "hangup" or "answer");
        Assert.Null(await socket.TryReadAsync());
    }

    [Fact]
    public async Task Tts_takes_audio_and_a_name_to_keep_it_under()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        var pcm = Convert.ToBase64String(new byte[16_000 * 2 / 10]);
        await socket.SendAsync($$"""{"command":"tts","text":"{{pcm}}","playId":"audio","base64":true,"cacheKey":"k"}""");
        var end = await NextAsync(socket, "trackEnd");
        Assert.Equal("audio", end.Text("playId"));
        Assert.InRange(end.Number("duration"), 80, 300);
    }

    [Fact]
    public async Task Further_options_of_an_invite_do_not_fail_it()
    {
        await using var stage = await StartAsync();
        var socket = await stage.BeginAsync(stage.Invite("""
            ,"inactivityTimeout":50,"eou":{"type":"tencent","timeout":500},"subscribe":false,"ringbackDetection":{"enabled":true,"minBufferSecs":6},"codec":"pcm","enableIceLite":true,"enableIpv6":true,
            "ambiance":{"enabled":false},"agc":{"headroomDb":5},"denoise":true,"extra":{"a":"b"},"sip":{"contact":"sip:me@192.0.2.1"}
            """.ReplaceLineEndings("")));
        var events = await UntilAsync(socket, "mediaReady");
        Assert.DoesNotContain("error", events.Select(Name));
    }

    // Each event has a task of its own in the client, and it takes an error that overtakes the answer for the end of the call.
    [Theory]
    [InlineData("/call/sip")]
    [InlineData("/call")]
    public async Task What_is_wrong_with_an_option_is_told_when_the_answer_has_been_seen(string path)
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync(path);
        await socket.SendAsync(stage.Invite(""","vad":{"type":"ten","endpoint":"http://192.0.2.1"}"""));
        var events = await UntilAsync(socket, "error");
        var answered = Assert.Single(events, one => Name(one) == "answer").GetProperty("timestamp").GetInt64();
        Assert.InRange(events[^1].GetProperty("timestamp").GetInt64() - answered, 150, long.MaxValue);
    }

    // The recogniser of these tests hears its words before there is any audio.
    [Fact]
    public async Task Times_of_words_are_never_negative()
    {
        await using var stage = await StartAsync();
        var socket = await stage.BeginAsync(stage.Invite(""","asr":{"provider":"scripted"}"""));
        foreach (var words in (await UntilAsync(socket, "asrFinal")).Where(one => Name(one) is "asrDelta" or "asrFinal"))
            Assert.All((string[])["startTime", "endTime"], time => Assert.InRange(words.GetProperty(time).GetInt64(), 1_600_000_000_000, long.MaxValue));
    }

    [Fact]
    public async Task A_recording_named_from_the_root_is_kept_below_the_folder()
    {
        var folder = Directory.CreateTempSubdirectory("parley-root-");
        try
        {
            await using var stage = await StartAsync(new() { Recordings = folder.FullName });
            var (socket, _) = await stage.CallAsync(""","recorder":{"recorderFile":"/recordings/root.wav","samplerate":16000}""", id: "root");
            await socket.SendAsync("""{"command":"hangup"}""");
            Assert.DoesNotContain("error", (await UntilAsync(socket, "hangup")).Select(Name));
            await stage.OverAsync();
            Assert.True(File.Exists(Path.Combine(folder.FullName, "recordings", "root.wav")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_is_wrong_is_said_without_names_of_the_servers_own()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync("""{"command":"play","url":"http://192.0.2.1/x.wav"}""");
        Assert.DoesNotContain("Parameter", await ErrorAsync(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"provider":"scripted","sampleRate":8000,"model":"general"}""", 8000, "general")]
    [InlineData("""{"provider":"scripted","samplerate":8000,"modelType":"16k_zh"}""", 8000, "16k_zh")]
    [InlineData("""{"provider":"scripted","model":"general","modelType":"16k_zh"}""", 16000, "16k_zh")]
    [InlineData("""{"provider":"scripted","modelType":"16k_zh","model":"general"}""", 16000, "16k_zh")]
    public async Task A_recognisers_rate_and_model_are_taken_from_either_spelling(string asr, int rate, string model)
    {
        await using var stage = await StartAsync();
        var socket = await stage.BeginAsync(stage.Invite($",\"asr\":{asr}"));
        Assert.DoesNotContain("error", (await UntilAsync(socket, "asrFinal")).Select(Name));
        lock (stage.Recognitions)
            Assert.Equal((rate, model), (stage.Recognitions[0].SampleRate, stage.Recognitions[0].Model));
    }

    [Theory]
    [InlineData("""{"command":"tts","text":"hi","playId":"p","option":{"waitInputTimeout":100}}""")]
    [InlineData("""{"command":"tts","text":"hi","playId":"p","waitInputTimeout":100,"option":{"waitInputTimeout":90000}}""")]
    [InlineData("""{"command":"play","url":"tone:440","waitInputTimeout":100}""")]
    public async Task WaitInputTimeout_is_in_milliseconds_and_its_options_one_stands_in(string command)
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync(command);
        var silence = await NextAsync(socket, "silence");
        Assert.Equal(("server-side-track", 100, "waitInput"), (silence.Text("trackId"), silence.Number("duration"), silence.Text("kind")));
    }

    [Theory]
    [InlineData("{}", true, true)]
    [InlineData("{}", false, false)]
    [InlineData("""{"autoHangup":false}""", true, false)]
    [InlineData("""{"autoHangup":true}""", false, true)]
    public async Task A_refers_autoHangup_is_true_where_it_is_not_said_unless_the_server_says_otherwise(string options, bool endsByDefault, bool ends)
    {
        await using var stage = await StartAsync(new() { ReferEndsCall = endsByDefault });
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync($$$"""{"command":"refer","caller":"","callee":"{{{stage.PhoneUri}}}","options":{{{options}}}}""");
        var events = await UntilAsync(socket, "answer");
        Assert.All(events, one => Assert.True(Name(one) is not ("ringing" or "answer") || one.IsRefer()));
        await (await stage.TakenAsync()).HangUpAsync();
        Assert.True((await NextAsync(socket, "hangup")).IsRefer());
        if (!ends)
            await socket.SendAsync("""{"command":"hangup","reason":"mine"}""");
        var last = await NextAsync(socket, "hangup");
        Assert.Equal(ends ? "ByRefer" : "mine", last.Text("reason"));
        Assert.False(last.IsRefer());
    }

    [Theory]
    [InlineData("""{"command":"ringing"}""", 180)]
    [InlineData("""{"command":"ringing","earlyMedia":true}""", 183)]
    [InlineData("""{"command":"ringing","ringtone":"tone:440"}""", 183)]
    public async Task Ringing_opens_the_audio_where_it_is_asked_for(string command, int status)
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        var progress = new TaskCompletionSource<(int Status, bool Early)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri, new() { OnProgress = one => { if (one.Status > 100) progress.TrySetResult((one.Status, one.EarlyMedia)); } });
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync(command);
        Assert.Equal((status, status == 183), await progress.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await socket.SendAsync("""{"command":"reject","reason":"Busy"}""");
        await dialling;
    }

    [Theory]
    [InlineData("""{"command":"reject","reason":"Busy"}""", 486)]
    [InlineData("""{"command":"reject","reason":"line is busy now"}""", 486)]
    [InlineData("""{"command":"reject","reason":"go away"}""", 603)]
    [InlineData("""{"command":"reject","reason":"Busy","code":480}""", 480)]
    public async Task A_rejects_code_follows_from_its_reason_unless_it_is_said(string command, int status)
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri);
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync(command);
        Assert.Equal(status, (await dialling).End!.Value.Status);
        Assert.Single(await UntilAsync(socket, "hangup"), one => Name(one) is "hangup" or "reject");
    }

    [Fact]
    public async Task An_interruption_names_its_playback_and_counts_in_milliseconds()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 400)}}","playId":"long"}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"interrupt"}""");
        var cut = await NextAsync(socket, "interruption");
        Assert.Equal("long", cut.Text("playId"));
        Assert.InRange(cut.Number("current"), 0, cut.Number("totalDuration"));
    }

    [Fact]
    public async Task A_refused_call_and_a_refused_transfer_tell_the_code_and_whose_it_is()
    {
        await using var stage = await StartAsync();
        var calls = 0;
        stage.Serve(call => Interlocked.Increment(ref calls) == 2 ? stage.TakeAsync(call) : call.RejectAsync(486));
        var reject = await NextAsync(await stage.BeginAsync(stage.Invite()), "reject");
        Assert.Equal(486, reject.Number("code"));
        Assert.False(reject.IsRefer());
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync($$"""{"command":"refer","caller":"","callee":"{{stage.PhoneUri}}"}""");
        reject = await NextAsync(socket, "reject");
        Assert.Equal((486, true), (reject.Number("code"), reject.IsRefer()));
    }

    [Fact]
    public async Task What_is_heard_is_told_with_both_times_kinds_and_spellings()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        await using var stage = await StartAsync();
        var socket = await stage.BeginAsync(stage.Invite(""","vad":{"type":"ten"},"asr":{"provider":"scripted"},"eou":{"timeout":300}"""));
        var events = await UntilAsync(socket, "mediaReady");
        await (await stage.TakenAsync()).PlayAsync(new AudioClipSource(new AudioClip(Espeak.Say("Excuse me, I have a question."), 8000), 8000));
        events.AddRange(await UntilAsync(socket, "silence"));
        if (!events.Any(one => Name(one) == "eou"))
            events.AddRange(await UntilAsync(socket, "eou"));
        var (speaking, silence) = (events.First(one => Name(one) == "speaking"), events.First(one => Name(one) == "silence"));
        // The length of the speech, from its beginning, as the servers before had it.
        Assert.Equal(("speechEnd", speaking.GetProperty("startTime").GetInt64()), (silence.Text("kind"), silence.GetProperty("startTime").GetInt64()));
        Assert.InRange(silence.Number("duration"), 100, 10_000);
        var final = events.First(one => Name(one) == "asrFinal");
        Assert.Equal("task-1", final.Text("taskId"));
        Assert.InRange(final.GetProperty("endTime").GetInt64(), final.GetProperty("startTime").GetInt64(), long.MaxValue);
        var eou = events.First(one => Name(one) == "eou");
        Assert.Equal(eou.GetProperty("completed").GetBoolean(), eou.GetProperty("complete").GetBoolean());
    }

    [Theory]
    [InlineData("""{"a":"b","c":"d"}""", true)]
    [InlineData("""{"a":"b","a":"d"}""", true)]
    [InlineData("""{"a":1}""", false)]
    [InlineData("[1]", false)]
    public async Task A_custom_event_has_its_data_and_the_same_as_extra_where_it_is_flat(string data, bool isFlat)
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync($$"""{"command":"custom","sender":"me","data":{{data}}}""");
        var custom = await socket.ReadAsync();
        Assert.Equal(("custom", "me"), (Name(custom), custom.Text("sender")));
        Assert.Equal(data, custom.GetProperty("data").GetRawText());
        Assert.Equal(isFlat, custom.TryGetProperty("extra", out _));
    }

    [Fact]
    public async Task A_json_ping_comes_where_it_is_asked_for()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/sip?ping=1&jsonPing=true");
        for (var i = 0; i < 2; i++)
        {
            var ping = await socket.ReadAsync();
            Assert.Equal("ping", Name(ping));
            Assert.Matches(@"^\d{4}-\d\d-\d\dT", ping.Text("payload"));
        }
    }

    [Theory]
    [InlineData(false, null, "ByCallee")]
    [InlineData(true, null, "Some(ByCallee)")]
    [InlineData(false, """{"command":"hangup","reason":"say \"bye\""}""", "say \"bye\"")]
    [InlineData(true, """{"command":"hangup","reason":"say \"bye\""}""", "Some(Other(\"say \\\"bye\\\"\"))")]
    [InlineData(true, """{"command":"hangup"}""", "Some(BySystem)")]
    public async Task A_hangups_reason_is_a_word_or_as_it_was_printed_before(bool legacy, string? command, string reason)
    {
        await using var stage = await StartAsync(new() { LegacyReasons = legacy });
        var (socket, phone) = await stage.CallAsync();
        if (command is null)
            await phone.HangUpAsync();
        else
            await socket.SendAsync(command);
        Assert.Equal(reason, (await NextAsync(socket, "hangup")).Text("reason"));
        Assert.Null(await socket.TryReadAsync());
    }

    [Theory]
    [InlineData("caller", "callee", "system", "refer", "autohangup", "inactivitytimeout", "canceled", "rejected", "failed")]
    public async Task The_words_of_a_hangup_command_become_those_of_its_event(params string[] words)
    {
        string[] expected = ["ByCaller", "ByCallee", "BySystem", "ByRefer", "Autohangup", "InactivityTimeout", "Canceled", "Rejected", "Failed"];
        await using var stage = await StartAsync();
        foreach (var (word, reason) in words.Zip(expected))
        {
            var (socket, _) = await stage.CallAsync();
            await socket.SendAsync($$"""{"command":"hangup","reason":"{{word.ToUpperInvariant()}}"}""");
            Assert.Equal(reason, (await NextAsync(socket, "hangup")).Text("reason"));
        }
    }

    [Theory]
    [InlineData("silero", true)]
    [InlineData("ten", true)]
    [InlineData("webrtc", true)]
    [InlineData("other", false)]
    public async Task Detectors_names_are_ours_and_another_one_is_named(string type, bool known)
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync("/call/sip?id=d");
        await socket.SendAsync(stage.Invite($$""","vad":{"type":"{{type}}"}"""));
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('x', 50)}}","playId":"p"}"""); // a second
        var errors = (await UntilAsync(socket, "trackEnd")).Where(one => Name(one) == "error").Select(one => one.GetProperty("error").GetString()!).ToList();
        Assert.Equal(!known, errors.Any(error => error.Contains($"'{type}'", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_providers_that_were_once_promised_are_there()
    {
        using var connections = new SpeechConnections();
        var providers = new SpeechProviders(connections);
        Assert.Subset(providers.Synthesisers.ToHashSet(), new HashSet<string> { "tencent", "aliyun", "deepgram", "voiceapi" });
        Assert.Subset(providers.Recognisers.ToHashSet(), new HashSet<string> { "tencent", "aliyun", "deepgram", "voiceapi" });
    }

    [Fact]
    public async Task Answering_machines_are_judged()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        await using var stage = await StartAsync();
        var (socket, phone) = await stage.CallAsync(""","amd":{}""");
        await phone.PlayAsync(new AudioClipSource(new AudioClip(Espeak.Say("Hello?"), 8000), 8000));
        var judged = await NextAsync(socket, "answerMachineDetection");
        Assert.InRange(judged.GetProperty("endTime").GetInt64(), judged.GetProperty("startTime").GetInt64(), long.MaxValue);
        Assert.NotEmpty(judged.Text("text"));
    }

    [Fact]
    public async Task Playback_is_paused_and_goes_on_and_history_is_repeated()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync(id: "hist");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 50)}}","playId":"p"}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"pause"}""");
        await socket.SendAsync("""{"command":"history","speaker":"user","text":"hi"}""");
        var events = await UntilAsync(socket, "addHistory");
        Assert.Equal(("hist", "user", "hi"), (events[^1].Text("sender"), events[^1].Text("speaker"), events[^1].Text("text")));
        Assert.DoesNotContain("trackEnd", events.Select(Name));
        await socket.SendAsync("""{"command":"resume"}""");
        await UntilAsync(socket, "trackEnd");
    }

    [Fact]
    public async Task The_webhook_is_told_all_that_any_of_its_versions_was()
    {
        await using var ear = new HttpEar();
        await using var stage = await StartAsync(new() { Webhook = new() { Url = ear.Url } });
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri, new() { Headers = [new("X-Order", "7")] });
        var request = await ear.NextAsync();
        var body = JsonElement.Parse(request.Text);
        Assert.Equal("POST", request.Method);
        Assert.Matches("^[A-Za-z0-9._~-]+$", body.Text("dialogId"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", body.Text("createdAt"));
        Assert.StartsWith("sip:phone@", body.Text("caller"), StringComparison.Ordinal);
        Assert.StartsWith("sip:bot@", body.Text("callee"), StringComparison.Ordinal);
        Assert.Equal("invite", body.Text("event"));
        Assert.Contains("X-Order: 7", body.GetProperty("headers").EnumerateArray().Select(one => one.GetString()));
        Assert.StartsWith("v=0", body.Text("offer"), StringComparison.Ordinal);
        await using var socket = await stage.ConnectAsync($"/call/sip?id={body.Text("dialogId")}");
        await socket.SendAsync("""{"command":"reject","reason":"Busy"}""");
        var incoming = await socket.ReadAsync();
        Assert.Equal("7", incoming.GetProperty("headers").Text("X-Order"));
        Assert.False(incoming.GetProperty("headers").TryGetProperty("Call-ID", out _));
        await dialling;
    }

    [Fact]
    public async Task To_mute_nothing_is_to_mute_all()
    {
        await using var stage = await StartAsync();
        var (socket, call) = await stage.CallAsync();
        await socket.SendAsync("""{"command":"mute","id":"m"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("1");
        // Heard by the call, though not by the session.
        Assert.Equal('1', await DigitAsync(stage.Server.Calls.Single()));
        await socket.SendAsync("""{"command":"unmute","id":"u"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("2");
        Assert.Equal("2", (await NextAsync(socket, "dtmf")).Text("digit"));
    }

    [Fact]
    public async Task Commands_that_only_servers_knew_are_done()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync("""{"command":"play","url":"tone:440","playId":"mine","offsetMs":500}""");
        var end = await NextAsync(socket, "trackEnd");
        Assert.Equal("mine", end.Text("playId"));
        Assert.InRange(end.Number("duration"), 300, 700); // half of a second was left out
        await socket.SendAsync("""{"command":"play","url":"tone:440"}""");
        Assert.Equal("tone:440", (await NextAsync(socket, "trackStart")).Text("playId"));
        await socket.SendAsync("""{"command":"interrupt","fadeOutMs":100}""");
        Assert.DoesNotContain("error", (await UntilAsync(socket, "trackEnd")).Select(Name));
        await socket.SendAsync("""{"command":"addIceCandidate","candidate":"x"}""");
        Assert.Contains("addIceCandidate", await ErrorAsync(socket));
        await socket.SendAsync("""{"command":"hangup","initiator":"callee"}""");
        var last = await NextAsync(socket, "hangup");
        Assert.Equal(("ByCallee", "callee"), (last.Text("reason"), last.Text("initiator")));
    }
}
