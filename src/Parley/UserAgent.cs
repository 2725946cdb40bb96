using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Files;
using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>
/// A SIP user agent with audio: serves incoming calls and dials outgoing ones, many at once.
/// </summary>
/// <example>
/// <code>
/// await using var phone = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:5060"] });
/// await phone.ServeAsync(async (call, ct) =>
/// {
///     await call.RingAsync(ct);
///     await call.AnswerAsync(cancel: ct);
///     await call.PlayAsync("welcome.wav", cancel: ct);
/// }, stop);
/// </code>
/// </example>
public sealed class UserAgent : IAsyncDisposable
{
    private static readonly string DefaultName =
        "Parley/" + typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    // By object: both ends of a call to ourselves carry the same Call-ID, and so may calls of strangers.
    private readonly ConcurrentDictionary<Call, byte> _calls = new();
    private readonly UserAgentOptions _options;
    private readonly INetwork _network;
    private readonly ILogger _log;
    private readonly Backlog _backlog;
    private Func<IncomingCall, CancellationToken, Task>? _serving;

    private UserAgent(UserAgentOptions options, INetwork network)
    {
        _options = options;
        _network = network;
        _backlog = new(network.Time);
        _log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger<UserAgent>();
        Media = new MediaEngine(network, new MediaEngineOptions
        {
            FirstPort = options.MediaPorts.First,
            LastPort = options.MediaPorts.Last,
            Lanes = options.MediaLanes,
            RtpTimeout = options.MediaTimeout,
            Latching = options.MediaLatching,
        });
    }

    /// <summary>The calls that are up or being set up.</summary>
    public ICollection<Call> Calls => _calls.Keys;

    /// <summary>Codecs offered and accepted where a call does not say others, best first.</summary>
    public IReadOnlyList<AudioCodec> Codecs => _options.Codecs;

    /// <summary>What it listens on, with real ports.</summary>
    public IReadOnlyList<SipListener> Listeners => Endpoint.Listeners;

    /// <summary>The signalling below, for those who work at that level.</summary>
    public SipEndpoint Endpoint { get; private set; } = null!;

    /// <summary>The media below, for those who work at that level.</summary>
    public MediaEngine Media { get; }

    internal UserAgentOptions Options => _options;

    /// <summary>The dialog API that works on it; null for none.</summary>
    internal DialogAgent? Dialogs { get; set; }

    internal INetwork Network => _network;

    /// <summary>Fetches what is played from URLs.</summary>
    internal HttpClient Http { get; } = new();

    /// <summary>Files played before, converted once for all calls.</summary>
    internal AudioClipCache Clips { get; } = new();

    internal ILogger Logger => _log;

