using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Speech.Dialogue;
using Parley.Speech.Tests.Vendors;

namespace Parley.Speech.Tests.Dialogue;

/// <summary>Conversations with a model that is a server in this process: it streams what the test wrote, word by word.</summary>
public class DialogueTests
{
    private readonly ConcurrentQueue<JsonElement> _asked = new();
    private readonly ConcurrentQueue<string> _done = new();

    [Fact]
    public async Task An_utterance_is_answered_by_streamed_speech()
    {
        await using var server = await Model(["Good ", "morning", " to you."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { SystemPrompt = "Be kind." });
        await bot.SayAsync(400, "good morning.");
        await bot.Until<ReplyFinal>();
        await bot.Until(() => bot.Heard == "Good morning to you.", "the reply is heard");
        Assert.Equal(["Good ", "morning", " to you."], bot.Events.OfType<ReplyDelta>().Select(delta => delta.Text));
        Assert.Equal(("Good morning to you.", true), (bot.Events.OfType<ReplyFinal>().Single().Text, bot.Events.OfType<ReplyFinal>().Single().Complete));
        Assert.Equal("system:Be kind.|user:good morning.", Asked(0));
    }

    [Fact]
    public async Task The_conversation_is_remembered()
    {
        await using var server = await Model(["One."], ["Two."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Greeting = "Hi." });
        await bot.Until(() => bot.Heard == "Hi.", "the greeting is heard");
        await bot.SayAsync(300, "first?");
        await bot.Until(() => bot.Heard == "Hi.One.", "the first reply");
        await bot.Until<PlaybackEnded>(2);
        stage.Ask("second?");
        await bot.Until(() => bot.Heard == "Hi.One.Two.", "the second reply");
        Assert.Equal("assistant:Hi.|user:first?|assistant:One.|user:second?", Asked(1));
    }

    [Fact]
    public async Task A_caller_who_speaks_cuts_the_reply_and_only_what_he_heard_is_remembered()
    {
        var text = string.Join(' ', Enumerable.Range(1, 400).Select(i => $"word{i}"));
        await using var server = await Model([text], ["Yes?"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new());
        stage.Ask("tell me a story");
        await bot.Until(() => bot.Heard.Length > 60, "some of the story");
        await bot.SayAsync(400, "stop.");
        await bot.Until<ReplyFinal>(2);
        await bot.Until(() => bot.Heard.EndsWith("Yes?", StringComparison.Ordinal), "the next reply");
        Assert.InRange(bot.Heard.Length, 60, text.Length / 2);
        Assert.NotEmpty(bot.Events.OfType<PlaybackInterrupted>());
        var remembered = Asked(1).Split('|')[1];
        Assert.StartsWith("assistant:word1 word2", remembered, StringComparison.Ordinal);
        Assert.InRange(remembered.Length, 30, text.Length / 2);
    }

    [Fact]
    public async Task A_cough_does_not_cut_when_words_are_asked_for()
    {
        await using var server = await Model([new string('a', 200)]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { BargeIn = BargeIn.Words });
        stage.Ask("go");
        await bot.Until(() => bot.Heard.Length > 20, "some");
        await bot.SayAsync(300, null);
        await bot.Until(() => bot.Heard.Length == 200, "all");
        Assert.Empty(bot.Events.OfType<PlaybackInterrupted>());
    }

    [Fact]
    public async Task Tools_are_used_and_their_results_told_to_the_model()
    {
        await using var server = await Model(
            ["Your number please.", """TOOL digits {"count":4,"finish_key":"#"}"""], ["""TOOL look_up {"number":"1234"}"""], ["""TOOL pass_on {"target":"sales"}"""], ["Goodbye.", """TOOL hang_up {"reason":"done"}"""], [" "]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new()
        {
            Tools =
            [
                new() { Kind = DialogueToolKind.CollectDigits, Name = "digits" },
                new() { Kind = DialogueToolKind.Webhook, Name = "look_up", Url = new("http://127.0.0.1/look"), Parameters = JsonDocument.Parse("""{"type":"object"}""").RootElement },
                new() { Kind = DialogueToolKind.Transfer, Name = "pass_on", Targets = new Dictionary<string, string> { ["sales"] = "sip:sales@192.0.2.1" } },
                new() { Kind = DialogueToolKind.HangUp, Name = "hang_up" },
            ],
        });
        stage.Ask("hello");
        await bot.Until<ToolUsed>(4);
        await bot.Until<ReplyFinal>();
        Assert.Equal(["digits 4 #", "look_up {\"number\":\"1234\"}", "transfer sip:sales@192.0.2.1", "hang up done: Your number please.Goodbye."], _done);
        Assert.Equal(4, _asked.First().GetProperty("tools").GetArrayLength());
        Assert.EndsWith("tool:5678", Asked(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_nobody_has_and_one_that_fails_are_told_to_the_model_and_the_call_goes_on()
    {
        await using var server = await Model(["TOOL nothing {}"], ["TOOL broken {}"], ["Sorry."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Tools = [new() { Kind = DialogueToolKind.Webhook, Name = "broken", Url = new("http://127.0.0.1/") }] });
        stage.Ask("hello");
        await bot.Until(() => bot.Heard == "Sorry.", "the reply");
        Assert.EndsWith("tool:failed: there is no tool nothing", Asked(1), StringComparison.Ordinal);
        Assert.EndsWith("tool:failed: out of order", Asked(2), StringComparison.Ordinal);
        Assert.Equal("llm", Assert.Single(bot.Events.OfType<SpeechProblem>()).Sender);
    }

    [Theory]
    [InlineData(Manner.RefusesKey, 401)]
    [InlineData(Manner.TooMany, 429)]
    [InlineData(Manner.BreaksOff, null)]
    [InlineData(Manner.Garbage, null)]
    [InlineData(Manner.Silent, null)]
    public async Task A_model_that_fails_costs_an_event_and_an_apology(Manner manner, int? code)
    {
        await using var server = await Model([manner], ["unheard"], ["Now."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Apology = "Sorry?" });
        stage.Ask("hello");
        await bot.Until<SpeechProblem>();
        await bot.Until(() => bot.Heard.EndsWith("Sorry?", StringComparison.Ordinal), "the apology");
        var problem = bot.Events.OfType<SpeechProblem>().Single();
        Assert.Equal(("llm", code), (problem.Sender, problem.Code));
        Assert.DoesNotContain("key-0123456789", problem.Message, StringComparison.Ordinal);
        await bot.Until<PlaybackEnded>();
        stage.Ask("again");
        await bot.Until(() => bot.Heard.EndsWith("Now.", StringComparison.Ordinal), "the next reply");
    }

    [Fact]
    public void A_bot_is_read_from_a_file()
    {
        var settings = BotSettings.Parse("""
            {
              // comments are welcome
              "vad": { "type": "ten", "speechPadding": 200 },
              "asr": [ { "provider": "deepgram", "secretKeyEnv": "DG" } ],
              "llm": {
                "endpoint": "http://127.0.0.1:8000/v1", "model": "m", "greeting": "Hi", "bargeIn": "words",
                "tools": [ { "kind": "transfer", "name": "t", "targets": { "sales": "sip:s@h" } }, { "kind": "webhook", "name": "w", "url": "http://h/x", "parameters": { "type": "object" } } ],
              },
            }
            """);
        var chain = settings.Chain(8000, name => name == "DG" ? "k" : null);
        Assert.Equal(("ten", 200.0, "k", "espeak"), (chain.VoiceActivity!.Type, chain.VoiceActivity.SpeechPadding.TotalMilliseconds, chain.Recognisers[0].SecretKey, chain.Synthesisers[0].Provider));
        var dialogue = settings.Dialogue(_ => null);
        dialogue.Validate();
        Assert.Equal((BargeIn.Words, "sip:s@h", null), (dialogue.BargeIn, dialogue.Tools[0].Targets["sales"], dialogue.ApiKey));
    }

    [Theory]
    [InlineData("""{ "vad": { "speechPading": 1 } }""", "speechPading")]
    [InlineData("""{ "llm": { "model": 5 } }""", "$.llm.model")]
    [InlineData("[", "line 1")]
    public void What_a_file_must_not_hold_is_named_with_its_place(string json, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidDataException>(() => BotSettings.Parse(json, "bot.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Keys_that_are_missing_are_named() =>
        Assert.Contains("NOWHERE", Assert.Throws<InvalidDataException>(() => BotSettings.Parse("""{ "llm": { "apiKeyEnv": "NOWHERE" } }""").Dialogue(_ => null)).Message, StringComparison.Ordinal);

    private DialogueStage Stage(Bot bot, VendorServer server, DialogueOptions options) =>
        new(options with { Endpoint = server.Http, ApiKey = "key-0123456789", Model = "scripted" }, bot.Chain, new Actions(this, bot), bot.Connections);

    private string Asked(int index) => string.Join('|', _asked.ElementAt(index).GetProperty("messages").EnumerateArray().Select(message =>
        $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}"));

    private Task<VendorServer> Model(params string[][] replies) => Model([], replies);

    private Task<VendorServer> Model(Manner[] manners, params string[][] replies)
    {
        var turn = -1;
        return VendorServer.StartAsync(
            async (context, manner, server) =>
            {
                turn++;
                if (await server.RefuseAsync(context, manner, context.Request.Path == "/v1/chat/completions" && context.Request.Headers.Authorization == "Bearer key-0123456789")) return;
                using var body = await JsonDocument.ParseAsync(context.Request.Body);
                _asked.Enqueue(body.RootElement.Clone());
                if (manner == Manner.Silent) await Task.Delay(5000, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Response.ContentType = "text/event-stream";
                if (manner == Manner.Garbage) await context.Response.WriteAsync("data: <html>\n\n");
                foreach (var piece in replies[Math.Min(turn, replies.Length - 1)])
                {
                    await context.Response.WriteAsync($": keep\r\ndata: {Delta(piece)}\r\n\r\n");
                    await context.Response.Body.FlushAsync();
                    if (manner == Manner.BreaksOff)
                    {
                        context.Abort();
                        return;
                    }
                }

                await context.Response.WriteAsync("data: [DONE]\n\n");
            },
            manners);
    }

    /// <summary>A piece as the API streams it; a tool's arguments come in two pieces, the second behind the first in one event here.</summary>
    private static string Delta(string piece)
    {
        if (!piece.StartsWith("TOOL ", StringComparison.Ordinal)) return JsonSerializer.Serialize(new { choices = new[] { new { index = 0, delta = new { content = piece } } } });
        var parts = piece.Split(' ', 3);
        var cut = parts[2].Length / 2;
        return JsonSerializer.Serialize(new
        {
            choices = new[]
            {
                new
                {
                    delta = new
                    {
                        tool_calls = new object[]
                        {
                            new { index = 0, id = $"call-{parts[1]}", type = "function", function = new { name = parts[1], arguments = parts[2][..cut] } },
                            new { index = 0, function = new { arguments = parts[2][cut..] } },
                        },
                    },
                },
            },
        });
    }

    private sealed class Actions(DialogueTests test, Bot bot) : IDialogueActions
    {
        public Task<string> HangUpAsync(string reason, CancellationToken cancel) => Done($"hang up {reason}: {bot.Heard.Trim()}", "ok");

        public Task<string> TransferAsync(string target, CancellationToken cancel) => Done($"transfer {target}", "ok");

        public Task<string> CollectDigitsAsync(int count, char? finishKey, CancellationToken cancel) => Done($"digits {count} {finishKey}", "5678");

        public Task<string> CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel) =>
            tool.Name == "broken" ? throw new InvalidOperationException("out of order") : Done($"{tool.Name} {arguments.GetRawText()}", "Anna");

        private Task<string> Done(string what, string result)
        {
            test._done.Enqueue(what);
            return Task.FromResult(result);
        }
    }
}
