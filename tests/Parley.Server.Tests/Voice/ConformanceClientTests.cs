using System.Text;
using System.Text.Json;
using Parley.Media.Audio;
using Parley.Server.Tests.Support;
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
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        var answer = (await UntilAsync(socket, "answer"))[^1];
        Assert.StartsWith("v=0", answer.GetProperty("sdp").GetString(), StringComparison.Ordinal);
        Assert.False(answer.TryGetProperty("refer", out var refer) && refer.GetBoolean());
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
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite($",\"handshakeTimeout\":{timeout}"));
        var events = await UntilAsync(socket, "reject");
        Assert.Equal(408, events[^1].GetProperty("code").GetInt32());
        Assert.DoesNotContain(events, one => Name(one) is "error" or "hangup" or "answer");
        Assert.Null(await socket.TryReadAsync());
    }

    [Fact]
    public async Task Tts_takes_audio_and_a_name_to_keep_it_under()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var pcm = Convert.ToBase64String(new byte[16_000 * 2 / 10]);
        await socket.SendAsync($$"""{"command":"tts","text":"{{pcm}}","playId":"audio","base64":true,"cacheKey":"k"}""");
        var end = (await UntilAsync(socket, "trackEnd"))[^1];
        Assert.Equal("audio", end.GetProperty("playId").GetString());
        Assert.InRange(end.GetProperty("duration").GetInt32(), 80, 300);
    }

    [Fact]
    public async Task Further_options_of_an_invite_do_not_fail_it()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite("""
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
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","asr":{"provider":"scripted"}"""));
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
            _ = stage.AnswerAll();
            await using var socket = await stage.ConnectAsync("/call/sip?id=root");
            await socket.SendAsync(stage.Invite(""","recorder":{"recorderFile":"/recordings/root.wav","samplerate":16000}"""));
            await UntilAsync(socket, "mediaReady");
            await socket.SendAsync("""{"command":"hangup"}""");
            Assert.DoesNotContain("error", (await UntilAsync(socket, "hangup")).Select(Name));
            await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0, "the session is gone");
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
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync("""{"command":"play","url":"http://192.0.2.1/x.wav"}""");
        Assert.DoesNotContain("Parameter", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"provider":"scripted","sampleRate":8000,"model":"general"}""", 8000, "general")]
    [InlineData("""{"provider":"scripted","samplerate":8000,"modelType":"16k_zh"}""", 8000, "16k_zh")]
    [InlineData("""{"provider":"scripted","model":"general","modelType":"16k_zh"}""", 16000, "16k_zh")]
    [InlineData("""{"provider":"scripted","modelType":"16k_zh","model":"general"}""", 16000, "16k_zh")]
    public async Task A_recognisers_rate_and_model_are_taken_from_either_spelling(string asr, int rate, string model)
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite($",\"asr\":{asr}"));
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
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync(command);
        var silence = (await UntilAsync(socket, "silence"))[^1];
        Assert.Equal(("server-side-track", 100, "waitInput"), (silence.GetProperty("trackId").GetString(), silence.GetProperty("duration").GetInt32(), silence.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("{}", true, true)]
    [InlineData("{}", false, false)]
    [InlineData("""{"autoHangup":false}""", true, false)]
    [InlineData("""{"autoHangup":true}""", false, true)]
    public async Task A_refers_autoHangup_is_true_where_it_is_not_said_unless_the_server_says_otherwise(string options, bool endsByDefault, bool ends)
    {
        await using var stage = await StartAsync(new() { ReferEndsCall = endsByDefault });
        var calls = System.Threading.Channels.Channel.CreateUnbounded<IncomingCall>();
        stage.Serve(async call =>
        {
            await call.RingAsync();
            await call.AnswerAsync();
            await calls.Writer.WriteAsync(call);
            await call.WaitForEndAsync();
        });
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await calls.Reader.ReadAsync();
        await socket.SendAsync($$$"""{"command":"refer","caller":"","callee":"{{{stage.PhoneUri}}}","options":{{{options}}}}""");
        var events = await UntilAsync(socket, "answer");
        Assert.All(events, one => Assert.True(Name(one) is not ("ringing" or "answer") || one.GetProperty("refer").GetBoolean()));
        await (await calls.Reader.ReadAsync()).HangUpAsync();
        Assert.True((await UntilAsync(socket, "hangup"))[^1].GetProperty("refer").GetBoolean());
        if (!ends)
            await socket.SendAsync("""{"command":"hangup","reason":"mine"}""");
        var last = (await UntilAsync(socket, "hangup"))[^1];
        Assert.Equal(ends ? "ByRefer" : "mine", last.GetProperty("reason").GetString());
        Assert.False(last.TryGetProperty("refer", out var refer) && refer.GetBoolean());
    }

    [Theory]
    [InlineData("""{"command":"ringing"}""", 180)]
    [InlineData("""{"command":"ringing","earlyMedia":true}""", 183)]
    [InlineData("""{"command":"ringing","ringtone":"tone:440"}""", 183)]
    public async Task Ringing_opens_the_audio_where_it_is_asked_for(string command, int status)
    {
        await using var ear = new HttpEar();
        await using var stage = await StartAsync(new() { Webhook = new() { Url = ear.Url } });
        var progress = new TaskCompletionSource<(int Status, bool Early)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri, new() { OnProgress = one => { if (one.Status > 100) progress.TrySetResult((one.Status, one.EarlyMedia)); } });
        await using var socket = await stage.ConnectAsync($"/call/sip?id={Dialog(await ear.NextAsync())}");
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
        await using var ear = new HttpEar();
        await using var stage = await StartAsync(new() { Webhook = new() { Url = ear.Url } });
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri);
        await using var socket = await stage.ConnectAsync($"/call/sip?id={Dialog(await ear.NextAsync())}");
        await socket.SendAsync(command);
        Assert.Equal(status, (await dialling).End!.Value.Status);
        Assert.Single(await UntilAsync(socket, "hangup"), one => Name(one) is "hangup" or "reject");
    }

    [Fact]
    public async Task An_interruption_names_its_playback_and_counts_in_milliseconds()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 400)}}","playId":"long"}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"interrupt"}""");
        var cut = (await UntilAsync(socket, "interruption"))[^1];
        Assert.Equal("long", cut.GetProperty("playId").GetString());
        Assert.InRange(cut.GetProperty("current").GetInt32(), 0, cut.GetProperty("totalDuration").GetInt32());
    }

    [Fact]
    public async Task A_refused_call_and_a_refused_transfer_tell_the_code_and_whose_it_is()
    {
        await using var stage = await StartAsync();
        var calls = 0;
        stage.Serve(async call =>
        {
            if (Interlocked.Increment(ref calls) != 2)
            {
                await call.RejectAsync(486);
                return;
            }

            await call.AnswerAsync();
            await call.WaitForEndAsync();
        });
        await using var refused = await stage.ConnectAsync();
        await refused.SendAsync(stage.Invite());
        var reject = (await UntilAsync(refused, "reject"))[^1];
        Assert.Equal(486, reject.GetProperty("code").GetInt32());
        Assert.False(reject.TryGetProperty("refer", out var refer) && refer.GetBoolean());
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"refer","caller":"","callee":"{{stage.PhoneUri}}"}""");
        reject = (await UntilAsync(socket, "reject"))[^1];
        Assert.Equal((486, true), (reject.GetProperty("code").GetInt32(), reject.GetProperty("refer").GetBoolean()));
    }

    [Fact]
    public async Task What_is_heard_is_told_with_both_times_kinds_and_spellings()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/espeak-ng"), "espeak-ng is not installed.");
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","vad":{"type":"ten"},"asr":{"provider":"scripted"},"eou":{"timeout":300}"""));
        var events = await UntilAsync(socket, "mediaReady");
        await (await phone).PlayAsync(new AudioClipSource(await SayAsync("Excuse me, I have a question."), 8000));
        events.AddRange(await UntilAsync(socket, "silence"));
        if (!events.Any(one => Name(one) == "eou"))
            events.AddRange(await UntilAsync(socket, "eou"));
        var (speaking, silence) = (events.First(one => Name(one) == "speaking"), events.First(one => Name(one) == "silence"));
        // The length of the speech, from its beginning, as the servers before had it.
        Assert.Equal(("speechEnd", speaking.GetProperty("startTime").GetInt64()), (silence.GetProperty("kind").GetString(), silence.GetProperty("startTime").GetInt64()));
        Assert.InRange(silence.GetProperty("duration").GetInt32(), 100, 10_000);
        var final = events.First(one => Name(one) == "asrFinal");
        Assert.Equal("task-1", final.GetProperty("taskId").GetString());
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
        Assert.Equal(("custom", "me"), (Name(custom), custom.GetProperty("sender").GetString()));
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
            Assert.Matches(@"^\d{4}-\d\d-\d\dT", ping.GetProperty("payload").GetString());
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
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        if (command is null)
            await (await phone).HangUpAsync();
        else
            await socket.SendAsync(command);
        Assert.Equal(reason, (await UntilAsync(socket, "hangup"))[^1].GetProperty("reason").GetString());
        Assert.Null(await socket.TryReadAsync());
    }

    [Theory]
    [InlineData("caller", "callee", "system", "refer", "autohangup", "inactivitytimeout", "canceled", "rejected", "failed")]
    public async Task The_words_of_a_hangup_command_become_those_of_its_event(params string[] words)
    {
        string[] expected = ["ByCaller", "ByCallee", "BySystem", "ByRefer", "Autohangup", "InactivityTimeout", "Canceled", "Rejected", "Failed"];
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        foreach (var (word, reason) in words.Zip(expected))
        {
            await using var socket = await stage.ConnectAsync();
            await socket.SendAsync(stage.Invite());
            await UntilAsync(socket, "mediaReady");
            await socket.SendAsync($$"""{"command":"hangup","reason":"{{word.ToUpperInvariant()}}"}""");
            Assert.Equal(reason, (await UntilAsync(socket, "hangup"))[^1].GetProperty("reason").GetString());
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
        Assert.SkipUnless(File.Exists("/usr/bin/espeak-ng"), "espeak-ng is not installed.");
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","amd":{}"""));
        await UntilAsync(socket, "mediaReady");
        await (await phone).PlayAsync(new AudioClipSource(await SayAsync("Hello?"), 8000));
        var judged = (await UntilAsync(socket, "answerMachineDetection"))[^1];
        Assert.InRange(judged.GetProperty("endTime").GetInt64(), judged.GetProperty("startTime").GetInt64(), long.MaxValue);
        Assert.NotEmpty(judged.GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Playback_is_paused_and_goes_on_and_history_is_repeated()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync("/call/sip?id=hist");
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 50)}}","playId":"p"}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"pause"}""");
        await socket.SendAsync("""{"command":"history","speaker":"user","text":"hi"}""");
        var events = await UntilAsync(socket, "addHistory");
        Assert.Equal(("hist", "user", "hi"), (events[^1].GetProperty("sender").GetString(), events[^1].GetProperty("speaker").GetString(), events[^1].GetProperty("text").GetString()));
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
        Assert.Matches("^[A-Za-z0-9._~-]+$", body.GetProperty("dialogId").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", body.GetProperty("createdAt").GetString());
        Assert.StartsWith("sip:phone@", body.GetProperty("caller").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("sip:bot@", body.GetProperty("callee").GetString(), StringComparison.Ordinal);
        Assert.Equal("invite", body.GetProperty("event").GetString());
        Assert.Contains("X-Order: 7", body.GetProperty("headers").EnumerateArray().Select(one => one.GetString()));
        Assert.StartsWith("v=0", body.GetProperty("offer").GetString(), StringComparison.Ordinal);
        await using var socket = await stage.ConnectAsync($"/call/sip?id={Dialog(request)}");
        await socket.SendAsync("""{"command":"reject","reason":"Busy"}""");
        var incoming = await socket.ReadAsync();
        Assert.Equal("7", incoming.GetProperty("headers").GetProperty("X-Order").GetString());
        Assert.False(incoming.GetProperty("headers").TryGetProperty("Call-ID", out _));
        await dialling;
    }

    [Fact]
    public async Task To_mute_nothing_is_to_mute_all()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync("""{"command":"mute","id":"m"}""");
        await UntilAsync(socket, "ack");
        var call = await phone;
        await call.SendInfoDigitsAsync("1");
        // Heard by the call, though not by the session.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var digit in stage.Server.Calls.Single().Digits(limit.Token))
        {
            Assert.Equal('1', digit.Symbol);
            break;
        }

        await socket.SendAsync("""{"command":"unmute","id":"u"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("2");
        Assert.Equal("2", (await UntilAsync(socket, "dtmf"))[^1].GetProperty("digit").GetString());
    }

    [Fact]
    public async Task Commands_that_only_servers_knew_are_done()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync("""{"command":"play","url":"tone:440","playId":"mine","offsetMs":500}""");
        var end = (await UntilAsync(socket, "trackEnd"))[^1];
        Assert.Equal("mine", end.GetProperty("playId").GetString());
        Assert.InRange(end.GetProperty("duration").GetInt32(), 300, 700); // half of a second was left out
        await socket.SendAsync("""{"command":"play","url":"tone:440"}""");
        Assert.Equal("tone:440", (await UntilAsync(socket, "trackStart"))[^1].GetProperty("playId").GetString());
        await socket.SendAsync("""{"command":"interrupt","fadeOutMs":100}""");
        Assert.DoesNotContain("error", (await UntilAsync(socket, "trackEnd")).Select(Name));
        await socket.SendAsync("""{"command":"addIceCandidate","candidate":"x"}""");
        Assert.Contains("addIceCandidate", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString());
        await socket.SendAsync("""{"command":"hangup","initiator":"callee"}""");
        var last = (await UntilAsync(socket, "hangup"))[^1];
        Assert.Equal(("ByCallee", "callee"), (last.GetProperty("reason").GetString(), last.GetProperty("initiator").GetString()));
    }

    private static string Dialog(HeardRequest request) => JsonElement.Parse(request.Text).GetProperty("dialogId").GetString()!;

    private static async Task<AudioClip> SayAsync(string text)
    {
        var (pcm, rate) = (new List<short>(), 0);
        await foreach (var chunk in new EspeakSynthesiser(new() { Provider = "espeak" }).SynthesiseAsync(new() { Text = text }, CancellationToken.None))
        {
            pcm.AddRange(chunk.Pcm.Span);
            rate = chunk.SampleRate;
        }

        return new([.. pcm], rate);
    }
}
