using Parley.Server.Voice;
using Parley.Services.Trunks;

namespace Parley.Cli.Configuration;

/// <summary>The key <c>voice</c> of <c>parley.json</c>.</summary>
internal static class VoiceSettingsFile
{
    // What takes the calls that nobody else takes.
    private const string Rest = "*";

    private static readonly string[] Keys =
    [
        "listen", "key", "keys", "origins", "webhook", "webhook-users", "bot", "bots", "agents", "prompts", "recordings", "dumps", "records", "cache", "llm", "llm-key", "legacy-reasons", "grace", "drain", "refer", "url-hosts", "public-urls", "ice-servers",
    ];

    private static readonly string[] WebhookKeys = ["url", "urls", "secret", "headers", "timeout", "attempts", "accept-timeout", "fallback"];

    private static readonly string[] AgentKeys = ["users", "webhook", "bot"];

    private static readonly string[] IceKeys = ["urls", "username", "credential"];

    /// <summary>Reads it.</summary>
    public static VoiceSettings Read(SettingsNode value)
    {
        var voice = new VoiceSettings();
        foreach (var (key, member) in value.Members("an object such as { \"webhook\": \"http://127.0.0.1:9000/calls\" }", Keys))
            voice = With(voice, key, member);
        return voice;
    }

    private static VoiceSettings With(VoiceSettings voice, string key, SettingsNode value) => key switch
    {
        "listen" => voice with { Api = voice.Api with { Listen = value.Text() } },
        "key" => voice with { Api = voice.Api with { Key = value.Text() } },
        "keys" => voice with { Api = voice.Api with { Keys = value.Items("keys").ConvertAll(one => CallApiSettingsFile.Key(one, isScoped: false)) } },
        "origins" => voice with { Api = voice.Api with { Origins = value.Texts() } },
        "webhook" => voice with { Webhook = Webhook(value) },
        "webhook-users" => voice with { WebhookUsers = value.Texts() },
        "bot" => voice with { Bot = value.Text() },
        "bots" => voice with { Bots = value.Members("files of bots by their names").ToDictionary(one => one.Key, one => one.Value.Text()) },
        "agents" => voice with { Agents = value.Members("agents by their names").ConvertAll(one => Agent(one.Key, one.Value)) },
        "prompts" => voice with { Prompts = value.Text() },
        "recordings" => voice with { Recordings = value.Text() },
        "dumps" => voice with { Dumps = value.Text() },
        "records" => voice with { Records = RecordSettingsFile.Read(value) },
        "cache" => voice with { Cache = value.Text() },
        "llm" => voice with { Llm = value.Text() },
        "llm-key" => voice with { LlmKey = value.Text() },
        "legacy-reasons" => voice with { LegacyReasons = value.Switch() },
        "grace" => voice with { Grace = value.Time() },
        "drain" => voice with { Drain = value.Time() },
        "refer" => voice with { ReferEndsCall = value.OneOf("ends-call", "keeps-call") == "ends-call" },
        "url-hosts" or "public-urls" => voice with { Urls = voice.Urls.With(key, value) },
        "ice-servers" => voice with { IceServers = value.Items("ICE servers").ConvertAll(Ice) },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No key of the voice agents."),
    };

    private static AgentSettings Agent(string name, SettingsNode value)
    {
        var (users, rest, webhook, bot) = (new List<NumberRule>(), false, new WebhookSettings(), (string?)null);
        foreach (var (key, member) in value.Members("an object such as { \"webhook\": \"http://127.0.0.1:9000/calls\" }", AgentKeys))
        {
            if (key == "webhook")
                webhook = Webhook(member);
            else if (key == "bot")
                bot = member.Text();
            else
                (users, rest) = ([.. member.Texts().Where(text => text != Rest).Select(text => Rule(member, text))], member.Texts().Contains(Rest));
        }

        if (webhook.Urls.Count == 0 == bot is null)
            throw value.Needs("either a \"webhook\" or a \"bot\"");
        return PhoneSettingsFile.IsUser(name) ? new(name, users, rest, webhook, bot) : throw value.Fault("cannot be the name of an agent: it is a user that is called");
    }

    private static WebhookSettings Webhook(SettingsNode value)
    {
        if (value.IsText)
            return new() { Urls = [value.Text()] };
        var webhook = new WebhookSettings();
        foreach (var (key, member) in value.Members("a URL in quotes, or an object with \"url\"", WebhookKeys))
        {
            webhook = key switch
            {
                "url" or "urls" => webhook with { Urls = [.. webhook.Urls, .. member.Texts()] },
                "secret" => webhook with { Secret = member.Text() },
                "headers" => webhook with { Headers = member.Members("headers by their names").ToDictionary(one => one.Key, one => one.Value.Text(), StringComparer.OrdinalIgnoreCase) },
                "timeout" => webhook with { Timeout = member.Time() },
                "attempts" => webhook with { Attempts = member.Number(1, 10) },
                "accept-timeout" => webhook with { AcceptTimeout = member.Time() },
                _ => webhook with { Fallback = member.Text() },
            };
        }

        return webhook.Urls.Count > 0 ? webhook : throw value.Needs("a \"url\"");
    }

    private static IceServer Ice(SettingsNode value)
    {
        if (value.IsText)
            return new() { Urls = [value.Text()] };
        var members = value.Members("a URL in quotes, or an object with \"urls\"", IceKeys).ToDictionary(one => one.Key, one => one.Value);
        return new()
        {
            Urls = value.Required(members, "urls").Texts(),
            Username = members.TryGetValue("username", out var user) ? user.Text() : null,
            Credential = members.TryGetValue("credential", out var credential) ? credential.Text() : null,
        };
    }

    private static NumberRule Rule(SettingsNode value, string text)
    {
        try
        {
            return NumberRule.Of(text);
        }
        catch (ArgumentException)
        {
            throw value.Needs($"names of users, or numbers in which X is any digit and a final * whatever follows, not \"{text}\"");
        }
    }
}
