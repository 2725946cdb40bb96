using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Cli.Commands;

/// <summary><c>parley options</c>.</summary>
internal sealed class OptionsCommand : Command
{
    private const int DefaultCount = 4, MaxCount = 1_000_000;

    private readonly Argument<string> _target = PeerOptions.Uri("URI", "Whom to ask");
    private readonly PeerOptions _peer = new();
    private readonly Option<int> _count = new("--count") { HelpName = "N", DefaultValueFactory = _ => DefaultCount, Description = "How often to ask" };

    private readonly Option<TimeSpan?> _interval = new("--interval")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "Time from one to the next [default: 1s]",
    };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "How long to wait for an answer [default: 4s]",
    };

    public OptionsCommand()
        : base("options", """
            Asks whether somebody is there (OPTIONS) and how long the answer takes. Ends with 1 when nobody answers.

            Examples:
              parley options sip:127.0.0.1
              parley options sip:sip.example.com --transport tls --count 1 --json
            """)
    {
        Arguments.Add(_target);
        foreach (var option in (Option[])[_count, _interval, _timeout])
            Options.Add(option);
        _peer.AddTo(this);
        _count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxCount)
                result.AddError($"--count takes 1 to {MaxCount}");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var target = _peer.Target(parsed, parsed.GetValue(_target)!);
        var request = new SipRequestOptions { Target = target, Proxy = _peer.Proxy(parsed), Credentials = _peer.Credentials(parsed, target.User) };
        var events = _peer.Events(parsed);
        await using var agent = await _peer.StartAgentAsync(parsed, request.Proxy ?? target, null, interrupt);
        var (count, sent) = (parsed.GetValue(_count), 0);
        List<double> times = [];
        try
        {
            while (sent < count)
            {
                if (sent++ > 0)
                    await Task.Delay(parsed.GetValue(_interval) ?? TimeSpan.FromSeconds(1), interrupt);
                if (await AskAsync(agent, request, parsed.GetValue(_timeout) ?? TimeSpan.FromSeconds(4), events, interrupt) is { } milliseconds)
                    times.Add(milliseconds);
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            sent = Math.Max(sent - 1, times.Count); // the one that was cut off has neither an answer nor been missed
        }

        WriteSummary(events, target, sent, times);
        return times.Count > 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>The time until the answer in milliseconds; null when there was none.</summary>
    private static async Task<double?> AskAsync(UserAgent agent, SipRequestOptions request, TimeSpan timeout, EventOutput events, CancellationToken interrupt)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        limit.CancelAfter(timeout);
        var clock = Stopwatch.StartNew();
        SipResponse response;
        try
        {
            response = await agent.Endpoint.RequestAsync(request, limit.Token);
        }
        catch (OperationCanceledException) when (!interrupt.IsCancellationRequested)
        {
            events.Write("timeout", $"no answer from {request.Target} within {timeout.TotalSeconds:0.#} s");
            return null;
        }

        var milliseconds = clock.Elapsed.TotalMilliseconds;
        if (response.Message is not { } message)
        {
            var facts = new JsonObject { ["status"] = response.Status, ["reason"] = response.Reason };
            events.Write("unreachable", $"{request.Target}: {response.Status} {response.Reason}", facts);
            return null;
        }

        var server = message.GetString("Server") ?? message.GetString("User-Agent");
        events.Write("answer", Invariant($"{response.Status} {response.Reason} from {server ?? request.Target.Host}: {milliseconds:0.0} ms"), new()
        {
            ["status"] = response.Status, ["reason"] = response.Reason, ["ms"] = Math.Round(milliseconds, 3),
            ["server"] = server, ["allow"] = message.GetString(HeaderId.Allow),
        });
        return milliseconds;
    }

    private static void WriteSummary(EventOutput events, SipUri target, int sent, List<double> times)
    {
        var lost = sent == 0 ? 0 : 100.0 * (sent - times.Count) / sent;
        var roundTrip = times.Count == 0 ? "" : Invariant($"; round trip min {times.Min():0.0}, mean {times.Average():0.0}, max {times.Max():0.0} ms");
        events.Write("summary", Invariant($"{target}: {sent} sent, {times.Count} answered, {lost:0} % lost{roundTrip}"), new()
        {
            ["sent"] = sent, ["answered"] = times.Count, ["minMs"] = Figure(times.Min), ["meanMs"] = Figure(times.Average), ["maxMs"] = Figure(times.Max),
        });

        double? Figure(Func<double> of) => times.Count == 0 ? null : Math.Round(of(), 3);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
