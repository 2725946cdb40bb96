using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Media.Codecs;
using Parley.Media.Srtp;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Cli.Commands;

/// <summary>The options of every command that sends something to somebody.</summary>
internal sealed class PeerOptions
{
    private const string PasswordVariable = "PARLEY_PASSWORD";

    private readonly Option<string?> _user = new("--user") { HelpName = "NAME", Description = "User name for a challenge [default: the user of the address]" };

    private readonly Option<string?> _password = new("--password")
    {
        HelpName = "PASSWORD", Description = $"Password for a challenge [default: ${PasswordVariable}, which others on this machine do not see]",
    };

    private readonly Option<string?> _proxy = new("--proxy") { HelpName = "URI", Description = "Send through this outbound proxy" };

    private readonly Option<string?> _transport = new("--transport")
    {
        HelpName = "udp|tcp|tls|ws|wss", Description = "Transport, where the URI does not say [default: as its domain's DNS says, else udp]",
    };

    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any TLS certificate" };

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object a line" };

    public PeerOptions() => _transport.Validators.Add(result =>
    {
        var word = result.Tokens[^1].Value;
        if (!SipTransports.TryParse(System.Text.Encoding.UTF8.GetBytes(word), out _))
            result.AddError($"--transport takes udp, tcp, tls, ws or wss, not '{word}'");
    });

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_user, _password, _proxy, _transport, _insecure, _json])
            command.Options.Add(option);
    }

    /// <summary>An argument that is a SIP URI; <c>bob@example.com</c> will do.</summary>
    public static Argument<string> Uri(string name, string description) => new(name)
    {
        Description = description,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && !TryReadUri(result.Tokens[0].Value, out _))
                    result.AddError($"'{result.Tokens[0].Value}' is no SIP URI; write sip:user@host");
            },
        },
    };

    /// <summary>Whom the URI and <c>--transport</c> name.</summary>
    /// <exception cref="CommandException">It is no URI, or both name a transport and not the same.</exception>
    public SipUri Target(ParseResult parsed, string text)
    {
        var uri = ReadUri(text);
        if (parsed.GetValue(_transport) is not { } transport)
            return uri;
        if (uri.Transport is { } said && !said.Equals(transport, StringComparison.OrdinalIgnoreCase))
            throw CommandException.Usage($"--transport {transport} contradicts {uri}.");
        return uri.WithParameter("transport", transport.ToLowerInvariant());
    }

    public SipUri? Proxy(ParseResult parsed) => parsed.GetValue(_proxy) is { } text ? ReadUri(text) : null;

    /// <summary>User name and password; null without a password.</summary>
    public DigestCredentials? Credentials(ParseResult parsed, string? defaultUser)
    {
        var password = parsed.GetValue(_password) ?? Environment.GetEnvironmentVariable(PasswordVariable);
        if (string.IsNullOrEmpty(password))
            return null;
        var user = parsed.GetValue(_user) ?? defaultUser;
        return string.IsNullOrEmpty(user)
            ? throw CommandException.Usage("A password needs a user name: --user NAME.")
            : new DigestCredentials { Username = user, Password = password };
    }

    public EventOutput Events(ParseResult parsed) => new(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));

    /// <summary>A user agent that reaches a host; it listens on a free port only.</summary>
    public Task<UserAgent> StartAgentAsync(ParseResult parsed, SipUri next, IReadOnlyList<AudioCodec>? codecs, CancellationToken cancel, MediaEncryption encryption = MediaEncryption.None)
    {
        var options = new UserAgentOptions
        {
            Listen = [next.HostIsV6 ? "udp:[::]:0" : "udp:0.0.0.0:0"],
            VerifyCertificates = !parsed.GetValue(_insecure),
            Codecs = codecs ?? AudioCodecs.Default,
            MediaEncryption = encryption,
        };
        return UserAgent.StartAsync(options, cancel);
    }

    private static SipUri ReadUri(string text) => TryReadUri(text, out var uri)
        ? uri
        : throw CommandException.Usage($"'{text}' is no SIP URI; write sip:user@host.");

    private static bool TryReadUri(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipUri? uri)
    {
        if (SipUri.TryParse(text, out uri) && uri.Scheme != SipScheme.Other)
            return true;
        return SipUri.TryParse("sip:" + text, out uri) && uri.Host.Length > 0;
    }
}
