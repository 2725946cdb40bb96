using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Speech.Dialogue;
using Parley.TestSupport.Speech;

namespace Parley.Speech.Tests.Dialogue;

/// <summary>Conversations with a model that is a server in this process: it streams what the test wrote, word by word.</summary>
public class DialogueTests
{
    private readonly ConcurrentQueue<string> _done = new();

    [Fact]
    public async Task An_utterance_is_answered_by_streamed_speech()
    {
        await using var server = await ChatServer.StartAsync(["Good ", "morning", " to you."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { SystemPrompt = "Be kind." });
        await bot.SayAsync(400, "good morning.");
        await bot.Until<ReplyFinal>();
        await bot.Until(() => bot.Heard == "Good morning to you.", "the reply is heard");
        Assert.Equal(["Good ", "morning", " to you."], bot.Events.OfType<ReplyDelta>().Select(delta => delta.Text));
        Assert.Equal(("Good morning to you.", true), (bot.Events.OfType<ReplyFinal>().Single().Text, bot.Events.OfType<ReplyFinal>().Single().Complete));
        Assert.Equal("system:Be kind.|user:good morning.", server.Messages(0));
    }

    [Fact]
    public async Task The_conversation_is_remembered()
    {
        await using var server = await ChatServer.StartAsync(["One."], ["Two."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Greeting = "Hi." });
        await bot.Until(() => bot.Heard == "Hi.", "the greeting is heard");
        await bot.SayAsync(300, "first?");
        await bot.Until(() => bot.Heard == "Hi.One.", "the first reply");
        await bot.Until<PlaybackEnded>(2);
        stage.Ask("second?");
        await bot.Until(() => bot.Heard == "Hi.One.Two.", "the second reply");
        Assert.Equal("assistant:Hi.|user:first?|assistant:One.|user:second?", server.Messages(1));
    }

    [Fact]
    public async Task A_caller_who_speaks_cuts_the_reply_and_only_what_he_heard_is_remembered()
    {
        var text = string.Join(' ', Enumerable.Range(1, 400).Select(i => $"word{i}"));
        await using var server = await ChatServer.StartAsync([text], ["Yes?"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new());
        stage.Ask("tell me a story");
        await bot.Until(() => bot.Heard.Length > 60, "some of the story");
        await bot.SayAsync(400, "stop.");
        await bot.Until<ReplyFinal>(2);
        await bot.Until(() => bot.Heard.EndsWith("Yes?", StringComparison.Ordinal), "the next reply");
        Assert.InRange(bot.Heard.Length, 60, text.Length / 2);
        Assert.NotEmpty(bot.Events.OfType<PlaybackInterrupted>());
        var remembered = server.Messages(1).Split('|')[1];
        Assert.StartsWith("assistant:word1 word2", remembered, StringComparison.Ordinal);
        Assert.InRange(remembered.Length, 30, text.Length / 2);
    }

    [Fact]
    public async Task A_cough_does_not_cut_when_words_are_asked_for()
    {
        await using var server = await ChatServer.StartAsync([new string('a', 200)]);
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
        await using var server = await ChatServer.StartAsync(
            ["Your number please.", """TOOL digits {"count":4,"finish_key":"#"}"""], ["""TOOL look_up {"number":"1234"}"""], ["""TOOL pass_on {"target":"sales"}"""], ["Goodbye.", """TOOL hang_up {"reason":"done"}"""], [" "]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new()
        {
            Tools =
            [
                new() { Kind = DialogueToolKind.CollectDigits, Name = "digits" },
                new() { Kind = DialogueToolKind.Webhook, Name = "look_up", Url = new("http://127.0.0.1/look"), Parameters = JsonDocument.Parse("""{"type":"object"}""").RootElement },
                new() { Kind = DialogueToolKind.Transfer, Name = "pass_on", Targets = new Dictionary<string, string> { ["sales"] = "sip:busy@192.0.2.1" } },
                new() { Kind = DialogueToolKind.HangUp, Name = "hang_up" },
            ],
        });
        stage.Ask("hello");
        await bot.Until(() => bot.Heard.Length > 3, "the question is being heard");
        foreach (var key in "5678") stage.Press(key);
        await bot.Until<ToolUsed>(4);
        await bot.Until<ReplyFinal>();
        Assert.Equal(["look_up {\"number\":\"1234\"}", "transfer sip:busy@192.0.2.1"], _done.Take(2));
        Assert.StartsWith("hang up done: ", _done.Last(), StringComparison.Ordinal);
        Assert.EndsWith("Goodbye.", _done.Last(), StringComparison.Ordinal); // which was heard before
        Assert.Equal(4, server.Question(0).GetProperty("tools").GetArrayLength());
        Assert.EndsWith("tool:5678", server.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_is_not_asked_again_when_the_caller_has_been_passed_on()
    {
        await using var server = await ChatServer.StartAsync(["One moment.", """TOOL pass_on {"target":"sales"}"""], ["Anything else?"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new()
        {
            Tools = [new() { Kind = DialogueToolKind.Transfer, Name = "pass_on", Targets = new Dictionary<string, string> { ["sales"] = "sip:sales@192.0.2.1" } }],
        });
        stage.Ask("hello");
        await bot.Until<ReplyFinal>();
        var final = bot.Events.OfType<ReplyFinal>().Single();
        Assert.Equal(("One moment.", true, 1), (final.Text, final.Complete, server.Count));
    }

    [Fact]
    public async Task A_tool_nobody_has_and_one_that_fails_are_told_to_the_model_and_the_call_goes_on()
    {
        await using var server = await ChatServer.StartAsync(["TOOL nothing {}"], ["TOOL broken {}"], ["Sorry."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Tools = [new() { Kind = DialogueToolKind.Webhook, Name = "broken", Url = new("http://127.0.0.1/") }] });
        stage.Ask("hello");
        await bot.Until(() => bot.Heard == "Sorry.", "the reply");
        Assert.EndsWith("tool:failed: there is no tool nothing", server.Messages(1), StringComparison.Ordinal);
        Assert.EndsWith("tool:failed: out of order", server.Messages(2), StringComparison.Ordinal);
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
        await using var server = await ChatServer.StartAsync([manner], ["unheard"], ["Now."]);
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
    public async Task A_silent_caller_is_asked_and_in_the_end_hung_up_on()
    {
        await using var server = await ChatServer.StartAsync(["unheard"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { Greeting = "Hi.", FollowUp = new() { After = TimeSpan.FromMilliseconds(150), Say = "There?" }, Farewell = "Bye." });
        await bot.Until(() => !_done.IsEmpty, "the end");
        Assert.Equal(["hang up silence: Hi.There?There?Bye."], _done);
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task A_model_finds_words_for_a_silent_caller()
    {
        await using var server = await ChatServer.StartAsync(["Hello?"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { FollowUp = new() { After = TimeSpan.FromMilliseconds(150), Most = 1 } });
        await bot.Until(() => bot.Heard == "Hello?", "the model's words");
        Assert.Equal("user:(The caller is silent.)", server.Messages(0));
    }

    [Fact]
    public async Task The_last_question_of_a_call_is_answered_and_the_next_one_ends_it()
    {
        await using var server = await ChatServer.StartAsync(["One."], ["Two."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { MaxTurns = 1, Farewell = "Bye." });
        stage.Ask("first?");
        await bot.Until<PlaybackEnded>();
        stage.Ask("second?");
        await bot.Until(() => !_done.IsEmpty, "the end");
        Assert.Equal(["hang up turns: One.Bye."], _done);
    }

    [Fact]
    public async Task A_call_that_lasts_too_long_is_ended_in_the_middle_of_a_reply()
    {
        await using var server = await ChatServer.StartAsync([new string('a', 4000)]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { MaxDuration = TimeSpan.FromMilliseconds(700) });
        stage.Ask("go");
        await bot.Until(() => !_done.IsEmpty, "the end");
        Assert.StartsWith("hang up duration: ", Assert.Single(_done), StringComparison.Ordinal);
        Assert.True(bot.Heard.Length < 4000);
    }

    [Fact]
    public async Task Keys_that_no_tool_asked_for_are_told_to_the_model_as_one_number()
    {
        await using var server = await ChatServer.StartAsync(["Thanks."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { DigitPause = TimeSpan.FromSeconds(1) });
        stage.Press('4');
        stage.Press('2');
        await bot.Until(() => bot.Heard == "Thanks.", "the reply");
        Assert.Equal("user:(The caller pressed 42 on the keys of the phone.)", server.Messages(0));
    }

    [Fact]
    public async Task Where_nothing_cuts_a_reply_what_is_said_meanwhile_is_answered_behind_it()
    {
        var text = new string('a', 600);
        await using var server = await ChatServer.StartAsync([text], ["Yes."]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new() { BargeIn = BargeIn.None });
        stage.Ask("go");
        await bot.Until(() => bot.Heard.Length > 50, "some of it");
        stage.Ask("but");
        stage.Ask("then?");
        await bot.Until(() => bot.Heard == text + "Yes.", "both");
        Assert.EndsWith("|user:but then?", server.Messages(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_a_program_cuts_ends_and_is_remembered_as_far_as_it_was_heard()
    {
        var text = string.Join(' ', Enumerable.Range(1, 400).Select(i => $"word{i}"));
        await using var server = await ChatServer.StartAsync([text], ["Yes?"]);
        await using var bot = new Bot();
        await using var stage = Stage(bot, server, new());
        stage.Ask("a story");
        await bot.Until(() => bot.Heard.Length > 60, "some of it");
        stage.Interrupt(bot.Chain.Player.Interrupt());
        await bot.Until<ReplyFinal>();
        stage.Ask("well?");
        await bot.Until(() => bot.Heard.EndsWith("Yes?", StringComparison.Ordinal), "the next reply");
        Assert.InRange(server.Messages(1).Length, 30, text.Length / 2);
    }

    [Theory]
    [InlineData("Hello {{ caller_name }}, {{nobody}}you called {{callee}}.", "Hello Anna  B, you called {{x}}.")]
    [InlineData("{{caller_name", "{{caller_name")]
    [InlineData("plain", "plain")]
    public void Prompts_name_what_is_known_of_a_call(string text, string expected) =>
        Assert.Equal(expected, PromptTemplate.Fill(text, new Dictionary<string, string> { ["caller_name"] = "Anna\r\nB", ["callee"] = "{{x}}" }));

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

    private DialogueStage Stage(Bot bot, ChatServer server, DialogueOptions options) =>
        new(options with { Endpoint = server.Http, ApiKey = ChatServer.Key, Model = "scripted" }, bot.Chain, new Actions(this, bot), bot.Connections);

    private sealed class Actions(DialogueTests test, Bot bot) : IDialogueActions
    {
        public Task<string> HangUpAsync(string reason, CancellationToken cancel) => Done($"hang up {reason}: {bot.Heard.Trim()}", "ok");

        public Task<string> TransferAsync(DialogueTool tool, string target, CancellationToken cancel) => Done($"transfer {target}", target.StartsWith("sip:busy", StringComparison.Ordinal) ? "failed: 486 Busy Here" : "ok");

        public Task<string> CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel) =>
            tool.Name == "broken" ? throw new InvalidOperationException("out of order") : Done($"{tool.Name} {arguments.GetRawText()}", "Anna");

        private Task<string> Done(string what, string result)
        {
            test._done.Enqueue(what);
            return Task.FromResult(result);
        }
    }
}
