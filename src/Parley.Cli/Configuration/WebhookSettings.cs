using System.Text;
using Parley.Cli.Terminal;
using Parley.Server.Voice.Incoming;

namespace Parley.Cli.Configuration;

/// <summary>How a program is told of incoming calls; null and empty where nothing was said. Its text form shows no secrets.</summary>
internal sealed record WebhookSettings
{
    /// <summary>Where it is; several take turns.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>Key of the signature.</summary>
    public string? Secret { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public TimeSpan? Timeout { get; init; }

    public int? Attempts { get; init; }

    public TimeSpan? AcceptTimeout { get; init; }

    /// <summary>What happens to a call that nobody takes.</summary>
    public string? Fallback { get; init; }

    /// <summary>True when something is said that means nothing without a URL; a key may be in the environment all the same.</summary>
    public bool NeedsUrl => Urls.Count == 0 && (Timeout is not null || Attempts is not null || AcceptTimeout is not null || Fallback is not null);

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public WebhookSettings Over(WebhookSettings others) => new()
    {
        Urls = Urls.Count > 0 ? Urls : others.Urls,
        Secret = Secret ?? others.Secret,
        Headers = Headers.Count > 0 ? Headers : others.Headers,
        Timeout = Timeout ?? others.Timeout,
        Attempts = Attempts ?? others.Attempts,
        AcceptTimeout = AcceptTimeout ?? others.AcceptTimeout,
        Fallback = Fallback ?? others.Fallback,
    };

    /// <summary>The same as options.</summary>
    /// <param name="where">Where it is said, for messages.</param>
    /// <param name="fallback">Carries out <see cref="Fallback"/>.</param>
    /// <exception cref="CommandException">It cannot be so.</exception>
    public Webhook ToWebhook(string where, Func<IncomingCall, CancellationToken, Task>? fallback)
    {
        var urls = Urls.Select(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            ? parsed : throw CommandException.Usage($"{where}: '{url}' is no URL of a webhook; write http://HOST/PATH or https://HOST/PATH.")).ToList();
        var defaults = new WebhookOptions { Url = urls[0] };
        try
        {
            return new(defaults with
            {
                Others = urls[1..],
                Secret = Secret,
                Headers = Headers,
                Timeout = Timeout ?? defaults.Timeout,
                Attempts = Attempts ?? defaults.Attempts,
                AcceptTimeout = AcceptTimeout ?? defaults.AcceptTimeout,
                Fallback = fallback,
            });
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage($"{where}: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Urls = {Urls.Count}, Timeout = {Timeout}, Attempts = {Attempts}, Fallback = {Fallback}");
        return true;
    }
}
