using System.Net;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Monitoring;
using Parley.Cli.Phones;
using Parley.Cli.Terminal;
using Parley.Server.Access;
using Parley.Server.Voice;

namespace Parley.Cli.Serving;

/// <summary>The voice agents' API of a running <c>serve</c>.</summary>
internal sealed class VoiceServing
{
    // Long enough for a conversation to be brought to its end, short enough for whoever restarts the server.
    private static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(5);

    private VoiceServing(VoiceSurface surface, WebPart part, TimeSpan drain) => (Surface, Part, Drain) = (surface, part, drain);

    /// <summary>What agents drive their calls by.</summary>
    public VoiceSurface Surface { get; }

    /// <summary>What is served.</summary>
    public WebPart Part { get; }

    /// <summary>How long sessions have when the server ends.</summary>
    public TimeSpan Drain { get; }

    /// <summary>Understands the settings before anything is opened.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="status">Where the status port is; null for nowhere.</param>
    /// <returns>What is to be served; null for nothing.</returns>
    /// <exception cref="CommandException">It would be open to everybody, or there are calls and nobody could take them.</exception>
    public static Plan? Read(ServeSettings settings, IPEndPoint? status)
    {
        var voice = settings.Voice;
        if (voice.IsOff && voice.TakesCalls)
            throw CommandException.Usage("--voice-api off: agents take their calls there, and calls are announced to some; leave it out, or the webhooks.");
        // Who wants no HTTP and says nothing of agents wants none of this either.
        if (voice.IsOff || (status is null && voice.IsEmpty))
            return null;
        var keys = voice.Ring();
        var (address, secure) = AddressOf(voice, status, keys);
        if (keys.IsEmpty && !IPAddress.IsLoopback(address.Address))
        {
            throw CommandException.Usage(
                $"--voice-api {voice.Listen}: others than this machine can reach {address.Address}, and whoever reaches voice agents' calls makes calls; set --voice-api-key KEY (or keys in 'voice' in the file), or listen on 127.0.0.1.");
        }

        var options = new VoiceOptions
        {
            Prompts = voice.Prompts,
            Recordings = voice.Recordings ?? Path.Combine(settings.DataFolder, "voice-recordings"),
            Dumps = voice.Dumps,
            Grace = voice.Grace ?? TimeSpan.Zero,
            ReferEndsCall = voice.ReferEndsCall ?? true,
            Urls = voice.Guard(),
            IceServers = voice.IceServers,
        };
        return new(address, secure, keys, voice.Origins, voice.Listen is not null || voice.TakesCalls, options, voice.Drain ?? DefaultDrain);
    }

    /// <summary>Makes it.</summary>
    public static VoiceServing? Create(Plan? plan, UserAgent agent, SessionCalls calls, TimeProvider time, ILoggerFactory logging)
    {
        if (plan is null)
            return null;
        var surface = new VoiceSurface(agent, plan.Options with { Dial = calls.Dial, Time = time, Logging = logging });
        return new(surface, new("--voice-api", plan.Address, plan.IsSecure, plan.IsAsked, new(surface, plan.Keys) { Origins = plan.Origins }), plan.Drain);
    }

    /// <summary>Where it is, for people.</summary>
    public string Describe(IPEndPoint address) => $"{(Part.IsSecure ? "wss" : "ws")}://{address}{Surface.Path}/sip{CallApiServing.KeyNote(Part)}";

    /// <summary>What it has counted.</summary>
    public IEnumerable<Counter> Counters() => Surface.Counters.Snapshot().Select(one => new Counter(one.Name, one.Value, one.IsTotal, one.Help));

    // The status port's own address, unless others can reach it and there is no key for them.
    private static ApiAddress AddressOf(VoiceSettings voice, IPEndPoint? status, ApiKeyRing keys)
    {
        if (voice.Listen is { } listen)
            return ApiAddress.Parse(listen, ServeSettings.DefaultHttp);
        return new(status is not null && (IPAddress.IsLoopback(status.Address) || !keys.IsEmpty) ? status : ServeSettings.ParseHttp(ServeSettings.DefaultHttp), false);
    }

    /// <summary>What is to be served.</summary>
    internal sealed record Plan(
        IPEndPoint Address, bool IsSecure, ApiKeyRing Keys, IReadOnlyList<string> Origins, bool IsAsked, VoiceOptions Options, TimeSpan Drain);
}
