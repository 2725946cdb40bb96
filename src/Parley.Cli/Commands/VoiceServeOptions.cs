using System.CommandLine;
using Parley.Cli.Configuration;

namespace Parley.Cli.Commands;

/// <summary>The options of <c>serve</c> about voice agents.</summary>
internal sealed class VoiceServeOptions
{
    private const string KeyVariable = "PARLEY_VOICE_API_KEY";
    private const string SecretVariable = "PARLEY_WEBHOOK_SECRET";

    private readonly Option<string?> _listen = new("--voice-api")
    {
        HelpName = "[wss:]HOST:PORT", Description = "Serve voice agents here, at /call/sip; 'off' for not at all [default: the address of --http]",
    };

    private readonly Option<string?> _key = new("--voice-api-key")
    {
        HelpName = "KEY", Description = $"Let nobody drive voice agents' calls without this key; needed where others can reach them. Also {KeyVariable}",
    };

    private readonly Option<string[]> _webhook = new("--webhook") { HelpName = "URL", Description = "Tell the program at URL of incoming calls; may be repeated, then they take turns" };

    private readonly Option<string[]> _users = new("--webhook-users")
    {
        HelpName = "USER,…", Description = "Of calls to these users only; names, or patterns of numbers such as 4930X* [default: whoever is no extension, account or number with a route]",
    };

    private readonly Option<string?> _secret = new("--webhook-secret") { HelpName = "KEY", Description = $"Sign what the webhook is told with this key. Also {SecretVariable}" };

    private readonly Option<TimeSpan?> _timeout = new("--webhook-timeout") { HelpName = "TIME", Description = "How long one attempt may take [default: 5s]", CustomParser = Duration.Read };

    private readonly Option<int?> _attempts = new("--webhook-attempts")
    {
        HelpName = "COUNT", Description = "Attempts for one call, 1 to 10 [default: 3]",
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var count) && count is >= 1 and <= 10))
                    result.AddError($"--webhook-attempts: '{token.Value}' is no count from 1 to 10");
            },
        },
    };

    private readonly Option<TimeSpan?> _accept = new("--accept-timeout") { HelpName = "TIME", Description = "How long a call that was announced waits to be taken [default: 60s]", CustomParser = Duration.Read };

    private readonly Option<string?> _fallback = new("--webhook-fallback")
    {
        HelpName = "WHAT", Description = "What happens to a call nobody takes: 'busy', a status, 'play:FILE', or an extension or account [default: it is refused]",
    };

    private readonly Option<string?> _bot = new("--voice-bot") { HelpName = "FILE", Description = "Let the bot that FILE describes answer the calls nobody else takes, and those to 'bot'" };

    private readonly Option<string?> _prompts = new("--voice-prompts") { HelpName = "DIR", Description = "Folder of the files agents may play [default: none]" };

    private readonly Option<string?> _recordings = new("--voice-recordings") { HelpName = "DIR", Description = "Folder of their recordings [default: voice-recordings in --data]" };

    private readonly Option<string?> _dumps = new("--voice-dumps") { HelpName = "DIR", Description = "Write each session's commands and events here [default: not at all]" };

    private readonly Option<TimeSpan?> _grace = new("--voice-grace") { HelpName = "TIME", Description = "How long a call outlives its socket, which may come back [default: not at all]", CustomParser = Duration.Read };

    private readonly Option<TimeSpan?> _drain = new("--voice-drain") { HelpName = "TIME", Description = "How long sessions have to end when the server does [default: 5s]", CustomParser = Duration.Read };

    private readonly Option<string?> _refer = new("--voice-refer")
    {
        HelpName = "WHAT", Description = "'ends-call' or 'keeps-call' when whoever an agent connected it with has hung up and the command did not say [default: ends-call]",
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && token.Value is not ("ends-call" or "keeps-call"))
                    result.AddError($"--voice-refer: '{token.Value}' is neither 'ends-call' nor 'keeps-call'");
            },
        },
    };

    private readonly Option<string[]> _urlHosts = new("--voice-url-host")
    {
        HelpName = "HOST[:PORT]", Description = "Let URLs of commands lead to HOST, wherever it is; *.HOST for all below it; may be repeated [default: none]",
    };

    private readonly Option<bool?> _publicUrls = new("--voice-public-urls") { Arity = ArgumentArity.Zero, Description = "Let them lead to any public address, but to none of this network" };

    private readonly Option<string[]> _iceServers = new("--ice-server") { HelpName = "URL", Description = "Tell browsers of this STUN or TURN server; may be repeated" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [_listen, _key, _webhook, _users, _secret, _timeout, _attempts, _accept, _fallback, _bot, _prompts, _recordings, _dumps, _grace, _drain, _refer, _urlHosts, _publicUrls, _iceServers])
            command.Options.Add(option);
    }

    /// <summary>What they say.</summary>
    public VoiceSettings Read(ParseResult parsed) => new()
    {
        Api = new() { Listen = parsed.GetValue(_listen), Key = parsed.GetValue(_key) ?? Variable(KeyVariable) },
        Webhook = new()
        {
            Urls = parsed.GetValue(_webhook) ?? [],
            Secret = parsed.GetValue(_secret) ?? Variable(SecretVariable),
            Timeout = parsed.GetValue(_timeout),
            Attempts = parsed.GetValue(_attempts),
            AcceptTimeout = parsed.GetValue(_accept),
            Fallback = parsed.GetValue(_fallback),
        },
        WebhookUsers = [.. (parsed.GetValue(_users) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        Bot = parsed.GetValue(_bot),
        Prompts = parsed.GetValue(_prompts),
        Recordings = parsed.GetValue(_recordings),
        Dumps = parsed.GetValue(_dumps),
        Grace = parsed.GetValue(_grace),
        Drain = parsed.GetValue(_drain),
        ReferEndsCall = parsed.GetValue(_refer) is { } refer ? refer == "ends-call" : null,
        Urls = new() { Hosts = parsed.GetValue(_urlHosts) ?? [], AllowsPublic = parsed.GetResult(_publicUrls) is { Implicit: false } ? true : null },
        IceServers = [.. (parsed.GetValue(_iceServers) ?? []).Select(url => new Server.Voice.IceServer { Urls = [url] })],
    };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
