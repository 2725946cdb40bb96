using System.Net;
using System.Text;
using Parley.Cli.Terminal;
using Parley.Server.Voice;
using Parley.Services.Trunks;

namespace Parley.Cli.Configuration;

/// <summary>Where voice agents are served, to whom, and which calls are theirs; null and empty where nothing was said. Its text form shows no secrets.</summary>
internal sealed record VoiceSettings
{
    /// <summary>Where they are served, and to whom; by default at the address of the status port.</summary>
    public ApiSettings Api { get; init; } = new();

    /// <summary>Who is told of the calls of <see cref="WebhookUsers"/>.</summary>
    public WebhookSettings Webhook { get; init; } = new();

    /// <summary>Users whose calls the webhook is told of; empty for whoever nobody else takes.</summary>
    public IReadOnlyList<string> WebhookUsers { get; init; } = [];

    /// <summary>File of a bot that takes the calls nobody else takes.</summary>
    public string? Bot { get; init; }

    /// <summary>Files of bots by their names; only the file can say that.</summary>
    public IReadOnlyDictionary<string, string> Bots { get; init; } = new Dictionary<string, string>();

    /// <summary>Further agents; only the file can say that.</summary>
    public IReadOnlyList<AgentSettings> Agents { get; init; } = [];

    /// <summary>Folder of the files that may be played.</summary>
    public string? Prompts { get; init; }

    /// <summary>Folder of recordings; null for one in the data folder.</summary>
    public string? Recordings { get; init; }

    /// <summary>Folder where the commands and events of each session are written down.</summary>
    public string? Dumps { get; init; }

    /// <summary>Records of calls that are over; null for none. Only the file can say that, as the rest up to <see cref="LegacyReasons"/>.</summary>
    public RecordSettings? Records { get; init; }

    /// <summary>Folder of synthesised audio that is kept for the next time.</summary>
    public string? Cache { get; init; }

    /// <summary>Address of the language models that programs reach through the server.</summary>
    public string? Llm { get; init; }

    /// <summary>The key there.</summary>
    public string? LlmKey { get; init; }

    /// <summary>Whether reasons of hang-ups are written as the original server writes them.</summary>
    public bool LegacyReasons { get; init; }

    /// <summary>How long a session outlives its socket.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>How long sessions have to end their calls when the server ends.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>Whether a call ends with the one it was connected with.</summary>
    public bool? ReferEndsCall { get; init; }

    /// <summary>Where URLs of commands may lead.</summary>
    public UrlSettings Urls { get; init; } = new();

    /// <summary>What browsers are told.</summary>
    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    /// <summary>True when calls are theirs.</summary>
    public bool TakesCalls => Webhook.Urls.Count > 0 || Bot is not null || Agents.Count > 0;

    /// <summary>True when nothing was said about them at all.</summary>
    public bool IsEmpty => !TakesCalls && IsSameAtStart(new());

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public VoiceSettings Over(VoiceSettings others) => new()
    {
        Api = Api.Over(others.Api),
        Webhook = Webhook.Over(others.Webhook),
        WebhookUsers = WebhookUsers.Count > 0 ? WebhookUsers : others.WebhookUsers,
        Bot = Bot ?? others.Bot,
        Bots = others.Bots,
        Agents = others.Agents,
        Prompts = Prompts ?? others.Prompts,
        Recordings = Recordings ?? others.Recordings,
        Dumps = Dumps ?? others.Dumps,
        Records = others.Records,
        Cache = others.Cache,
        Llm = others.Llm,
        LlmKey = others.LlmKey,
        LegacyReasons = others.LegacyReasons,
        Grace = Grace ?? others.Grace,
        Drain = Drain ?? others.Drain,
        ReferEndsCall = ReferEndsCall ?? others.ReferEndsCall,
        Urls = Urls.Over(others.Urls),
        IceServers = IceServers.Count > 0 ? IceServers : others.IceServers,
    };

    /// <summary>True when both say the same about what counts at the start only: all but which calls are whose.</summary>
    public bool IsSameAtStart(VoiceSettings other) =>
        (Bot, Prompts, Recordings, Dumps, Grace, Drain, ReferEndsCall)
            == (other.Bot, other.Prompts, other.Recordings, other.Dumps, other.Grace, other.Drain, other.ReferEndsCall)
        && (Records, Cache, Llm, LlmKey, LegacyReasons) == (other.Records, other.Cache, other.Llm, other.LlmKey, other.LegacyReasons)
        && Bots.OrderBy(one => one.Key, StringComparer.Ordinal).SequenceEqual(other.Bots.OrderBy(one => one.Key, StringComparer.Ordinal))
        && Api.IsSameAs(other.Api) && Urls.IsSameAs(other.Urls) && IceServers.Select(Describe).SequenceEqual(other.IceServers.Select(Describe));

    private static string Describe(IceServer server) => $"{string.Join(' ', server.Urls)} {server.Username} {server.Credential}";

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Api = {Api}, Webhook = {Webhook}, Bot = {Bot}, Agents = {Agents.Count}");
        return true;
    }
}

/// <summary>A voice agent that calls are given to.</summary>
/// <param name="Name">Its name, which is also a user that can be called.</param>
/// <param name="Users">Further users that are called: names and patterns of numbers.</param>
/// <param name="TakesRest">Whether it also takes the calls that nobody else takes.</param>
/// <param name="Webhook">Who is told of its calls; without a URL when it is a bot.</param>
/// <param name="Bot">Name of the bot that answers them; null when a webhook is told.</param>
internal sealed record AgentSettings(string Name, IReadOnlyList<NumberRule> Users, bool TakesRest, WebhookSettings Webhook, string? Bot);
