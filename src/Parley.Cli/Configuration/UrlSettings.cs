using Parley.Cli.Terminal;
using Parley.Net.Http;

namespace Parley.Cli.Configuration;

/// <summary>Where URLs of commands may lead; for the call API and voice agents the same words.</summary>
internal sealed record UrlSettings
{
    /// <summary>Hosts they may lead to, wherever those are.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Whether they may also lead to any public address; null where nothing was said.</summary>
    public bool? AllowsPublic { get; init; }

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public UrlSettings Over(UrlSettings others) => new() { Hosts = Hosts.Count > 0 ? Hosts : others.Hosts, AllowsPublic = AllowsPublic ?? others.AllowsPublic };

    /// <summary>The settings with one key's value; these very ones for a key of something else.</summary>
    public UrlSettings With(string key, SettingsNode value) => key switch
    {
        "url-hosts" => this with { Hosts = HostsOf(value) },
        "public-urls" => this with { AllowsPublic = value.Switch() },
        _ => this,
    };

    /// <summary>What judges them.</summary>
    /// <exception cref="CommandException">One of the hosts is none.</exception>
    public UrlGuard Guard()
    {
        try
        {
            return new(Hosts, AllowsPublic == true);
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage($"--voice-url-host: {Plain(e)}");
        }
    }

    /// <summary>True when both say the same.</summary>
    public bool IsSameAs(UrlSettings other) => Hosts.SequenceEqual(other.Hosts) && AllowsPublic == other.AllowsPublic;

    private static List<string> HostsOf(SettingsNode value)
    {
        var hosts = value.Texts();
        try
        {
            _ = new UrlGuard(hosts);
            return hosts;
        }
        catch (ArgumentException e)
        {
            throw value.Fault($"cannot be: {Plain(e).TrimEnd('.')}");
        }
    }

    private static string Plain(ArgumentException e) => e.Message.Split(" (Parameter")[0];
}
