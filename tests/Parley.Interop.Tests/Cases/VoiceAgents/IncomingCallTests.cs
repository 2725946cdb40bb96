using System.Globalization;
using System.Text.Json;
using Parley.Client.AspNetCore;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A phone calls `parley serve`, the webhook tells a program, and the program leads the call: with everything it can do, and every event with its fields.</summary>
public sealed class IncomingCallTests
{
    private const string Secret = "a secret of both";
    private const string Greeting = "Welcome to the test of voice agents, please say something.";
    private const string Caller = "Good morning, I would like to speak to your colleague.";
    private const string Long = "This text is so long that nobody will listen to the whole of it, because he has something to say himself, and so it is cut somewhere, we shall see where. " + NeverHeard;
    private const string NeverHeard = "Nobody ever hears the last of these two sentences.";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_phone_is_greeted_heard_interrupted_recorded_and_transferred()
    {
        await using var recogniser = await RecogniserServer.StartAsync("good morning");
        await using var program = await AgentProgram.StartAsync(Secret);
        await using var server = await ServeProcess.StartAsync(
            "--voice-api", program.ApiAddress, "--webhook", program.Url, "--webhook-secret", Secret, "--webhook-users", "bot", "--voice-url-host", recogniser.Host);
        await using var caller = await Baresip.StartAsync(new() { Microphone = Speech.Recurring(Caller, pause: 4) });
        await using var colleague = await Baresip.StartAsync(new() { ToneHz = 900 });

        await caller.StartDialAsync(server.Uri("bot"));
        var call = await program.NextAsync();
        await AnswerAsync(call, caller, recogniser.Endpoint);
        var client = call.Client;
        var greeted = await client.SpeakToEndAsync(Greeting).WaitAsync(Soon);
        Assert.InRange(greeted.Duration, 2_000, 8_000);
        await HearKeysAsync(client, caller);
        await HearSpeechAsync(client);
        await InterruptAsync(client);
        await client.ConfirmAsync(new HistoryCommand { Speaker = "user", Text = "good morning" }).WaitAsync(Soon);
        await client.SendCustomAsync(JsonElement.Parse("""{"step":"transfer"}"""), "test");
        await client.SendAsync(new PauseCommand { PlayId = "nothing of that name" });
        await TransferAsync(client, caller, colleague);
        await AssertEndAsync(call, program);

        var heard = await caller.HeardAsync();
        Speech.AssertHeard(Greeting, heard.Channels[0], heard.Rate);
        Speech.AssertNotHeard(NeverHeard, heard.Channels[0], heard.Rate);
        var recording = Wav.Read(Path.Combine(server.DataFolder, "voice-recordings", call.DialogId + ".wav"));
        Assert.Equal((2, 16_000), (recording.Channels.Length, recording.Rate));
        Speech.AssertHeard(Caller, recording.Channels[0], recording.Rate);
        Speech.AssertHeard(Greeting, recording.Channels[1], recording.Rate);
    }

    private static async Task AnswerAsync(IncomingVoiceCall call, Baresip caller, string recogniser)
    {
        Assert.Contains("phone@127.0.0.1", call.Caller, StringComparison.Ordinal);
        Assert.StartsWith("sip:bot@127.0.0.1", call.Callee, StringComparison.Ordinal);
        Assert.Contains("baresip", call.Header("User-Agent"), StringComparison.Ordinal);
        Assert.StartsWith("v=0", call.Announcement.Offer, StringComparison.Ordinal);
        await call.RingAsync(recorder: new() { RecorderFile = "{id}.wav", Samplerate = 16_000, Ptime = 200 });
        await caller.WaitForRingingAsync(Soon);
        var answer = await call.AcceptAsync(new()
        {
            Vad = new() { Type = "ten", SilencePadding = 300, SilenceTimeout = 1_500 },
            Asr = new() { Provider = "deepgram", Endpoint = recogniser, SecretKey = "key" },
            Eou = new(),
            Tts = new() { Provider = "espeak" },
            Denoise = true,
            Extra = new Dictionary<string, string> { ["campaign"] = "spring" },
        }).WaitAsync(Soon);
        Assert.StartsWith("v=0", answer.Sdp, StringComparison.Ordinal);
        await caller.WaitForAnswerAsync(Soon);
    }

    private static async Task HearKeysAsync(VoiceClient client, Baresip caller)
    {
        var last = client.WaitForAsync<DtmfEvent>(key => key.Digit == "#");
        await caller.SendDigitsAsync("15#", TimeSpan.FromSeconds(0.4));
        Assert.Equal(client.Id, (await last.WaitAsync(Soon)).TrackId);
    }

