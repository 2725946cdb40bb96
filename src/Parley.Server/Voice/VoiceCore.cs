using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Voice.Bots;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Records;
using Parley.Server.Voice.Sessions;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice;

/// <summary>What all sessions share.</summary>
internal sealed class VoiceCore : IDisposable
{
    private readonly SpeechConnections? _own;
    private readonly Lock _gate = new();

    public VoiceCore(UserAgent agent, VoiceOptions options)
    {
        (Agent, Options) = (agent, options);
        Log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger("Parley.Voice");
        _own = options.Speech is null ? new SpeechConnections() : null;
        Speech = options.Speech ?? new SpeechProviders(_own!);
        Sounds = new(options);
        Tools = new(options.Limits);
        Bots = options.Bots.ToDictionary(one => one.Key, one => new VoiceBot(one.Key, one.Value, Speech, options.Time, Log), StringComparer.Ordinal);
        Records = options.CallRecords is { } records ? new(records, options.Time, Log) : null;
        Tally = new(options.Time.GetUtcNow());
        Webhook = options.Webhook is { } webhook ? new(webhook, options.Time, Log) : null;
    }

    public UserAgent Agent { get; }

    public VoiceOptions Options { get; }

    public ILogger Log { get; }

    public SpeechProviders Speech { get; }

    public Sounds Sounds { get; }

    public BotTools Tools { get; }

    public IReadOnlyDictionary<string, VoiceBot> Bots { get; }

    public Webhook? Webhook { get; }

    public CallRecordBook? Records { get; }

    public CallTally Tally { get; }

    public ConcurrentDictionary<string, VoiceSession> Sessions { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, PendingCall> Pending { get; } = new(StringComparer.Ordinal);

    /// <summary>The session of an id for a socket that has come: a new one, or one that waits for it. Otherwise the status of the refusal.</summary>
    public (VoiceSession? Session, int Status) Enter(string id, Func<PendingCall?, VoiceSession> make)
    {
        lock (_gate)
        {
            if (Sessions.TryGetValue(id, out var known))
                return known.TryReattach() ? (known, 0) : (null, 409);
            if (Sessions.Count >= Options.Limits.MaxSessions)
                return (null, 503);
            var pending = Pending.TryRemove(id, out var waiting) && waiting.TryClaim() ? waiting : null;
            if (pending is not null)
                pending.HasSession = true;
            var session = make(pending);
            Sessions[id] = session;
            return (session, 0);
        }
    }

    public void Leave(VoiceSession session) => Sessions.TryRemove(KeyValuePair.Create(session.Id, session));

    public void Dispose()
    {
        Sounds.Dispose();
        Tools.Dispose();
        foreach (var bot in Bots.Values)
            bot.Dispose();
        Webhook?.Dispose();
        Records?.Dispose();
        _own?.Dispose();
    }
}
