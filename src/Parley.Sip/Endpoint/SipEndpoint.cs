using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Publications;
using Parley.Sip.Registrations;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Endpoint;

/// <summary>
/// A SIP user agent: it owns its sockets, transactions and dialogs, takes calls and makes them. Its members may be used from any thread; what it hands out
/// lives on lanes.
/// </summary>
public sealed partial class SipEndpoint : IAsyncDisposable
{
    private readonly INetwork _network;
    private readonly SipEndpointOptions _options;
    private readonly UserAgentProfile _profile;
    private readonly EndpointCore _core;
    private UserAgentLane[] _lanes = [];
    private SipTransportLayer _transport = null!; // set by StartAsync, before anybody sees the endpoint
    private TransactionLayer _transactions = null!;
    private SipLocator _locator = null!;
    private int _nextLane;
    private int _disposed;

    private SipEndpoint(INetwork network, SipEndpointOptions options)
    {
        _network = network;
        _options = options;
        _profile = Profile(options);
        _core = new EndpointCore(_profile, options.Handler ?? RefusingHandler.Instance, options.Router, options.Limits.MaxCalls, options.AnswerOptions);
    }

    /// <summary>What is listened on, with real ports.</summary>
    public IReadOnlyList<SipListener> Listeners => _transport.Listeners;

    /// <summary>The lanes calls live on.</summary>
    public IReadOnlyList<Lane> Lanes => _transport.Lanes;

    /// <summary>The transport below: counters, flows.</summary>
    public SipTransportLayer Transport => _transport;

    /// <summary>From URIs to the addresses to try (RFC 3263).</summary>
    public SipLocator Locator => _locator;

    /// <summary>What happened so far and what exists now; the figures of lanes at work may be a moment apart.</summary>
    public EndpointCounters Counters => CountersOf(_lanes, _transactions.Counters);

    /// <summary>A new random Call-ID that belongs to a lane, for calls that need theirs before the INVITE leaves.</summary>
    /// <param name="lane">The lane; default the next in turn.</param>
    public string NewCallId(Lane? lane = null) => CallIdText.New(LaneFor(lane, null, nameof(lane)).Lane.Index, _lanes.Length);

    /// <summary>Binds the listeners and begins to serve.</summary>
    /// <param name="network">The network; it is not disposed with the endpoint.</param>
    /// <param name="options">What to listen on, who takes calls, limits.</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="FormatException">A listen address cannot be read.</exception>
    /// <exception cref="ArgumentException">A text option holds a line break, or TLS is listened for without a certificate.</exception>
    /// <exception cref="IOException">An address is in use, not ours, or not permitted; nothing stays bound.</exception>
    public static async ValueTask<SipEndpoint> StartAsync(INetwork network, SipEndpointOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        DigestAnswers.Require(options.Credentials, nameof(options));
        var endpoint = new SipEndpoint(network, options);
        SessionTimerOptions.Require(options.SessionTimers, endpoint._profile.Timers, nameof(options));
        endpoint._transport = await SipTransportLayer.StartAsync(network, options.Transport, endpoint.Assemble, cancel).ConfigureAwait(false);
        return endpoint;
    }

