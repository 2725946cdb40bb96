using Parley.Cli.Configuration;
using Parley.Cli.Terminal;

namespace Parley.Cli.Tests.Configuration;

/// <summary>What the file says about voice agents.</summary>
public sealed class VoiceSettingsTests
{
    private const string Whole =
        """
        {
          "voice": {
            "listen": "wss:127.0.0.1:8443", "key": "k", "keys": [{ "name": "desk", "key": "d" }], "origins": "https://desk.example.com",
            "webhook": { "urls": ["http://127.0.0.1:9000/a", "http://127.0.0.1:9001/b"], "secret": "s", "headers": { "X-Tenant": "7" }, "timeout": "2s", "attempts": 2, "accept-timeout": "30s", "fallback": "busy" },
            "webhook-users": ["bot", "4930*"],
            "bot": "b.json", "bots": { "reception": "r.json" }, "agents": { "sales": { "users": ["7XX", "*"], "webhook": "http://127.0.0.1:9002/" } },
            "prompts": "p", "recordings": "r", "dumps": "d", "records": "c", "cache": "t", "llm": "https://llm.example.com/v1", "llm-key": "l", "legacy-reasons": true, "grace": "10s", "drain": "20s", "refer": "keeps-call", "url-hosts": "media.example.com", "public-urls": true,
            "ice-servers": ["stun:stun.example.com", { "urls": "turn:turn.example.com", "username": "u", "credential": "c" }]
          }
        }
        """;

    [Fact]
    public void Everything_is_read()
    {
        var voice = SettingsFile.Parse(Whole, "parley.json").Voice;
        Assert.Equal(("wss:127.0.0.1:8443", "p", "r", "d"), (voice.Api.Listen, voice.Prompts, voice.Recordings, voice.Dumps));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), false, true), (voice.Grace, voice.Drain, voice.ReferEndsCall, voice.Urls.AllowsPublic));
        Assert.Equal((2, "s", "7", "busy"), (voice.Webhook.Urls.Count, voice.Webhook.Secret, voice.Webhook.Headers["X-Tenant"], voice.Webhook.Fallback));
        Assert.Equal((TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(30)), (voice.Webhook.Timeout, voice.Webhook.Attempts, voice.Webhook.AcceptTimeout));
        Assert.Equal(("c", "t", "https://llm.example.com/v1", "l", true), (voice.Records?.Folder, voice.Cache, voice.Llm, voice.LlmKey, voice.LegacyReasons));
        var agent = Assert.Single(voice.Agents);
        Assert.Equal(("sales", true, 1), (agent.Name, agent.TakesRest, agent.Users.Count));
        Assert.NotNull(voice.Api.Ring("voice agents").Find("d"));
        Assert.True(voice.Urls.Guard().Allows(new("http://elsewhere.example.org/")));
        Assert.Equal(("u", "turn:turn.example.com"), (voice.IceServers[1].Username, voice.IceServers[1].Urls[0]));
    }

    [Fact]
    public void Options_go_before_the_file_one_by_one()
    {
        var file = SettingsFile.Parse(Whole, "parley.json").Voice;
        var both = new VoiceSettings { Webhook = new() { Urls = ["http://127.0.0.1:9999/"], Attempts = 7 }, Grace = TimeSpan.FromSeconds(1) }.Over(file);
        Assert.Equal(("http://127.0.0.1:9999/", 7, "s"), (Assert.Single(both.Webhook.Urls), both.Webhook.Attempts, both.Webhook.Secret));
        Assert.Equal((TimeSpan.FromSeconds(1), file.Drain, 1), (both.Grace, both.Drain, both.Agents.Count));
    }

    [Fact]
    public void Which_calls_are_whose_may_change_while_it_runs_and_nothing_else()
    {
        var file = SettingsFile.Parse(Whole, "parley.json").Voice;
        Assert.True((file with { Agents = [], Webhook = new(), WebhookUsers = [] }).IsSameAtStart(file));
        Assert.False((file with { Urls = new() { AllowsPublic = true } }).IsSameAtStart(file));
        Assert.False((file with { IceServers = [] }).IsSameAtStart(file));
        Assert.False((file with { Api = file.Api with { Key = "other" } }).IsSameAtStart(file));
        Assert.False((file with { Bots = new Dictionary<string, string> { ["reception"] = "other.json" } }).IsSameAtStart(file));
        Assert.False((file with { Records = new() { Folder = "other" } }).IsSameAtStart(file));
        Assert.False((file with { Prompts = "other" }).IsSameAtStart(file));
    }

    [Theory]
    [InlineData("""{ "webhok": "x" }""", "unknown key 'webhok' in 'voice'; did you mean 'webhook'?")]
    [InlineData("""{ "webhook": { "url": "http://x/", "atempts": 1 } }""", "did you mean 'attempts'?")]
    [InlineData("""{ "webhook": { "secret": "s3cret" } }""", "'voice.webhook' needs a \"url\"")]
    [InlineData("""{ "webhook": { "url": "http://x/", "attempts": 0 } }""", "'voice.webhook.attempts' needs a whole number from 1 to 10")]
    [InlineData("""{ "agents": { "a": { "users": "b" } } }""", "'voice.agents.a' needs either a \"webhook\" or a \"bot\"")]
    [InlineData("""{ "agents": { "a": { "bot": "b", "webhook": "http://x/" } } }""", "needs either")]
    [InlineData("""{ "agents": { "a b": { "webhook": "http://x/" } } }""", "cannot be the name of an agent")]
    [InlineData("""{ "keys": [{ "name": "a" }] }""", "needs a \"key\"")]
    [InlineData("""{ "refer": "x" }""", "\"ends-call\", \"keeps-call\"")]
    [InlineData("""{ "grace": "soon" }""", "'voice.grace' needs a duration")]
    [InlineData("""{ "ice-servers": [{ "username": "u" }] }""", "needs a \"urls\"")]
    [InlineData("""{ "url-hosts": "http://media.example.com/" }""", "'voice.url-hosts' cannot be: 'http://media.example.com/' is no host")]
    public void A_mistake_is_named(string voice, string message)
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse($$"""{ "voice": {{voice}} }""", "parley.json"));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("busy", 486)]
    [InlineData("603", 603)]
    [InlineData("echo", 0)]
    [InlineData("alice@example.com", 0)]
    public void A_fallback_is_a_status_or_somebody(string text, int status) =>
        Assert.Equal((status, status == 0 ? text : null), (VoiceFallback.Parse(text, "x").Status, VoiceFallback.Parse(text, "x").User));

    [Theory]
    [InlineData("play:no.wav", "there is no file")]
    [InlineData("a b", "is none of")]
    [InlineData("", "is none of")]
    public void A_fallback_that_is_nothing_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<CommandException>(() => VoiceFallback.Parse(text, "x")).Message, StringComparison.Ordinal);
}
