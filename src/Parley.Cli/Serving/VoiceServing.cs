using System.Net;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Monitoring;
using Parley.Cli.Phones;
using Parley.Cli.Terminal;
using Parley.Server.Access;
using Parley.Server.Voice;
using Parley.Speech.Dialogue;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Cli.Serving;

/// <summary>The voice agents' API of a running <c>serve</c>.</summary>
internal sealed class VoiceServing : IDisposable
{
    // Long enough for a conversation to be brought to its end, short enough for whoever restarts the server.
    private static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(5);

    private readonly SpeechConnections _connections;

    private VoiceServing(VoiceSurface surface, WebPart part, TimeSpan drain, SpeechConnections connections) =>
        (Surface, Part, Drain, _connections) = (surface, part, drain, connections);

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
        if (voice.Api.IsOff && voice.TakesCalls)
            throw CommandException.Usage("--voice-api off: agents take their calls there, and calls are announced to some; leave it out, or the webhooks.");
        // Who wants no HTTP and says nothing of agents wants none of this either.
        if (voice.Api.IsOff || (status is null && voice.IsEmpty))
            return null;
        var keys = voice.Api.Ring("voice agents");
        var (address, secure) = AddressOf(voice.Api, status, keys);
        voice.Api.RequireKeys("--voice-api", address, keys, "whoever reaches voice agents' calls makes calls", "keys in 'voice'");
        var options = new VoiceOptions
        {
            Prompts = voice.Prompts,
            Recordings = voice.Recordings ?? Path.Combine(settings.DataFolder, "voice-recordings"),
            Dumps = voice.Dumps,
            Grace = voice.Grace ?? TimeSpan.Zero,
            ReferEndsCall = voice.ReferEndsCall ?? true,
            Urls = voice.Urls.Guard(),
            IceServers = voice.IceServers,
            Bots = BotsOf(voice),
            Llm = voice.Llm is { } llm ? new() { Base = LlmAddress(llm), Key = voice.LlmKey } : null,
            LegacyReasons = voice.LegacyReasons,
        };
        return new(address, secure, keys, voice.Api.Origins, voice.Api.Listen is not null || voice.TakesCalls, options, voice.Drain ?? DefaultDrain, voice.Cache, voice.Records);
    }

    /// <summary>Makes it.</summary>
    public static VoiceServing? Create(Plan? plan, UserAgent agent, SessionCalls calls, TimeProvider time, ILoggerFactory logging)
    {
        if (plan is null)
            return null;
        var connections = new SpeechConnections();
        var records = plan.Records?.ToOptions();
        try
        {
            var speech = new SpeechProviders(connections, plan.Cache is { } folder ? new SynthesisCache(new() { Folder = folder }) : null);
            var surface = new VoiceSurface(agent, plan.Options with { Speech = speech, CallRecords = records, Dial = calls.Dial, Time = time, Logging = logging });
            return new(surface, new("--voice-api", plan.Address, plan.IsSecure, plan.IsAsked, new(surface, plan.Keys) { Origins = plan.Origins }), plan.Drain, connections);
        }
        catch
        {
            connections.Dispose();
            records?.Target?.Dispose();
            throw;
        }
    }

    /// <summary>Where it is, for people.</summary>
    public string Describe(IPEndPoint address) => $"{(Part.IsSecure ? "wss" : "ws")}://{address}{Surface.Path}/sip{CallApiServing.KeyNote(Part)}";

    /// <summary>What it has counted.</summary>
    public IEnumerable<Counter> Counters() => Surface.Counters.Snapshot().Select(one => new Counter(one.Name, one.Value, one.IsTotal, one.Help));

    private static Dictionary<string, BotSettings> BotsOf(VoiceSettings voice)
    {
        var bots = voice.Bots.ToDictionary(one => one.Key, one => BotSettings.Load(one.Value));
        if (voice.Bot is { } file && !bots.TryAdd(VoiceAgents.DefaultBot, BotSettings.Load(file)))
            throw CommandException.Usage($"--voice-bot {file}: 'voice.bots' has one named '{VoiceAgents.DefaultBot}' already, which is what this one is called.");
        return bots;
    }

    public void Dispose() => _connections.Dispose();

    private static Uri LlmAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url : throw CommandException.Usage($"voice.llm: '{text}' is no URL; write https://HOST/v1.");

    // The status port's own address, unless others can reach it and there is no key for them.
    private static ApiAddress AddressOf(ApiSettings api, IPEndPoint? status, ApiKeyRing keys)
    {
        if (api.Listen is { } listen)
            return ApiAddress.Parse(listen, ServeSettings.DefaultHttp);
        return new(status is not null && (IPAddress.IsLoopback(status.Address) || !keys.IsEmpty) ? status : ServeSettings.ParseHttp(ServeSettings.DefaultHttp), false);
    }

    /// <summary>What is to be served.</summary>
    internal sealed record Plan(
        IPEndPoint Address, bool IsSecure, ApiKeyRing Keys, IReadOnlyList<string> Origins, bool IsAsked, VoiceOptions Options, TimeSpan Drain, string? Cache, RecordSettings? Records);
}
