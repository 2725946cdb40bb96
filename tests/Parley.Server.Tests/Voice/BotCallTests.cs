using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Media.Audio;
using Parley.Sip.Invites;
using Parley.TestSupport;
using Parley.TestSupport.Speech;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What bots do with their calls: passing them on, recording them, telling of them.</summary>
public sealed class BotCallTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private const string ByPhone = """ "tools": [ { "kind": "transfer", "name": "pass_on", "method": "refer", "music": "tone:440", "targets": { "sales": "sip:sales@127.0.0.1:9" } } ] """;

    [Fact]
    public async Task A_phone_that_makes_the_call_itself_leaves_the_bot_when_it_has_reported()
    {
        await using var scene = await BotScene.StartAsync(await ChatServer.StartAsync(["One moment.", BotScene.PassOn]), ByPhone);
        var (call, _) = await scene.CallAsync();
        await using var hangingUp = call;
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        call.Handle(new()
        {
            OnTransferRequest = async (_, request) =>
            {
                asked.SetResult(request.Target.ToString());
                await request.AcceptAsync();
                await request.ReportAsync(200, "OK");
            },
        });
        scene.Say("Sales please.");
        Assert.Equal("sip:sales@127.0.0.1:9", await asked.Task.WaitAsync(Limit));
        Assert.Equal(CallEndKind.Completed, (await call.WaitForEndAsync().WaitAsync(Limit)).Kind);
        Assert.Equal(1, scene.Model.Count);
        var events = await scene.EventsAsync();
        Assert.Equal(["answer"], events.Where(one => one.IsRefer()).Select(Name));
        Assert.Equal(("hangup", "ByRefer"), (Name(events[^1]), events[^1].Text("reason")));
        Assert.DoesNotContain("error", events.Select(Name)); // music is for calls made here; the bot's file may have it for both
    }

    [Fact]
    public async Task A_transfer_the_phone_refuses_is_told_to_the_model_and_the_conversation_goes_on()
    {
        await using var scene = await BotScene.StartAsync(await ChatServer.StartAsync([BotScene.PassOn], ["Your phone will not."]), ByPhone);
        var (call, ear) = await scene.CallAsync();
        await using var hangingUp = call;
        call.Handle(new() { OnTransferRequest = (_, request) => new(request.RejectAsync(606)) });
        scene.Say("Sales please.");
        await scene.UntilSaidAsync("Your phone will not.");
        await ear.HearsAsync();
        Assert.Contains("|tool:failed: 606", scene.Model.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_a_bot_has_passed_on_ends_with_the_other_party_even_where_programs_keep_theirs()
    {
        await using var target = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:sales@127.0.0.1", MediaPorts = (25_600, 25_650) });
        var answered = Sounding(target);
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([BotScene.PassOn]),
            BotScene.PassingOn(target),
            options: new() { ReferEndsCall = false });
        var (call, ear) = await scene.CallAsync();
        await using var hangingUp = call;
        scene.Say("Sales please.");
        await ear.HearsAsync();
        await (await answered).HangUpAsync();
        Assert.Equal(CallEndKind.Completed, (await call.WaitForEndAsync().WaitAsync(Limit)).Kind);
        Assert.Equal("ByRefer", (await scene.EventsAsync())[^1].Text("reason"));
    }

    [Fact]
    public async Task A_program_has_its_call_again_when_the_other_party_goes_and_the_bot_stays_silent()
    {
        await using var target = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:sales@127.0.0.1", MediaPorts = (25_660, 25_698) });
        var answered = Sounding(target);
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([BotScene.PassOn]),
            BotScene.PassingOn(target),
            answers: false,
            options: new() { ReferEndsCall = false });
        var (socket, ear) = await scene.InviteAsync();
        scene.Say("Sales please.");
        await ear.HearsAsync();
        await (await answered).HangUpAsync();
        Assert.True((await NextAsync(socket, "hangup")).IsRefer());
        scene.Say("Are you still there?");
        await socket.SendAsync("""{"command":"tts","text":"You are back.","playId":"mine"}""");
        Assert.Equal("mine", (await NextAsync(socket, "trackEnd")).Text("playId"));
        await socket.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("BySystem", (await NextAsync(socket, "hangup")).Text("reason"));
        Assert.Equal(1, scene.Model.Count);
    }

    [Fact]
    public async Task A_transfer_that_a_program_gives_up_is_told_to_the_model()
    {
        await using var target = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"] });
        _ = target.ServeAsync(async (incoming, _) =>
        {
            await incoming.RingAsync();
            await incoming.WaitForEndAsync();
        });
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([BotScene.PassOn], ["Nobody is there."]),
            BotScene.PassingOn(target),
            answers: false);
        var (socket, _) = await scene.InviteAsync();
        await UntilAsync(socket, "mediaReady");
        scene.Say("Sales please.");
        await UntilAsync(socket, "ringing");
        await socket.SendAsync("""{"command":"hangup","refer":true,"reason":"enough"}""");
        await scene.UntilSaidAsync("Nobody is there.");
        Assert.EndsWith("|tool:failed: the other call is over (enough)", scene.Model.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bots_call_is_recorded_at_the_calls_own_rate_with_what_it_said()
    {
        var folder = Directory.CreateTempSubdirectory("parley-bot-record-");
        await using (var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["unheard"]), "\"greeting\": \"Hello, here is the bakery.\"", "\"record\": true,", options: new() { Recordings = folder.FullName }))
        {
            var (call, ear) = await scene.CallAsync();
            await using var hangingUp = call;
            await ear.HearsAsync(10);
            await call.HangUpAsync();
            var told = (await scene.EventsAsync()).Where(one => Name(one) == "record").Select(one => one.Text("state"));
            Assert.Equal(["started", "stopped"], told);
        }

        var wav = await File.ReadAllBytesAsync(Assert.Single(folder.GetFiles("*.wav", SearchOption.AllDirectories)).FullName);
        folder.Delete(recursive: true);
        Assert.Equal((2, 8_000), (BitConverter.ToInt16(wav, 22), BitConverter.ToInt32(wav, 24)));
        var loud = Enumerable.Range(0, (wav.Length - 44) / 4).Count(frame => Math.Abs((int)BitConverter.ToInt16(wav, 44 + (frame * 4) + 2)) > 2_000);
        Assert.True(loud > 800, $"{loud} samples of the right channel are loud"); // half of a tenth of a second of the tone
    }

    [Fact]
    public async Task The_report_of_a_call_is_signed_with_the_key_of_the_environment()
    {
        const string Secret = "report-secret-0123456789";
        Environment.SetEnvironmentVariable("PARLEY_TEST_REPORT_KEY", Secret);
        await using var office = new HttpEar();
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["unheard"]), "\"greeting\": \"Hi.\"", $$""" "afterCall": { "url": "{{office.Url}}", "secretEnv": "PARLEY_TEST_REPORT_KEY" }, """);
        var (call, ear) = await scene.CallAsync();
        await using var hangingUp = call;
        await ear.HearsAsync();
        await call.HangUpAsync();
        var told = await office.NextAsync();
        var (timestamp, signature) = (told.Headers[WebhookSignature.TimestampHeader], told.Headers[WebhookSignature.SignatureHeader]);
        Assert.Equal("callEnded", JsonElement.Parse(told.Text).Text("event"));
        Assert.True(WebhookSignature.Verify(Secret, timestamp, told.Body, signature, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.Verify(Secret, timestamp, [.. told.Body, (byte)' '], signature, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_model_that_does_not_come_to_its_answer_is_apologised_for_and_asked_again_for_the_next_words()
    {
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([Manner.Silent], ["unheard"], ["Now."]), """ "apology": "One more time, please." """, limits: new() { ResponseTimeout = TimeSpan.FromMilliseconds(700) });
        var (call, ear) = await scene.CallAsync();
        await using var hangingUp = call;
        scene.Say("Hello.");
        await scene.UntilSaidAsync("One more time, please.");
        await ear.HearsAsync();
        await ear.IsQuietAsync();
        scene.Say("Again.");
        await scene.UntilSaidAsync("Now.");
        await ear.HearsAsync();
        await call.HangUpAsync();
        var error = Assert.Single(await scene.EventsAsync(), one => Name(one) == "error");
        Assert.Equal("llm", error.Text("sender"));
        Assert.Contains("0.7 s", error.Text("error"), StringComparison.Ordinal);
    }

    // Answers and plays a tone, so that it is heard when the two are connected.
    private static Task<IncomingCall> Sounding(UserAgent target)
    {
        var answered = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = target.ServeAsync(async (incoming, _) =>
        {
            await incoming.AnswerAsync();
            incoming.Audio.Play(new ToneSource(440, 8_000));
            answered.SetResult(incoming);
            await incoming.WaitForEndAsync();
        });
        return answered.Task;
    }
}
