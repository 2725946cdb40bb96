using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Access;
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
    private bool _isClosed;

    public VoiceCore(UserAgent agent, VoiceOptions options)
    {
        (Agent, Options) = (agent, options);
        Log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger("Parley.Voice");
        _own = options.Speech is null ? new SpeechConnections() : null;
        Speech = options.Speech ?? new SpeechProviders(_own!);
        Addresses = new(options.Urls, Speech.Connections.Limits);
        Sounds = new(options);
        Tools = new(options.Limits);
        Bots = options.Bots.ToDictionary(one => one.Key, one => new VoiceBot(one.Key, one.Value, Speech), StringComparer.Ordinal);
        Counters = new(() => (Sessions.Count, Pending.Count));
        Webhooks = new(options.Time, Counters, Log);
        Webhook = options.Webhook is { } webhook ? new(webhook) : null;
        Clients = new(options.Limits.MaxSessions, options.Limits.MaxSessionsPerClient);
        Records = options.CallRecords is { } records ? new(records, options.Time, Log) : null;
        Tally = new(options.Time.GetUtcNow());
    }

    public UserAgent Agent { get; }

    public VoiceOptions Options { get; }

    public ILogger Log { get; }

    public SpeechProviders Speech { get; }

    /// <summary>Vendors elsewhere than the server's configuration says.</summary>
    public VendorAddresses Addresses { get; }

    public Sounds Sounds { get; }

    public BotTools Tools { get; }

    public IReadOnlyDictionary<string, VoiceBot> Bots { get; }

    public VoiceCounters Counters { get; }

    public WebhookClient Webhooks { get; }

    /// <summary>Who is told of calls when nobody else is named.</summary>
    public Webhook? Webhook { get; }

    /// <summary>Who has how many sockets.</summary>
    public ClientTable Clients { get; }

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
            if (_isClosed || Sessions.Count >= Options.Limits.MaxSessions)
                return (null, 503);
            var pending = Pending.TryRemove(id, out var waiting) && waiting.TryClaim() ? waiting : null;
            if (pending is not null)
                pending.HasSession = true;
            var session = make(pending);
            Sessions[id] = session;
            Counters.SessionBegun();
            return (session, 0);
        }
    }

    /// <summary>An incoming call begins to wait for its session; false when there are too many, or no session is begun any more.</summary>
    public bool TryAwait(PendingCall pending)
    {
        lock (_gate)
        {
            if (_isClosed || Pending.Count >= Options.Limits.MaxPending)
                return false;
            Pending[pending.Id] = pending;
            return true;
        }
    }

    /// <summary>No session is begun any more.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    /// <summary>Builds a call to an address as the options say what becomes of it.</summary>
    public Task<OutgoingCall> CreateCallAsync(string callee, DialOptions dial, CancellationToken cancel)
    {
        (callee, dial) = Options.Dial?.Invoke(callee, dial) ?? (callee, dial);
        return Agent.CreateCallAsync(callee, dial, cancel);
    }

    public void Leave(VoiceSession session) => Sessions.TryRemove(KeyValuePair.Create(session.Id, session));

    public void Dispose()
    {
        Sounds.Dispose();
        Tools.Dispose();
        Webhooks.Dispose();
        Records?.Dispose();
        Addresses.Dispose();
        _own?.Dispose();
    }
}
