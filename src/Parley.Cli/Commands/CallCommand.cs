using System.CommandLine;
using Parley.Cli.Calling;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;

namespace Parley.Cli.Commands;

/// <summary><c>parley call</c>.</summary>
internal sealed class CallCommand : Command
{
    private readonly Argument<string> _target = PeerOptions.Uri("URI", "Whom to call");
    private readonly PeerOptions _peer = new();

    private readonly Option<string?> _play = new("--play") { HelpName = "F", Description = "Play this sound file (WAV, MP3, Ogg, FLAC), or http(s) URL, once answered" };

    private readonly Option<string?> _record = new("--record")
    {
        HelpName = "F", Description = "Record the call to this WAV file: left what is heard, right what is said",
    };

    private readonly Option<string?> _digits = new("--dtmf") { HelpName = "DIGITS", Description = "Send these digits once answered" };

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        HelpName = "TIME",
        CustomParser = Duration.Read,
        Description = "Hang up this long after the answer, e.g. 5s [default: when all is played and sent, else never]",
    };

    private readonly Option<TimeSpan?> _ring = new("--ring")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "Give up when it rings this long [default: 3m]",
    };

    private readonly Option<string?> _from = new("--from") { HelpName = "URI", Description = "Who calls: sip:user@host, or \"Name\" <sip:user@host>" };

    private readonly Option<string[]> _codecs = CodecNames.Option("Offer this codec");

    private readonly Option<string?> _srtp = EncryptionMode.Option();

    public CallCommand()
        : base("call", """
            Calls somebody. Ends with 0 when the call was answered, 1 when it was not, 2 when it could not be understood.

            Examples:
              parley call sip:echo@127.0.0.1 --duration 5s
              parley call sip:menu@127.0.0.1 --dtmf 159 --record answers.wav --duration 6s
              parley call sip:bob@example.com --play hello.wav --user alice --password secret --from sip:alice@example.com
            """)
    {
        Arguments.Add(_target);
        foreach (var option in (Option[])[_play, _record, _digits, _duration, _ring, _from, _codecs, _srtp])
            Options.Add(option);
        _peer.AddTo(this);
        _digits.Validators.Add(result =>
        {
            if (result.Tokens[^1].Value.FirstOrDefault(c => !CallSettings.IsDigit(c)) is not '\0' and var other)
                result.AddError($"--dtmf: '{other}' is no digit; there are 0-9, *, # and A-D");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var target = _peer.Target(parsed, parsed.GetValue(_target)!);
        var settings = new CallSettings
        {
            Target = target,
            Proxy = _peer.Proxy(parsed),
            Caller = parsed.GetValue(_from),
            Play = parsed.GetValue(_play),
            Record = parsed.GetValue(_record),
            Digits = parsed.GetValue(_digits) ?? "",
            Duration = parsed.GetValue(_duration),
            RingTimeout = parsed.GetValue(_ring),
            Credentials = _peer.Credentials(parsed, CallSettings.UserOf(parsed.GetValue(_from))),
        };
        await settings.CheckFilesAsync(interrupt);
        var codecs = CodecNames.Parse(parsed.GetValue(_codecs), "--codec");
        await using var agent = await _peer.StartAgentAsync(parsed, settings.Proxy ?? target, codecs, interrupt, EncryptionMode.Parse(parsed.GetValue(_srtp)));
        return await new CallRun(agent, settings, _peer.Events(parsed)).RunAsync(interrupt);
    }
}
