using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Monitoring;
using Parley.Cli.Phones;
using Parley.Cli.Terminal;
using Parley.Net;
using Parley.Server.Access;
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

    /// <summary>Serves until <paramref name="interrupt"/> fires.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="reload">The settings file and how it is read again; null when there is none.</param>
    /// <param name="output">Where lines go.</param>
    /// <param name="interrupt">Ends it.</param>
    public static async Task RunAsync(ServeSettings settings, (string Path, Func<ServeSettings> Read)? reload, TextWriter output, CancellationToken interrupt)
    {
        // What cannot be understood is said before anything is opened or made.
        var listen = settings.Listen.Select(SipListenAddress.Parse).ToList();
        var mediaPorts = settings.MediaPorts is { } range ? ServeSettings.ParsePorts(range) : new UserAgentOptions().MediaPorts;
        var encryption = EncryptionMode.Parse(settings.Srtp);
        var codecs = CodecNames.Parse(settings.Codecs, "codecs");
        var statusAddress = settings.Http == "off" ? null : ServeSettings.ParseHttp(settings.Http ?? ServeSettings.DefaultHttp);
        var live = new LiveSipTrace();
        await using var log = new ServeLog(output);
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new ServeLogProvider(log)));
        await using var trace = settings.Trace is { } target ? TraceOutput.Open(target, output) : null;
        await using var network = new SystemNetwork();
        var callApi = CallApiServing.Read(settings.CallApi);
        var voiceAgents = VoiceServing.Read(settings, statusAddress);
        using var certificate = Certificates.For(settings, listen);
        await using var storage = await PhoneStorage.OpenOrDoWithoutAsync(settings, log.Write, interrupt);
        await using var phones = await PhoneSystem.OpenAsync(settings, storage, DomainTable.Create(settings, listen), log, network.Time, interrupt);
        var options = new UserAgentOptions
        {
            Listen = settings.Listen,
            Certificate = certificate,
            ExternalHost = settings.ExternalHost,
            MediaPorts = mediaPorts,
            MediaEncryption = encryption,
            Codecs = codecs,
            MediaTimeout = MediaTimeout,
            Trace = trace is null ? live : new CombinedSipTrace(live, trace.Trace),
            Logging = logging,
            Network = network,
        };
        await using var agent = await UserAgent.StartAsync(phones.Configure(options), interrupt);
        var recordings = new RecordingFolder(settings.DataFolder);
        var router = await phones.BeginAsync(agent, new(agent, log, new BridgePolicy(settings.AllowBridge ?? []), recordings, network.Time));
        using var stop = new CancellationTokenSource();
        var api = CallApiServing.Create(callApi, phones.Control!, logging);
        using var voice = VoiceServing.Create(voiceAgents, agent, phones.Sessions!, network.Time, logging);
        phones.Agents.Begin(voice?.Surface, router.DivertAsync);
        var counters = new CounterSource(agent, network, () => [.. phones.Counters(), .. api?.Counters() ?? [], .. voice?.Counters() ?? []]);
        var status = statusAddress is null ? null : new WebPart("--http", statusAddress, false, settings.Http is not null, new(new StatusSurface(counters, live, voice is null ? null : voice.Surface.HealthText), ApiKeyRing.None));
        var serving = agent.ServeAsync(router.HandleAsync, stop.Token);
        await using (var web = await WebServing.StartAsync([.. new[] { status, api?.Part, voice?.Part }.OfType<WebPart>()], certificate, logging, interrupt))
        await using (reload is var (path, read) ? new SettingsReload(path, read, next => ApplyAsync(settings, next, phones, log), log) : null)
        {
            Greeting.Write(output, agent.Listeners, phones.Domains.Default, new()
            {
                Status = web.Describe(status, address => $"http://{address}/health, /counters, /metrics, /trace"),
                CallApi = web.Describe(api?.Part, address => api!.Describe(address)),
                VoiceAgents = web.Describe(voice?.Part, address => voice!.Describe(address)),
                Recordings = recordings.Path,
            });
            await WaitAsync(interrupt);
            log.Write("Ending: new calls get 503, running ones are hung up; Ctrl-C again ends at once.");
            await DrainAsync(agent, phones, voice, log);
        }

        await stop.CancelAsync();
        await serving;
    }

    private static async Task ApplyAsync(ServeSettings first, ServeSettings next, PhoneSystem phones, ServeLog log)
    {
        await phones.ApplyAsync(next.Phones, next.Voice);
        var later = next.DifferentAtStart(first);
        log.Write(later.Count == 0 ? "settings are read again and count" : $"settings are read again and count, but not {string.Join(", ", later)} before the next start");
    }

    private static async Task WaitAsync(CancellationToken interrupt)
    {
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (interrupt.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), interrupted))
            await interrupted.Task;
    }

    private static async Task DrainAsync(UserAgent agent, PhoneSystem phones, VoiceServing? voice, ServeLog log)
    {
        using var limit = new CancellationTokenSource();
        // The door first: what closes after it hangs up, and somebody new may knock meanwhile.
        var drained = agent.DrainAsync(limit.Token);
        // Who talks to a voice agent may finish; nobody else's calls are cut short meanwhile.
        if (voice is not null)
            await voice.Surface.DrainAsync(voice.Drain, CancellationToken.None);
        limit.CancelAfter(DrainLimit);
        await phones.CloseAsync();
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
