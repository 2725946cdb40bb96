using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Sip.Registrations;

namespace Parley.Cli.Commands;

/// <summary><c>parley register</c>.</summary>
internal sealed class RegisterCommand : Command
{
    private readonly Argument<string> _address = PeerOptions.Uri("AOR", "Address of record, e.g. sip:alice@example.com");
    private readonly PeerOptions _peer = new();
    private readonly Option<string?> _registrar = new("--registrar") { HelpName = "URI", Description = "Registrar [default: the address's domain]" };

    private readonly Option<TimeSpan?> _expires = new("--expires")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "Lifetime asked for [default: 1h]",
    };

    private readonly Option<bool> _once = new("--once") { Description = "Register, say how it went, and take it back: to try a password" };

    public RegisterCommand()
        : base("register", """
            Keeps an address registered until Ctrl-C, and takes the registration back then.

            Examples:
              parley register sip:alice@example.com --user alice --password secret
              parley register sip:alice@example.com --registrar sip:192.0.2.7 --expires 5m
              PARLEY_PASSWORD=secret parley register sip:alice@example.com --once
            """)
    {
        Arguments.Add(_address);
        foreach (var option in (Option[])[_registrar, _expires, _once])
            Options.Add(option);
        _peer.AddTo(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var address = _peer.Target(parsed, parsed.GetValue(_address)!);
        var transport = address.Transport;
        var options = new RegistrationOptions
        {
            Address = address.WithoutParameter("transport"),
            Registrar = parsed.GetValue(_registrar) is { } registrar ? _peer.Target(parsed, registrar) : RegistrarOf(address, transport),
            Proxy = _peer.Proxy(parsed),
            Credentials = _peer.Credentials(parsed, address.User),
            Expires = parsed.GetValue(_expires) ?? TimeSpan.FromHours(1),
        };
        var events = _peer.Events(parsed);
        await using var agent = await _peer.StartAgentAsync(parsed, options.Proxy ?? options.Registrar, null, interrupt);
        await using var registration = agent.Register(options);
        try
        {
            return await FollowAsync(registration, options, parsed.GetValue(_once), events, interrupt);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            await registration.DisposeAsync();
            events.Write("unregistered", $"{options.Address} is not registered from here any more");
            return ExitCode.Success;
        }
    }

    private static async Task<int> FollowAsync(
        Registration registration, RegistrationOptions options, bool once, EventOutput events, CancellationToken interrupt)
    {
        await foreach (var status in registration.Changes(interrupt))
        {
            if (status.State is RegistrationState.Registering or RegistrationState.Closed)
                continue;
            Tell(events, options, status);
            if (status.State == RegistrationState.Registered && once)
                return ExitCode.Success;
            if (status.State == RegistrationState.Failed && (once || IsFinal(status.Status)))
                return ExitCode.Failure;
        }

        return ExitCode.Success;
    }

    // RFC 3261 §21.4: these say no to what was asked; asking the same again gets the same. Whoever typed it has to change it.
    private static bool IsFinal(int status) => status is 400 or 401 or 403 or 404 or 405 or 407 or 484 or 603;

    private static void Tell(EventOutput events, RegistrationOptions options, RegistrationStatus status)
    {
        if (status.State == RegistrationState.Registered)
        {
            var seen = status.PublicAddress.HasValue ? $", seen as {status.PublicAddress}" : "";
            events.Write("registered", $"registered {options.Address} for {status.Lifetime.TotalSeconds:0} s{seen}", new()
            {
                ["address"] = options.Address.ToString(), ["seconds"] = status.Lifetime.TotalSeconds,
                ["seenAs"] = status.PublicAddress.HasValue ? status.PublicAddress.ToString() : null,
            });
            return;
        }

        var next = IsFinal(status.Status) ? "" : $"; next attempt in {status.NextAttempt.TotalSeconds:0} s";
        events.Write("failed", $"not registered: {status.Status} {status.Reason}{next}", new()
        {
            ["status"] = status.Status, ["reason"] = status.Reason, ["nextSeconds"] = status.NextAttempt.TotalSeconds,
        });
    }

    // RFC 3261 §10.2: the domain without a user, reached by the transport that was asked for.
    private static Sip.Messages.SipUri RegistrarOf(Sip.Messages.SipUri address, string? transport)
    {
        var registrar = Sip.Messages.SipUri.Create(null, address.Host, address.Port, address.IsSecure);
        return transport is null ? registrar : registrar.WithParameter("transport", transport);
    }
}