    private static async Task HearSpeechAsync(VoiceClient client)
    {
        var speaking = await client.WaitForAsync<SpeakingEvent>().WaitAsync(Soon);
        var silence = await client.WaitForAsync<SilenceEvent>(silence => silence.Kind == "speechEnd").WaitAsync(Soon);
        Assert.Equal(client.Id, speaking.TrackId);
        Assert.InRange(speaking.Timestamp - speaking.StartTime, -500, 5_000); // the wall clock is followed within half a second
        Assert.InRange(speaking.Confidence!.Value, 0.3, 1);
        Assert.Equal(speaking.StartTime, silence.StartTime);
        Assert.InRange(silence.Duration, 500, 6_000); // as long as the sentence, or one of its halves
    }

    private static async Task InterruptAsync(VoiceClient client)
    {
        var speaking = client.WaitForAsync<SpeakingEvent>();
        var cut = client.WaitForAsync<InterruptionEvent>();
        var ended = client.WaitForAsync<TrackEndEvent>(end => end.PlayId == "long");
        var started = client.WaitForAsync<TrackStartEvent>(start => start.PlayId == "long"); // it may begin before the command has returned
        await client.SpeakAsync(Long, "long");
        await started.WaitAsync(Soon);
        await speaking.WaitAsync(Soon);
        await client.InterruptAsync();
        var interruption = await cut.WaitAsync(Soon);
        Assert.Equal(("server-side-track", "long"), (interruption.TrackId, interruption.PlayId));
        Assert.StartsWith("This text is so long", interruption.Subtitle, StringComparison.Ordinal);
        Assert.InRange(interruption.Current, 1, interruption.TotalDuration);
        Assert.InRange(interruption.Position!.Value, 0, Long.Length);
        Assert.InRange((await ended.WaitAsync(Soon)).Duration, 1, interruption.Current + 1_000);
    }

    private static async Task TransferAsync(VoiceClient client, Baresip caller, Baresip colleague)
    {
        var answered = client.WaitForAsync<AnswerEvent>(answer => answer.Refer == true);
        await client.ReferAsync(colleague.Uri, new() { Timeout = 20, Moh = "tone:350", AutoHangup = true });
        Assert.StartsWith("v=0", (await answered.WaitAsync(Soon)).Sdp, StringComparison.Ordinal);
        await caller.AssertHearsAsync(900);
        await colleague.AssertHearsAsync(Caller);
        await colleague.HangUpAsync();
        await caller.WaitForEndAsync(Soon);
    }

    private static async Task AssertEndAsync(IncomingVoiceCall call, AgentProgram program)
    {
        var end = await call.Client.WaitForEndAsync().WaitAsync(Soon);
        var hangup = Assert.IsType<HangupEvent>(end.Last);
        Assert.Equal(("ByRefer", "system"), (hangup.Reason, hangup.Initiator));
        Assert.Equal(("phone", "bot"), (hangup.From!.Username, hangup.To!.Username));
        Assert.Equal("127.0.0.1", hangup.From.Realm);
        Assert.Equal(("spring", call.DialogId), (hangup.Extra!["campaign"].GetString(), hangup.Extra["session_id"].GetString()));
        DateTimeOffset[] times = [.. new[] { hangup.StartTime, hangup.RingingTime, hangup.AnswerTime, hangup.HangupTime }.Select(time => DateTimeOffset.Parse(time!, CultureInfo.InvariantCulture))];
        Assert.Equal(times.Order(), times);
        AssertEvents(program);
    }

    private static void AssertEvents(AgentProgram program)
    {
        var events = program.Events.ToList();
        Assert.Equal(["incoming", "trackStart"], events.Take(2).Select(one => one.Event));
        Assert.Equal(events.OrderBy(one => one.Seq), events);
        Assert.All(events, one => Assert.InRange(one.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        string[] seen = [.. events.Select(one => one.Event).Distinct()];
        string[] expected =
        [
            "incoming", "trackStart", "answer", "mediaReady", "trackEnd", "dtmf", "speaking", "silence", "asrDelta", "asrFinal", "eou", "interruption", "metrics", "ack", "addHistory", "custom", "error", "ringing", "hangup",
        ];
        Assert.Empty(expected.Except(seen));
        Assert.Equal("15#", string.Concat(program.Of<DtmfEvent>().Select(key => key.Digit)));
        Assert.Contains(program.Of<SilenceEvent>(), silence => silence is { Kind: "silence", Duration: >= 1_400 });
        var final = program.Of<AsrFinalEvent>()[0];
        Assert.Equal("good morning", final.Text);
        Assert.True(final.StartTime > 0 && final.EndTime >= final.StartTime);
        Assert.Equal("good m", program.Of<AsrDeltaEvent>()[0].Text);
        Assert.Equal(("user", "good morning"), (program.Of<AddHistoryEvent>()[0].Speaker, program.Of<AddHistoryEvent>()[0].Text));
        Assert.Equal("transfer", program.Of<CustomEvent>()[0].Data!.Value.GetProperty("step").GetString());
        Assert.Contains("nothing of that name", Assert.Single(program.Of<ErrorEvent>(), error => error.Sender == "pause").Error, StringComparison.Ordinal);
        Assert.Equal([true, null], program.Of<HangupEvent>().Select(hangup => hangup.Refer));
    }
}
