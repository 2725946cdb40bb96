using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Server.Voice;
using Parley.Server.Voice.Incoming;
using Parley.Services.Trunks;

namespace Parley.Cli.Phones;

/// <summary>A voice agent: whose calls it takes, and who is told of them.</summary>
/// <param name="Name">A user that can be called, whatever else it takes.</param>
/// <param name="Users">Names and patterns of further users.</param>
/// <param name="TakesRest">It takes calls that nobody else takes.</param>
/// <param name="Webhook">Who is told.</param>
internal sealed record VoiceAgent(string Name, IReadOnlyList<NumberRule> Users, bool TakesRest, Webhook Webhook)
{
    public bool Takes(string user) => Name.Equals(user, StringComparison.OrdinalIgnoreCase) || Users.Any(rule => rule.Apply(user) is not null);
}

/// <summary>The voice agents that calls are given to; exchanged as a whole when the file has changed.</summary>
internal sealed class VoiceAgents
{
    /// <summary>Name of the agent that the options make, who is dialled by the users they name; a user of this name is its, too.</summary>
    public const string DefaultName = "webhook";

    private volatile IReadOnlyList<VoiceAgent> _agents;
    private VoiceSurface? _surface;
    private Func<IncomingCall, string, CancellationToken, Task>? _divert;

    /// <summary>Makes those of the settings.</summary>
    /// <exception cref="CommandException">One of them cannot be.</exception>
    public VoiceAgents(VoiceSettings settings) => _agents = Read(settings);

    /// <summary>Who takes the calls that nobody else takes; null for nobody.</summary>
    public VoiceAgent? Rest => _agents.FirstOrDefault(one => one.TakesRest);

    /// <summary>Who takes the calls of a user; null for nobody.</summary>
    public VoiceAgent? Find(string user) => _agents.FirstOrDefault(one => one.Takes(user));

    /// <summary>Begins to take calls.</summary>
    /// <param name="surface">Where agents come for them; null when there is none, and calls are refused.</param>
    /// <param name="divert">Has a call served by an extension or an account.</param>
    public void Begin(VoiceSurface? surface, Func<IncomingCall, string, CancellationToken, Task> divert) => (_surface, _divert) = (surface, divert);

    /// <summary>The agents of other settings, for <see cref="Exchange"/>.</summary>
    /// <exception cref="CommandException">One of them cannot be.</exception>
    public IReadOnlyList<VoiceAgent> Read(VoiceSettings settings)
    {
        var agents = settings.Agents.Select(one => Of(one.Name, one.Users, one.TakesRest, one.Webhook, $"voice.agents.{one.Name}")).ToList();
        if (settings.Webhook.Urls.Count > 0)
            agents.Add(Of(DefaultName, [.. settings.WebhookUsers.Select(Rule)], settings.WebhookUsers.Count == 0, settings.Webhook, "--webhook"));
        else if (settings.WebhookUsers.Count > 0 || settings.Webhook.NeedsUrl)
            throw CommandException.Usage("--webhook-… says how a webhook is told of calls, and there is none; --webhook URL names it.");
        return agents;
    }

    /// <summary>Goes on with other agents; calls that are theirs already stay so.</summary>
    public void Exchange(IReadOnlyList<VoiceAgent> next) => _agents = next;

    /// <summary>Serves a call to its end.</summary>
    public Task ServeAsync(IncomingCall call, VoiceAgent agent, CancellationToken ended) =>
        _surface is { } surface ? surface.ServeAsync(call, agent.Webhook, ended) : call.RejectAsync(503, null, ended);

    private VoiceAgent Of(string name, IReadOnlyList<NumberRule> users, bool takesRest, WebhookSettings webhook, string where)
    {
        var fallback = webhook.Fallback is { } text ? VoiceFallback.Parse(text, where) : default(VoiceFallback?);
        return new(name, users, takesRest, webhook.ToWebhook(where, fallback is { } way ? (call, ended) => FallBackAsync(call, way, ended) : null));
    }

    private async Task FallBackAsync(IncomingCall call, VoiceFallback way, CancellationToken ended)
    {
        if (way.User is { } user)
        {
            // An agent that cannot be told of calls must not end as the fallback of itself.
            await (Find(user) is null ? _divert!(call, user, ended) : call.RejectAsync(503, null, ended));
        }
        else if (way.File is { } file)
        {
            await call.AnswerAsync(cancel: ended);
            await call.PlayAsync(file, cancel: ended);
        }
        else
        {
            await call.RejectAsync(way.Status, null, ended);
        }
    }

    private static NumberRule Rule(string user)
    {
        try
        {
            return NumberRule.Of(user);
        }
        catch (ArgumentException)
        {
            throw CommandException.Usage($"--webhook-users: '{user}' is no user; write names such as bot,sales, or numbers such as 49301231X.");
        }
    }
}
