using System.Text.Json;
using Parley.Server.Voice;
using Parley.Sip.Invites;
using Parley.Speech.Dialogue;
using Parley.TestSupport.Speech;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Bots that lead calls: a phone, a bot from a file, a model that says what the test wrote.</summary>
public sealed class DialogueTests
{
    private const string Tools = """
        "tools": [ { "kind": "hangUp", "name": "hang_up" }, { "kind": "collectDigits", "name": "digits" } ]
        """;

    [Fact]
    public async Task A_bot_answers_a_call_with_no_program_greets_listens_replies_and_hangs_up()
    {
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["It is ", "on its way."], ["Goodbye.", """TOOL hang_up {"reason":"done"}"""]),
            $$$""" "greeting": "Hello {{caller_user}}!", "systemPrompt": "You speak with {{caller_user}}.", {{{Tools}}} """);
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        await scene.UntilSaidAsync("Hello phone!");
        await ear.HearsAsync();
        await ear.IsQuietAsync();
        scene.Say("Where is my order?");
        await scene.UntilSaidAsync("It is on its way.");
        await ear.HearsAsync();
        await ear.IsQuietAsync();
        scene.Say("Thank you.");
        Assert.Equal(CallEndKind.Completed, (await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
        Assert.Equal("system:You speak with phone.|assistant:Hello phone!|user:Where is my order?", scene.Model.Messages(0));
        var events = await scene.EventsAsync();
        Assert.Equal(["It is ", "on its way."], events.Where(one => Name(one) == "llmDelta").Take(2).Select(one => one.Text("word")));
        Assert.Equal(["It is on its way.", "Goodbye."], events.Where(one => Name(one) == "llmFinal").Select(one => one.Text("text")));
        Assert.Equal("hang_up", Assert.Single(events, one => Name(one) == "functionCall").Text("name"));
        Assert.Equal(("hangup", "BySystem"), (Name(events[^1]), events[^1].Text("reason")));
        Assert.DoesNotContain("error", events.Select(Name));
    }

    [Fact]
    public async Task A_caller_who_speaks_cuts_the_reply_while_the_model_still_answers_and_only_what_he_heard_is_remembered()
    {
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([string.Join(' ', Enumerable.Range(1, 100).Select(i => $"word{i}")), "WAIT 8000", "unheard"], ["Yes?"]), "\"temperature\": 1");
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        scene.Say("Tell me a story.");
        await ear.HearsAsync(50);
        scene.Say("stop", isFinal: false);
        await ear.IsQuietAsync();
        scene.Say("stop please.");
        await scene.UntilSaidAsync("Yes?");
        var remembered = scene.Model.Messages(1).Split('|')[1];
        Assert.StartsWith("assistant:word1", remembered, StringComparison.Ordinal);
        Assert.InRange(remembered.Length, 20, 400);
        await call.HangUpAsync();
        var events = await scene.EventsAsync();
        Assert.Contains("interruption", events.Select(Name));
    }

    [Fact]
    public async Task Digits_are_collected_for_the_model()
    {
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["Your number?", """TOOL digits {"count":4,"finish_key":"#"}"""], ["Thanks."]), Tools);
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        scene.Say("Hello.");
        await ear.HearsAsync();
        await call.SendDigitsAsync("123#");
        await scene.UntilSaidAsync("Thanks.");
        Assert.EndsWith("|tool:123", scene.Model.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_is_transferred_and_the_bot_is_silent_from_then_on()
    {
        await using var target = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:sales@127.0.0.1", MediaPorts = (23_900, 23_950) });
        var answered = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        var serving = target.ServeAsync(async (incoming, _) =>
        {
            await incoming.AnswerAsync();
            answered.SetResult(incoming);
            await incoming.WaitForEndAsync();
        });
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["One moment.", BotScene.PassOn]),
            BotScene.PassingOn(target));
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        scene.Say("Sales please.");
        var other = await answered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await ear.IsQuietAsync();
        scene.Say("Hello, is that sales?");
        await other.HangUpAsync();
        await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, scene.Model.Count);
        var events = await scene.EventsAsync();
        Assert.Contains(events, one => Name(one) == "answer" && one.IsRefer());
    }

    [Fact]
    public async Task A_transfer_that_is_refused_is_told_to_the_model_and_the_conversation_goes_on()
    {
        await using var target = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"] });
        _ = target.ServeAsync((incoming, _) => incoming.RejectAsync(486));
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync([BotScene.PassOn], ["They are busy."]),
            BotScene.PassingOn(target));
        var (call, ear) = await scene.CallAsync();
        await using var hangingUp = call;
        scene.Say("Sales please.");
        await scene.UntilSaidAsync("They are busy.");
        await ear.HearsAsync();
        Assert.EndsWith("|tool:failed: 486 Busy Here", scene.Model.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_service_is_asked_for_the_model()
    {
        string? asked = null;
        await using var shop = await VendorServer.StartAsync(async (context, _, _) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            asked = await reader.ReadToEndAsync();
            await context.Response.Body.WriteAsync("on its way"u8.ToArray());
        });
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["""TOOL order {"number":"7"}"""], ["Done."]), $$""" "tools": [ { "kind": "webhook", "name": "order", "url": "{{shop.Http}}" } ] """);
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        Assert.Equal(0, ear.Frames); // nobody greets
        scene.Say("Where is order seven?");
        await scene.UntilSaidAsync("Done.");
        Assert.EndsWith("|tool:on its way", scene.Model.Messages(1), StringComparison.Ordinal);
        var body = JsonElement.Parse(asked!);
        Assert.Equal(("order", "7"), (body.Text("tool"), body.GetProperty("arguments").Text("number")));
        Assert.StartsWith("sip:phone@", body.Text("caller"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Manner.RefusesKey, 401)]
    [InlineData(Manner.TooMany, 429)]
    [InlineData(Manner.BreaksOff, null)]
    [InlineData(Manner.Garbage, null)]
    public async Task A_model_that_fails_costs_an_error_event_and_an_apology_and_the_call_goes_on(Manner manner, int? code)
    {
        await using var scene = await BotScene.StartAsync(await ChatServer.StartAsync([manner], ["unheard"], ["Now."]), """ "apology": "Sorry?" """);
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        scene.Say("Hello.");
        await scene.UntilSaidAsync("Sorry?");
        await ear.HearsAsync();
        scene.Say("Again.");
        await scene.UntilSaidAsync("Now.");
        await call.HangUpAsync();
        var error = Assert.Single(await scene.EventsAsync(), one => Name(one) == "error");
        Assert.Equal("llm", error.Text("sender"));
        Assert.Equal(code, error.TryGetProperty("code", out var number) ? number.GetInt32() : null);
        Assert.DoesNotContain(ChatServer.Key, error.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_over_is_reported_with_what_was_said()
    {
        var told = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var office = await VendorServer.StartAsync(async (context, _, _) => told.TrySetResult((await JsonDocument.ParseAsync(context.Request.Body)).RootElement));
        await using var scene = await BotScene.StartAsync(
            await ChatServer.StartAsync(["Fine."]), "\"greeting\": \"Hi.\"", $$""" "afterCall": { "url": "{{office.Http}}" }, """);
        var (call, ear) = await scene.CallAsync();
        await using var _ = call;
        await ear.HearsAsync();
        await ear.IsQuietAsync();
        scene.Say("How are you?");
        await scene.UntilSaidAsync("Fine.");
        await ear.HearsAsync();
        await ear.IsQuietAsync();
        await call.HangUpAsync();
        var report = await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("callEnded", "bot", "ByCaller"), (report.Text("event"), report.Text("bot"), report.Text("reason")));
        Assert.Equal(
            "assistant:Hi.|user:How are you?|assistant:Fine.",
            string.Join('|', report.GetProperty("history").EnumerateArray().Select(one => $"{one.Text("speaker")}:{one.Text("text")}")));
    }

    [Fact]
    public async Task A_program_lets_a_bot_lead_the_call_it_made_and_watches()
    {
        await using var scene = await BotScene.StartAsync(await ChatServer.StartAsync(["Fine."]), """ "greeting": "Hello {{name}}." """, answers: false);
        var (socket, _) = await scene.InviteAsync(""","extra":{"name":"Anna"}""");
        await scene.UntilSaidAsync("Hello Anna.");
        scene.Say("How are you?");
        Assert.Equal("Fine.", (await NextAsync(socket, "llmFinal")).Text("text"));
        await socket.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("BySystem", (await NextAsync(socket, "hangup")).Text("reason"));
    }

    [Fact]
    public async Task A_bot_nobody_has_is_an_error_event_and_the_call_goes_on()
    {
        await using var scene = await BotScene.StartAsync(await ChatServer.StartAsync(["unheard"]), "\"temperature\": 1", answers: false);
        var socket = await scene.Stage.BeginAsync(scene.Stage.Invite(""","bot":"nobody" """));
        Assert.Contains("option.bot: there is no bot 'nobody'; there are: bot", await ErrorAsync(socket), StringComparison.Ordinal);
        await socket.SendAsync("""{"command":"tts","text":"hello"}""");
        await UntilAsync(socket, "trackEnd");
    }

    [Theory]
    [InlineData("""{ "asr": [ { "provider": "siri" } ] }""", "siri")]
    [InlineData("""{ "llm": { "apiKeyEnv": "PARLEY_NOWHERE" } }""", "PARLEY_NOWHERE")]
    [InlineData("""{ "afterCall": { "url": "ftp://x/" } }""", "afterCall.url")]
    [InlineData("""{ "llm": { "maxTurns": 0 } }""", "MaxTurns")]
    public async Task A_bot_that_cannot_be_is_refused_before_the_first_call(string json, string named)
    {
        await using var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"] });
        var error = Assert.Throws<ArgumentException>(() => new VoiceSurface(agent, new() { Bots = new Dictionary<string, BotSettings> { ["wrong"] = BotSettings.Parse(json) } }));
        Assert.Contains("'wrong'", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
