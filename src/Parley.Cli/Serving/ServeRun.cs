using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Monitoring;
using Parley.Cli.Terminal;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>One run of <c>serve</c>, from the first listener to the last BYE.</summary>
internal static class ServeRun
{
    // A caller that went away without a BYE costs a port pair and two timers; five minutes of silence are no conversation.
    private static readonly TimeSpan MediaTimeout = TimeSpan.FromMinutes(5);

    // Long enough for a BYE that is lost twice (RFC 3261 §17.1.2.2: repeated after 0.5, 1.5 and 3.5 s).
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync(ServeSettings settings, TextWriter output, CancellationToken interrupt)
    {
        var listen = settings.Listen.Select(SipListenAddress.Parse).ToList();
        var live = new LiveSipTrace();
        await using var log = new ServeLog(output);
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new ServeLogProvider(log)));
        await using var trace = settings.Trace is { } target ? TraceOutput.Open(target, output) : null;
        await using var network = new SystemNetwork();
        using var certificate = Certificates.For(settings, listen);
        await using var agent = await UserAgent.StartAsync(
            new()
            {
                Listen = settings.Listen,
                Certificate = certificate,
                ExternalHost = settings.ExternalHost,
                MediaPorts = settings.MediaPorts is { } ports ? ServeSettings.ParsePorts(ports) : new UserAgentOptions().MediaPorts,
                MediaTimeout = MediaTimeout,
                Trace = trace is null ? live : new CombinedSipTrace(live, trace.Trace),
                Logging = logging,
                Network = network,
            },
            interrupt);
        var recordings = new RecordingFolder(settings.DataFolder);
        var services = new ExtensionServices(agent, log, new BridgePolicy(settings.AllowBridge ?? []), recordings, network.Time);
        using var stop = new CancellationTokenSource();
        var serving = agent.ServeAsync(new Switchboard(services).HandleAsync, stop.Token);
        var (http, status) = await StartStatusAsync(settings.Http, agent, network, live, interrupt);
        await using (http)
        {
            Greeting.Write(output, agent.Listeners, status, recordings.Path);
            await WaitAsync(interrupt);
            log.Write("Ending: new calls get 503, running ones are hung up; Ctrl-C again ends at once.");
            await DrainAsync(agent, log);
        }

        await stop.CancelAsync();
        await serving;
    }

    private static async Task<(StatusServer? Server, string Status)> StartStatusAsync(
        string? asked, UserAgent agent, INetwork network, LiveSipTrace live, CancellationToken interrupt)
    {
        if (asked == "off")
            return (null, "not served");
        var address = ServeSettings.ParseHttp(asked ?? ServeSettings.DefaultHttp);
        try
        {
            var server = await StatusServer.StartAsync(address, agent, network, live, interrupt);
            return (server, $"{server.Address}/health, /counters, /metrics, /trace");
        }
        catch (IOException) when (asked is null)
        {
            return (null, $"not served: {address} is in use; --http HOST:PORT takes another");
        }
        catch (IOException e)
        {
            throw new CommandException($"--http {asked}: {e.Message}");
        }
    }

    private static async Task WaitAsync(CancellationToken interrupt)
    {
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (interrupt.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), interrupted))
            await interrupted.Task;
    }

    private static async Task DrainAsync(UserAgent agent, ServeLog log)
    {
        using var limit = new CancellationTokenSource(DrainLimit);
        var drained = agent.DrainAsync(limit.Token);
        while (!drained.IsCompleted)
        {
            // Again and again: a call may have come in just before the door was shut.
            foreach (var call in agent.Calls)
                _ = call.HangUpAsync(CancellationToken.None);
            await Task.WhenAny(drained, Task.Delay(DrainStep, CancellationToken.None));
        }

        if (drained.IsCanceled)
            log.Write($"{agent.Calls.Count} calls did not confirm their end within {DrainLimit.TotalSeconds:0} s and are left.");
    }
}
