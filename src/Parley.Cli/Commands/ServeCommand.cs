using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Serving;
using Parley.Cli.Terminal;
using Parley.Sip.Transport;

namespace Parley.Cli.Commands;

/// <summary><c>parley serve</c>.</summary>
internal sealed class ServeCommand : Command
{
    private readonly Option<string[]> _sip = new("--sip")
    {
        HelpName = "TRANSPORT:HOST:PORT",
        Description = "Listen here; udp, tcp, tls, ws or wss, IPv6 in brackets; may be repeated [default: udp:0.0.0.0:5060 and tcp:0.0.0.0:5060]",
        Validators =
        {
            result =>
            {
                foreach (var token in result.Tokens)
                {
                    if (!SipListenAddress.TryParse(token.Value, out _, out var fault))
                        result.AddError($"--sip: {fault}");
                }
            },
        },
    };

    private readonly Option<string?> _http = new("--http")
    {
        HelpName = "HOST:PORT", Description = $"Serve /health, /counters, /metrics and /trace here; 'off' for not at all [default: {ServeSettings.DefaultHttp}]",
    };

    private readonly Option<string?> _data = new("--data") { HelpName = "DIR", Description = "Folder of accounts, registrations and recordings [default: parley-data]" };

    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE", Description = "Read these options, and trunks and routes, from a JSON file; what is given here goes before it",
    };

    private readonly Option<string?> _tlsCertificate = new("--tls-cert") { HelpName = "F.pem", Description = "Certificate for tls: and wss:" };

    private readonly Option<string?> _tlsKey = new("--tls-key") { HelpName = "F.pem", Description = "Its private key" };

    private readonly Option<bool?> _tlsSelfSigned = new("--tls-self-signed")
    {
        Arity = ArgumentArity.Zero, Description = "Make a certificate, to try TLS out",
    };

    private readonly Option<string?> _trace = new("--trace")
    {
        HelpName = "FILE", Description = "Write every SIP message to FILE.pcap, or as text to any other FILE, or to - for the terminal",
    };

    private readonly Option<string?> _mediaPorts = new("--media-ports")
    {
        HelpName = "FIRST-LAST", Description = "UDP ports for audio [default: 10000-20000]",
    };

    private readonly Option<string?> _externalHost = new("--external-host")
    {
        HelpName = "HOST", Description = "Address told to peers instead of the local one, behind a forwarding NAT",
    };

    private readonly Option<string?> _srtp = EncryptionMode.Option();

    private readonly Option<string[]> _allowBridge = new("--allow-bridge")
    {
        HelpName = "HOST", Description = "Let any caller be bridged to HOST; may be repeated [default: only to the caller's own host]",
    };

    private readonly Option<string?> _callApi = new("--call-api")
    {
        HelpName = "[wss:]HOST:PORT", Description = $"Serve the call API here, at /call-api; 'off' for not at all [default: {CallApiServing.Default}]",
    };

    private readonly Option<string?> _callApiKey = new("--call-api-key")
    {
        HelpName = "KEY", Description = "Let nobody use the call API without this key; needed where others can reach it. Also PARLEY_CALL_API_KEY",
    };

    private readonly VoiceServeOptions _voice = new();

    public ServeCommand()
        : base("serve", """
            Registers phones, connects their calls and serves the built-in extensions until Ctrl-C.

            Examples:
              parley serve
              parley serve --sip udp:127.0.0.1:5070 --http off
              parley serve --sip tls:0.0.0.0:5061 --tls-self-signed --trace calls.pcap
              parley serve --webhook http://127.0.0.1:9000/calls --webhook-users bot
              parley serve --config parley.json
            """)
    {
        foreach (var option in (Option[])
            [_sip, _http, _data, _config, _tlsCertificate, _tlsKey, _tlsSelfSigned, _trace, _mediaPorts, _externalHost, _srtp, _allowBridge, _callApi, _callApiKey])
            Options.Add(option);
        _voice.AddTo(this);
        SetAction(async (parsed, cancel) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(_config) is not { } path)
                await ServeRun.RunAsync(Read(parsed), null, output, cancel);
            else
                await ServeRun.RunAsync(ReadAll(), (path, ReadAll), output, cancel);
            ServeSettings ReadAll() => Read(parsed).Over(SettingsFile.Read(path));
            return ExitCode.Success;
        });
    }

    /// <summary>What the options say.</summary>
    public ServeSettings Read(ParseResult parsed) => new()
    {
        Sip = parsed.GetValue(_sip),
        Http = parsed.GetValue(_http),
        Data = parsed.GetValue(_data),
        TlsCertificate = parsed.GetValue(_tlsCertificate),
        TlsKey = parsed.GetValue(_tlsKey),
        TlsSelfSigned = parsed.GetResult(_tlsSelfSigned) is { Implicit: false } ? true : null,
        Trace = parsed.GetValue(_trace),
        MediaPorts = parsed.GetValue(_mediaPorts),
        ExternalHost = parsed.GetValue(_externalHost),
        Srtp = parsed.GetValue(_srtp),
        AllowBridge = parsed.GetValue(_allowBridge),
        CallApi = new()
        {
            Listen = parsed.GetValue(_callApi), Key = parsed.GetValue(_callApiKey) ?? ApiCommand.KeyOfEnvironment,
        },
        Voice = _voice.Read(parsed),
    };
}