    /// <summary>Opens the listeners.</summary>
    /// <exception cref="ArgumentException">A listen address, caller or certificate is missing or not readable, or a codec cannot be used on this machine.</exception>
    /// <exception cref="IOException">An address is in use or not this machine's.</exception>
    public static async Task<UserAgent> StartAsync(UserAgentOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        foreach (var listen in options.Listen)
            RequireListenAddress(listen, nameof(UserAgentOptions.Listen));
        AudioCodecs.RequireUsable(options.Codecs, nameof(UserAgentOptions.Codecs));
        var network = options.Network ?? OwnNetwork(options);
        var agent = new UserAgent(options, network);
        try
        {
            agent.Endpoint = await SipEndpoint.StartAsync(network, agent.EndpointOptions(), cancel).ConfigureAwait(false);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Serves incoming calls until <paramref name="stop"/> fires. Each call runs <paramref name="handler"/>; when the handler returns, the call is hung up, or refused with 480 if it was
    /// never answered; when it throws, the call is refused with 500 (488 for a <see cref="CallMediaException"/> about the offer) or hung up, and the exception logged. The handler's token fires when the call has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is being served already.</exception>
    public async Task ServeAsync(Func<IncomingCall, CancellationToken, Task> handler, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interlocked.CompareExchange(ref _serving, handler, null) is not null)
            throw new InvalidOperationException("This user agent is being served already; route inside the one handler.");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped))
            await stopped.Task.ConfigureAwait(false);
        Volatile.Write(ref _serving, null);
    }

    /// <summary>Dials and waits for the answer. Cancelling <paramref name="cancel"/> while it rings sends CANCEL.</summary>
    /// <param name="target">Whom to call, e.g. <c>sip:bob@example.com</c>, <c>sips:…</c>, <c>sip:bob@10.0.0.1;transport=tcp</c>.</param>
    /// <param name="options">Caller, credentials, codecs, timeout and the rest.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The answered call; dispose it.</returns>
    /// <exception cref="ArgumentException"><paramref name="target"/> or an address in the options is no SIP address.</exception>
    /// <exception cref="DialException">Refused, not answered or not reachable: status, reason and response are in it.</exception>
    /// <exception cref="CallMediaException">No media port is free.</exception>
    public async Task<OutgoingCall> DialAsync(string target, DialOptions? options = null, CancellationToken cancel = default)
    {
        var result = await TryDialAsync(target, options, cancel).ConfigureAwait(false);
        return result.Call ?? throw new DialException(result.End!.Value, result.Response);
    }

    /// <summary>Like <see cref="DialAsync"/>, for those to whom busy is nothing exceptional.</summary>
    /// <exception cref="ArgumentException"><paramref name="target"/> or an address in the options is no SIP address.</exception>
    /// <exception cref="CallMediaException">No media port is free.</exception>
    public async Task<DialResult> TryDialAsync(string target, DialOptions? options = null, CancellationToken cancel = default)
    {
        var call = await CreateCallAsync(target, options, cancel).ConfigureAwait(false);
        try
        {
            if (await call.TryInviteAsync(cancel).ConfigureAwait(false))
                return new DialResult(call, null, call.Response);
        }
        catch
        {
            await call.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await call.DisposeAsync().ConfigureAwait(false);
        return new DialResult(null, call.End, call.Response);
    }

    /// <summary>Builds a call, its dialog identifiers and its audio, without sending anything: <see cref="OutgoingCall.InviteAsync"/> does.</summary>
    /// <exception cref="ArgumentException"><paramref name="target"/> or an address in the options is no SIP address.</exception>
    /// <exception cref="CallMediaException">No media port is free.</exception>
    public async Task<OutgoingCall> CreateCallAsync(string target, DialOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var invite = OutgoingInvites.Build(target, options, _options);
        var media = await CallMedia.ForDialAsync(this, invite, options, cancel).ConfigureAwait(false);
        invite = invite with
        {
            CallId = options.CallId ?? Endpoint.NewCallId(invite.Lane),
            From = invite.From ?? SipAddress.Parse($"sip:parley@{media.AdvertisedHost}"),
        };
        var call = new OutgoingCall(this, invite, options, media);
        _calls[call] = 0;
        return call;
    }

    /// <summary>Keeps an address of record registered until the registration is disposed, which un-registers it.</summary>
    public Registration Register(RegistrationOptions options) => Endpoint.Register(options);

    /// <summary>Asks whether somebody is there: OPTIONS (RFC 3261 §11).</summary>
    /// <exception cref="ArgumentException"><paramref name="target"/> is no SIP URI.</exception>
    public Task<SipResponse> OptionsAsync(string target, CancellationToken cancel = default) =>
        Endpoint.RequestAsync(new SipRequestOptions { Method = SipMethod.Options, Target = TargetUri.Parse(target, nameof(target)) }, cancel);

    /// <summary>Refuses new calls with 503 and completes when the running ones have ended.</summary>
    public Task DrainAsync(CancellationToken cancel = default) => Endpoint.DrainAsync(cancel);

    /// <summary>Ends all calls and closes the listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var call in _calls.Keys)
            await call.DisposeAsync().ConfigureAwait(false);
        if (Endpoint is not null)
            await Endpoint.DisposeAsync().ConfigureAwait(false);
        await Media.DisposeAsync().ConfigureAwait(false);
        Http.Dispose();
        if (_options.Network is null)
            await _network.DisposeAsync().ConfigureAwait(false);
    }

    internal void Forget(Call call) => _calls.TryRemove(call, out _);

    /// <summary>A new call has come; on its lane.</summary>
    internal IInviteSessionHandler? Accept(IncomingInvite invite)
    {
        if (Volatile.Read(ref _serving) is not { } handler)
            return null;
        var call = new IncomingCall(this, invite, CallMedia.ForIncoming(this, invite.Flow));
        _calls[call] = 0;
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Agent.Begin(state.Call, state.Handler, state.Added), (Agent: this, Call: call, Handler: handler, Added: _backlog.Add()), preferLocal: false);
        return call;
    }

    private void Begin(IncomingCall call, Func<IncomingCall, CancellationToken, Task> handler, long added)
    {
        _backlog.Begin(added);
        _ = RunAsync(call, handler);
    }

    private async Task RunAsync(IncomingCall call, Func<IncomingCall, CancellationToken, Task> handler)
    {
        try
        {
            await handler(call, call.Ended).ConfigureAwait(false);
        }
        catch (Exception e) when (call.State == CallState.Ended && e is OperationCanceledException or CallEndedException)
        {
            // The caller hung up: the handler was told by its token, as it should be.
        }
        catch (Exception e) // the boundary to the application's code: its fault ends this call and nothing else
        {
            Log.HandlerFailed(_log, call.Id, e);
            call.Fail(e);
        }
        finally
        {
            await call.DisposeAsync().ConfigureAwait(false);
        }
    }

    private SipEndpointOptions EndpointOptions() => new()
    {
        Transport = new SipTransportOptions
        {
            // A port of its own is what an agent that only dials needs: responses and requests within its calls come to it.
            Listen = _options.Listen.Count == 0 ? [Advertise("udp://0.0.0.0:0")] : [.. _options.Listen.Select(Advertise)],
            Certificate = _options.Certificate,
            VerifyCertificates = _options.VerifyCertificates,
            TrustedRoots = _options.TrustedRoots,
            Lanes = _options.SignallingLanes,
            Trace = _options.Trace,
            Gate = _options.Gate,
        },
        Transactions = _options.RefuseWhenBehind
            ? new TransactionOptions { Backlog = _backlog }
            : new TransactionOptions { MaxWait = TimeSpan.Zero, MaxBacklog = TimeSpan.Zero },
        Handler = new IncomingCalls(this),
        UserAgent = _options.Name ?? DefaultName,
        Limits = new EndpointLimits { MaxCalls = _options.MaxCalls },
        Methods = _options.Methods ?? [.. new SipEndpointOptions().Methods, SipMethod.Refer, SipMethod.Notify, SipMethod.Message],
        Extensions = _options.Extensions ?? new SipEndpointOptions().Extensions,
        Events = _options.Events,
        AnswerOptions = _options.AnswerOptions,
        SessionTimers = _options.SessionTimers,
        Router = _options.Router,
        AcceptedBodies = _options.AcceptedBodies ?? ["application/sdp", "multipart/mixed", "multipart/alternative"],
        OnFault = fault => Log.LaneFault(_log, fault),
    };

    private static SystemNetwork OwnNetwork(UserAgentOptions options)
    {
        var log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger<SystemNetwork>();
        return new SystemNetwork(new SystemNetworkOptions { OnFault = (_, fault) => Log.LaneFault(log, fault) });
    }

    private static void RequireListenAddress(string text, string argument)
    {
        if (!SipListenAddress.TryParse(text, out _, out var fault))
            throw new ArgumentException(fault, argument);
    }

    private string Advertise(string listen) =>
        _options.ExternalHost is { } host && !listen.Contains(";external=", StringComparison.Ordinal) ? $"{listen};external={host}" : listen;

    // Dialogs first, since they are served only when somebody asked for it; then calls, and for what is no call the services.
    private sealed class IncomingCalls(UserAgent agent) : ISipEndpointHandler
    {
        private readonly ISipEndpointHandler _services = agent.Options.Services ?? NoServices.Instance;

        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            if (agent.Dialogs is { } dialogs && dialogs.TryTake(invite, out var handler))
                return handler;
            return Volatile.Read(ref agent._serving) is null ? _services.OnInvite(invite) : agent.Accept(invite);
        }

        public void OnRequest(IncomingRequest request)
        {
            if (agent.Dialogs?.TryTake(request) != true)
                _services.OnRequest(request);
        }

        public void OnSubscribe(IncomingSubscription subscription)
        {
            if (agent.Dialogs?.TryTake(subscription) != true)
                _services.OnSubscribe(subscription);
        }

        public void OnRefer(IncomingRefer refer)
        {
            if (agent.Dialogs?.TryTake(refer) != true)
                _services.OnRefer(refer);
        }
    }

    private sealed class NoServices : ISipEndpointHandler
    {
        public static readonly NoServices Instance = new();

        public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;
    }
}

/// <summary>How dialling went.</summary>
/// <param name="Call">The answered call, to be disposed; null when there was no answer.</param>
/// <param name="End">How the attempt ended; null when it was answered.</param>
/// <param name="Response">The final response; null when there was none.</param>
public sealed record DialResult(OutgoingCall? Call, CallEnd? End, SipMessage? Response);
