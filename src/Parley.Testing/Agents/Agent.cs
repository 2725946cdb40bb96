using System.Text.Json;
using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Transport;
using Parley.Testing.Audio;

namespace Parley.Testing.Agents;

/// <summary>
/// A phone that does what it is told and remembers what happened to it. Made by <see cref="AgentSession.CreateAsync"/>, with a SIP port of its own. May be used from any thread.
/// </summary>
/// <example>
/// <code>
/// await using var session = new AgentSession();
/// var a = await session.CreateAsync("A", new() { Username = "alice", Domain = "sip.example.com", Password = "…" });
/// var b = await session.CreateAsync("B", new() { Username = "bob", Domain = "sip.example.com", Password = "…" });
/// await Wait.UntilAsync(() => Expect.That(b.Registered).IsTrue());
/// await a.DialAsync(b);
/// await Wait.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(15));
/// await b.AcceptAsync();
/// await a.VerifyAudioConnectionAsync(b);
/// </code>
/// </example>
public sealed partial class Agent : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<AgentCall> _calls = [];
    private readonly AgentTrace _trace;
    private readonly SipUri _address;
    private readonly SipUri _domain;
    private UserAgent _phone = null!; // set by StartAsync, before anybody sees the agent
    private SipMessage? _lastInvite;

    private Agent(AgentSession session, string name, AgentOptions options)
    {
        Session = session;
        Name = name;
        Options = options;
        _domain = SipUri.TryParse($"sip:{options.Domain}", out var domain) && domain.User.Length == 0
            ? domain
            : throw AgentException.Of(name, $"`{options.Domain}` is no SIP domain");
        _address = _domain.WithUser(options.Username);
        _trace = new AgentTrace(session.Options.KeepTrace ? session.Options.Limits.MaxTracedMessages : 0);
        ExtraHeaders = [.. options.Headers.Select(header => new SipHeader(header.Key, header.Value))];
        if (options.DeflectTo is { } target)
            _rule = new DeflectRule(Resolve(target), _address);
    }

    /// <summary>Its name in the scenario.</summary>
    public string Name { get; }

    /// <summary>Who it is and how it behaves.</summary>
    public AgentOptions Options { get; }

    /// <summary>Whose agent it is.</summary>
    public AgentSession Session { get; }

    /// <summary>The user agent below, for those who work at that level.</summary>
    public UserAgent Phone => _phone;

    /// <summary>Its address of record, <c>sip:alice@example.com</c>.</summary>
    public string Aor => _address.ToString();

    /// <summary>The address it can be reached at without anybody's help.</summary>
    public string ContactUri
    {
        get
        {
            var local = _phone.Listeners[0].Local;
            var host = local.IsAny ? "127.0.0.1" : local.IsV6 ? $"[{local.ToAddress()}]" : local.ToAddress().ToString();
            return WithTransport(SipUri.Create(Options.Username, host, local.Port)).ToString();
        }
    }

    /// <summary>True while the registrar has its address.</summary>
    public bool Registered => _registration?.Status.State == RegistrationState.Registered;

    /// <summary>The registrar's last answer, e.g. <c>200 OK</c>; empty before the first.</summary>
    public string RegistrationReason => _registration?.Status is { Status: > 0 } status ? $"{status.Status} {status.Reason}" : "";

    /// <summary>Where it stands: answered if any call is, else ringing if there is any call, else idle.</summary>
    public AgentState State
    {
        get
        {
            var state = AgentState.Idle;
            foreach (var call in ActiveCalls)
                state = (AgentState)Math.Max((int)state, (int)call.State);
            return state;
        }
    }

    /// <summary>Why its last call ended; null before.</summary>
    public string? Reason
    {
        get
        {
            lock (_gate)
                return LastEnded()?.Reason;
        }
    }

    /// <summary>SIP status of that; null when the end was no SIP response.</summary>
    public int? StatusCode
    {
        get
        {
            lock (_gate)
                return LastEnded()?.StatusCode;
        }
    }

    /// <summary>The other side of its newest call; null without a call.</summary>
    public Peer? Peer => ActiveCalls is [.., var newest] ? newest.Peer : null;

    /// <summary>Digits heard in the current call, or in the last where there is none.</summary>
    public string ReceivedDtmf => (CurrentCall ?? LastCall)?.ReceivedDtmf ?? "";

    /// <summary>How the current call sounds, or the last one did; null until packets or reports have come.</summary>
    public Quality? Quality => (CurrentCall ?? LastCall)?.Quality;

    /// <summary>Codec of the current call, or of the last; null without.</summary>
    public string? Codec => (CurrentCall ?? LastCall)?.Codec;

    /// <summary>True while it holds its current call.</summary>
    public bool Held => CurrentCall?.Held ?? false;

    /// <summary>True while it says nothing in its current call.</summary>
    public bool Muted => CurrentCall?.Muted ?? NextMuted;

    /// <summary>Status of the last final or provisional response to an INVITE, sent or received; null before one, and without a trace.</summary>
    public int? LastResponse => LastCall?.Responses is [.., var last] ? last.Status : null;

    /// <summary>What the script wants to know it by.</summary>
    public IReadOnlyDictionary<string, object?> Metadata => Options.Metadata;

    /// <summary>Its calls, oldest first, also those that are over.</summary>
    public IReadOnlyList<AgentCall> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>Its calls that are not over, oldest first.</summary>
    public IReadOnlyList<AgentCall> ActiveCalls
    {
        get
        {
            lock (_gate)
                return [.. _calls.Where(call => call.Underlying.End is null)];
        }
    }

    /// <summary>The call verbs are about: the newest that is answered, else the newest that is not over; null without.</summary>
    public AgentCall? CurrentCall
    {
        get
        {
            var calls = ActiveCalls;
            return calls.LastOrDefault(call => call.State == AgentState.Established) ?? (calls is [.., var newest] ? newest : null);
        }
    }

    /// <summary>The newest call, over or not; null before the first.</summary>
    public AgentCall? LastCall => Calls is [.., var last] ? last : null;

    /// <summary>What it sent and received, in order; empty when the session keeps no trace.</summary>
    public IReadOnlyList<TracedMessage> Trace => _trace.Messages;

    /// <summary>One of its calls, 0 for the oldest; negative counts from the newest, -1. Null when there is none.</summary>
    public AgentCall? Call(int index)
    {
        var calls = Calls;
        var at = index < 0 ? calls.Count + index : index;
        return at >= 0 && at < calls.Count ? calls[at] : null;
    }

    /// <summary>First value of a header of the newest INVITE it received; null when it has none.</summary>
    public string? Header(string name) => Volatile.Read(ref _lastInvite)?.GetString(name);

    /// <summary>All headers of the newest INVITE it received; of several of one name the last.</summary>
    public IReadOnlyDictionary<string, string> Headers() => AllHeaders().ToDictionary(one => one.Key, one => one.Value[^1], StringComparer.OrdinalIgnoreCase);

    /// <summary>All headers of the newest INVITE it received, each with its values in order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> AllHeaders() => AgentCall.HeadersOf(Volatile.Read(ref _lastInvite));

    /// <summary>It at this moment.</summary>
    public AgentInfo Info() => new(Name, Aor, Registered, State.ToString(), Reason, StatusCode, Peer?.Uri, ActiveCalls.Count);

    /// <summary>The same by the names scripts use.</summary>
    public IReadOnlyDictionary<string, object?> InfoMap()
    {
        var info = Info();
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["name"] = info.Name, ["aor"] = info.Aor, ["registered"] = info.Registered, ["state"] = info.State, ["reason"] = info.Reason,
            ["status_code"] = info.StatusCode is { } status ? (long)status : null, ["peer"] = info.Peer, ["calls"] = (long)info.Calls,
        };
    }

    /// <summary>The same as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(Info(), AgentInfoJson.Default.AgentInfo);

    /// <summary>Its address of record.</summary>
    public override string ToString() => Aor;

    internal IReadOnlyList<SipHeader> ExtraHeaders { get; }

    internal AnswerOptions AnswerOptions { get; private set; } = new();

    internal AudioSpec NextAudio { get; private set; } = AudioSpec.Silent();

    internal bool NextMuted { get; private set; }

    internal IReadOnlyList<(bool Ours, TracedMessage Message)> TracedOf(string callId) => _trace.Of(callId);

    internal DigestCredentials? Credentials => Options.Password.Length == 0
        ? null
        : new DigestCredentials { Username = Options.AuthUser ?? Options.Username, Password = Options.Password };

    /// <summary>Whom a script means: a URI as it is, anything else in the agent's own domain.</summary>
    /// <exception cref="AgentException">It is neither.</exception>
    internal SipUri Resolve(string target)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        var text = target.Trim();
        var hasScheme = text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("sips:", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase);
        if (!hasScheme && !text.Contains('@', StringComparison.Ordinal))
            return WithTransport(_domain.WithUser(text));
        return SipUri.TryParse(hasScheme ? text : "sip:" + text, out var uri)
            ? WithTransport(uri)
            : throw AgentException.Of(Name, $"`{target}` is no SIP URI and no number");
    }

    internal string AddressOf(Agent other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Session.Options.Direct ? other.ContactUri : other.Aor;
    }

    // Without an outbound proxy that says it, the transport asked for stands in the URI; what is not of our own domain is for DNS to say.
    private SipUri WithTransport(SipUri uri) =>
        Options.Transport == "udp" || Options.Outbound is not null || uri.Transport is not null || uri.Scheme == SipScheme.Tel
            || !(uri.Host == _domain.Host && uri.Port == _domain.Port) && !Session.Options.Direct
            ? uri
            : uri.WithParameter("transport", Options.Transport);

    // A call whose end nobody has looked at yet ended after all those that were looked at.
    private AgentCall? LastEnded() => _calls.Where(call => call.Underlying.End is not null && !call.IsAutomatic).MaxBy(call => call.EndedAt);

    private AgentCall Add(Parley.Call call, bool automatic = false)
    {
        var added = new AgentCall(this, call) { IsAutomatic = automatic };
        lock (_gate)
        {
            _calls.Add(added);
            if (_calls.Count > Session.Options.Limits.MaxEndedCalls && _calls.FindIndex(one => one.Underlying.End is not null) is var oldest and >= 0)
                _calls.RemoveAt(oldest);
        }

        added.Tell();
        return added;
    }
}