    /// <summary>Calls somebody.</summary>
    /// <param name="options">Whom, as whom, with what.</param>
    /// <param name="handler">Told what comes of it, on the call's lane, never before this method has returned when called off that lane.</param>
    /// <exception cref="ArgumentException">An option is malformed, or a header is one the endpoint writes itself.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public OutgoingInvite Invite(OutgoingInviteOptions options, IOutgoingInviteHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        SessionTimerOptions.Require(options.SessionTimer, _profile.Timers, nameof(options));
        if (options.Reliability == ReliableSupport.Required && !_profile.Reliable)
            throw new ArgumentException("Reliable provisional responses can only be required when the endpoint's Extensions name 100rel.", nameof(options));
        if (options.RingTimeout <= TimeSpan.Zero)
            throw new ArgumentException("The ring timeout must be longer than nothing.", nameof(options));
        if (options.CallId is not null)
            CallIdText.Require(options.CallId, nameof(options));
        var ua = LaneFor(options.Lane, options.CallId, nameof(options));
        var callId = options.CallId ?? CallIdText.New(ua.Lane.Index, _lanes.Length);
        var invite = new OutgoingInvite(ua, options, callId, DialogTag.New(), handler);
        ua.Lane.Run(static state => ((OutgoingInvite)state!).Start(), invite);
        return invite;
    }

    /// <summary>Sends a request outside any call and waits for its final response, answering challenges.</summary>
    /// <param name="options">What, to whom.</param>
    /// <param name="cancel">Stops waiting; the request itself runs its course.</param>
    /// <returns>The outcome; 408 or 503 without a message when nothing came back.</returns>
    /// <exception cref="ArgumentException">A method that belongs to a call, or a header the endpoint writes itself.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public Task<SipResponse> RequestAsync(SipRequestOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        if (options.Method is SipMethod.Invite or SipMethod.Ack or SipMethod.Cancel or SipMethod.Bye or SipMethod.Other)
            throw new ArgumentException($"{options.Method} cannot be sent this way.", nameof(options));
        var ua = LaneFor(null, null, nameof(options));
        var callId = CallIdText.New(ua.Lane.Index, _lanes.Length);
        var draft = RequestDraft.Outside(
            options.Method, options.Target, options.To, options.From ?? _options.Identity, DialogTag.New(), callId, RouteSet.Preloaded(options.Proxy, options.Route)) with
        {
            Body = options.Body.ToOwned(),
            Headers = [.. options.Headers],
            Contact = Contacts(options.Method) ? new FlowContact([], options.Target.IsSecure, []) : null,
            Capabilities = options.Method == SipMethod.Options,
        };
        var pending = new PendingResponse(ua.Lane);
        ua.Lane.Run(_ =>
        {
            pending.Start();
            RequestExchange.Start(ua, draft, options.Credentials, dialog: null, options.Flow, pending.Complete);
        }, null);
        return pending.Task.WaitAsync(cancel);
    }

    /// <summary>Registers an address and keeps it registered until the result is disposed.</summary>
    /// <param name="options">What, where, as whom.</param>
    /// <exception cref="ArgumentException">An option is malformed.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public Registration Register(RegistrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        var registration = Registration(options, null);
        registration.Lane.Run(static state => ((Registration)state!).Start(), registration);
        return registration;
    }

    /// <summary>
    /// Registers an address over several flows, one by each outbound proxy, so that the device is reached as long as one of them lives (RFC 5626 §4.2). The n-th flow has the
    /// reg-id n.
    /// </summary>
    /// <param name="options">What, where, as whom; with an <see cref="RegistrationOptions.InstanceId"/>. Its <c>Proxy</c> and <c>RegId</c> are not used.</param>
    /// <param name="proxies">The outbound proxies, one to eight: two are what RFC 5626 §4.2 has in mind.</param>
    /// <exception cref="ArgumentException">An option is malformed, there is no instance id, or no proxy, or more than eight.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public RegistrationSet RegisterFlows(RegistrationOptions options, IReadOnlyList<SipUri> proxies)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(proxies);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (options.InstanceId is null)
            throw new ArgumentException("Several flows are told to be one device's by its InstanceId (RFC 5626 §4.1).", nameof(options));
        if (proxies.Count is 0 or > RegistrationSet.MaxFlows)
            throw new ArgumentException($"There is a flow for each proxy, and there are one to {RegistrationSet.MaxFlows}.", nameof(proxies));
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        var set = new RegistrationSet();
        set.Begin([.. proxies.Select((proxy, index) => Registration(options with { Proxy = proxy, RegId = index + 1 }, set))]);
        return set;
    }

    private Registration Registration(RegistrationOptions options, RegistrationSet? set)
    {
        var ua = LaneFor(null, null, nameof(options));
        return new Registration(ua, options, CallIdText.New(ua.Lane.Index, _lanes.Length)) { Set = set };
    }

    /// <summary>Subscribes to a state and keeps the subscription until the result is disposed.</summary>
    /// <param name="options">To what, where, as whom.</param>
    /// <param name="handler">Told on the subscription's lane; default nobody: <see cref="Subscription.Notifications"/> may be enough.</param>
    /// <exception cref="ArgumentException">An option is malformed.</exception>
    /// <exception cref="InvalidOperationException">NOTIFY is not among the endpoint's <see cref="SipEndpointOptions.Methods"/>: nothing could be heard.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public Subscription Subscribe(SubscribeOptions options, ISubscriberHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        RequireNotify();
        EventText.Require(options.Event, nameof(options));
        if (options.EventId.Length > 0)
            EventText.Require(options.EventId, nameof(options));
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        var ua = LaneFor(options.Lane, null, nameof(options));
        var subscription = new Subscription(ua, options, handler);
        ua.Lane.Run(static state => ((Subscription)state!).Start(), subscription);
        return subscription;
    }

    /// <summary>Publishes a state and keeps it published until the result is disposed (RFC 3903).</summary>
    /// <param name="options">Whose state, of which package, where, as whom.</param>
    /// <param name="body">The state.</param>
    /// <exception cref="ArgumentException">An option is malformed, or there is no body.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public Publication Publish(PublicationOptions options, SipBody body)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        EventText.Require(options.Event, nameof(options));
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        Publication.Require(body, nameof(body));
        var ua = LaneFor(null, null, nameof(options));
        var publication = new Publication(ua, options, body.ToOwned(), CallIdText.New(ua.Lane.Index, _lanes.Length));
        ua.Lane.Run(static state => ((Publication)state!).Start(), publication);
        return publication;
    }

    private void RequireNotify()
    {
        if (!_profile.Serves(SipMethod.Notify))
            throw new InvalidOperationException("NOTIFY has to be among the endpoint's Methods, or no notification would be taken.");
    }

    // RFC 3261 §8.1.1.8 and the methods' own RFCs: which requests name a Contact.
    private static bool Contacts(SipMethod method) =>
        method is SipMethod.Options or SipMethod.Subscribe or SipMethod.Refer or SipMethod.Notify or SipMethod.Update;

    private TransactionLayer Assemble(ISipTransport transport)
    {
        _transactions = new TransactionLayer(transport, _core, _options.Transactions);
        _locator = new SipLocator(_network, transport.Lanes[0], _options.Locating);
        var contacts = new OwnContacts();
        _lanes = [.. transport.Lanes.Select(lane =>
            new UserAgentLane(lane, transport, _transactions, _locator, _profile, _network.Time) { Fault = _options.OnFault, Contacts = contacts })];
        _core.Lanes = _lanes;
        _options.Router?.Attach(new SipLayers(transport, _transactions, _locator, () => _transport is null ? [] : Listeners, _network.Time));
        return _transactions;
    }

    private UserAgentLane LaneFor(Lane? wanted, string? callId, string argument)
    {
        if (callId is not null)
            return _lanes[LaneSelector.IndexFor(System.Text.Encoding.ASCII.GetBytes(callId), _lanes.Length)];
        foreach (var ua in _lanes)
        {
            if (wanted is null ? ua.Lane.IsCurrent : ua.Lane == wanted)
                return ua;
        }

        if (wanted is not null)
            throw new ArgumentException("The lane is not one of this endpoint's.", argument);
        return _lanes[(int)((uint)Interlocked.Increment(ref _nextLane) % (uint)_lanes.Length)];
    }

    private static IReadOnlyList<string> EventNames(IReadOnlyList<string> events)
    {
        foreach (var name in events)
            EventText.Require(name, nameof(events));
        return [.. events];
    }

    private static UserAgentProfile Profile(SipEndpointOptions options) =>
        new(options.UserAgent, options.Methods, options.Extensions, options.AcceptedBodies)
        {
            Identity = options.Identity,
            Events = EventNames(options.Events),
            Subscriptions = options.Limits.Subscriptions,
            Credentials = options.Credentials,
            FlowRouting = options.FlowRouting,
            SessionTimers = options.SessionTimers,
            MaxForks = options.Limits.MaxForks,
            MaxChallenges = options.Limits.MaxChallenges,
            MaxPendingRequests = options.Limits.MaxPendingRequests,
            MaxWaitingChanges = options.Limits.MaxWaitingChanges,
            MaxRinging = (long)options.Limits.MaxRinging.TotalMilliseconds,
            RetryAfterSeconds = (int)Math.Ceiling(options.Limits.RetryAfter.TotalSeconds),
            T1 = (long)options.Transactions.T1.TotalMilliseconds,
            T2 = (long)options.Transactions.T2.TotalMilliseconds,
        };

    private sealed class RefusingHandler : ISipEndpointHandler
    {
        public static readonly RefusingHandler Instance = new();

        public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;
    }
}
