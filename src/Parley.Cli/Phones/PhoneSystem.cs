using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Monitoring;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Services.Presence;
using Parley.Services.Registrar;
using Parley.Services.Trunks;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Cli.Phones;

/// <summary>
/// Composes the server roles on one user agent: what is a call goes to the router, what is none to its role. Without accounts nobody can register, and all that is left are
/// the extensions.
/// </summary>
internal sealed class PhoneSystem : ISipEndpointHandler, IAsyncDisposable
{
    private readonly ServeLog _log;
    private readonly TimeProvider _time;
    private readonly LiveSettings _settings;
    private readonly SourceGuard _guard;
    private readonly AdmissionService _admission;
    private readonly AccountDirectory _accounts;
    private readonly LocationService _locations;
    private readonly RegistrarService _registrar;
    private readonly PresencePackage _presence;
    private readonly RegistrationPackage _registrations;
    private readonly EventService _events;
    private readonly MessageService _messages;
    private readonly BusyLamps _lamps;
    private readonly DirectCalls? _direct;
    private TrunkSet? _trunks;
    private PhoneCalls? _calls;

    private PhoneSystem(PhoneSettings settings, VoiceAgents agents, AccountDirectory accounts, LocationService locations, IMessageStore messages, ServeLog log, TimeProvider time)
    {
        (_log, _time, _accounts, _locations) = (log, time, accounts, locations);
        _settings = new(settings);
        Agents = agents;
        // What a trunk sends has no credentials, however much it is.
        var exempt = settings.Limits.Exempt.Concat(settings.Trunks.Values.SelectMany(trunk => trunk.Options.Sources)).Select(NetworkRange.Parse);
        var guard = new SourceGuardOptions { Log = log.Write };
        _guard = new(guard with { Exempt = [.. guard.Exempt, .. exempt] }, time);
        _admission = new(accounts, locations.Domains, _guard, new() { Algorithms = settings.Digest }, time);
        // A proxy in front of phones adds a Path on behalf of those that know nothing of it, which is most of them.
        _registrar = new(locations, _admission, new() { RequirePathSupport = false });
        _presence = new(locations);
        _registrations = new(locations, time);
        var dialogs = new DialogPackage(time: time)
        {
            // Who may pick a call up needs to know how it is called.
            DetailFor = (whose, watcher) => _settings.Current.MayPickUp(watcher, whose) ? DialogDetail.Everything : DialogDetail.State,
        };
        _lamps = new(dialogs, time);
        var waiting = new MessageSummaryPackage();
        _events = new(
            new() { Domains = locations.Domains, Admission = _admission, Time = time }, _presence, new WatcherInfoPackage(_presence.Name), dialogs, waiting, _registrations);
        _messages = new(locations, messages, _admission, new()
        {
            OnFault = fault => log.Write($"messages: {fault.Message}"),
            OnWaiting = (recipient, count) => waiting.Report(recipient, new(count, 0), MessageContext.Pager),
        }, time);
        if (settings.DirectMedia)
            _direct = new(accounts, locations, _admission, new(_lamps, time), agents, log.Write);
    }

    /// <summary>The domains served; known before anything listens.</summary>
    public ServedDomains Domains => _locations.Domains;

    /// <summary>Voice agents that calls are given to.</summary>
    public VoiceAgents Agents { get; }

    /// <summary>Calls that voice agents make to addresses of this server; null before <see cref="BeginAsync"/>.</summary>
    public SessionCalls? Sessions { get; private set; }

    /// <summary>The calls there are, and what drives them; null before <see cref="BeginAsync"/>.</summary>
    public CallControl? Control { get; private set; }

    /// <summary>Loads what is stored.</summary>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    public static async Task<PhoneSystem> OpenAsync(ServeSettings settings, PhoneStorage storage, ServedDomains domains, ServeLog log, TimeProvider time, CancellationToken cancel)
    {
        var accounts = new AccountDirectory(storage.Accounts, time);
        var options = new LocationOptions { OnFault = fault => log.Write($"registrations: {fault.Message}") };
        var locations = await LocationService.StartAsync(storage.Locations, domains, options, time, accounts, cancel);
        return new(settings.Phones, new(settings.Voice), accounts, locations, storage.Messages, log, time);
    }

    /// <summary>The options of a user agent with what the roles need.</summary>
    public UserAgentOptions Configure(UserAgentOptions options) => options with
    {
        Services = this,
        Gate = _guard,
        Methods =
        [
            SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Prack, SipMethod.Update, SipMethod.Refer, SipMethod.Notify,
            SipMethod.Register, SipMethod.Subscribe, SipMethod.Publish, SipMethod.Message,
        ],
        Events = [.. _events.Events, "refer"],
        Router = _direct?.Proxy,
        Extensions = ["100rel", "timer", "replaces", "norefersub", .. RegistrarService.Extensions],
        OnTransferRequest = (call, request) => new(_calls is { } calls ? calls.TransferAsync(call, request) : request.RejectAsync()),
    };

    /// <summary>Begins to work on the user agent that was started with these options.</summary>
    /// <returns>Takes its calls.</returns>
    public async Task<CallRouter> BeginAsync(UserAgent agent, ExtensionServices extensions)
    {
        _trunks = new(agent.Endpoint, _time);
        await _trunks.SetAsync(OptionsOf(_settings.Current));
        var services = new PhoneServices(agent, _log, _settings, _accounts, _locations, _admission, _trunks, _lamps, Agents, _time);
        var allowance = new CallAllowance();
        var destinations = new Destinations(services, allowance);
        Control = new(agent, _settings.Current.Control with { Destinations = destinations, Recordings = extensions.Recordings.Path, Log = _log.Write });
        _calls = new(services, destinations, Control.Directory);
        Sessions = new(services, destinations);
        _direct?.Begin(agent, _trunks, Sessions);
        await _messages.StartAsync(agent.Endpoint);
        return new(services, extensions, destinations, allowance, Control, _calls, Sessions);
    }

    /// <summary>Goes on with other settings. Calls that are up stay as they are, and so do trunks that are the same.</summary>
    public async Task ApplyAsync(PhoneSettings settings, VoiceSettings voice)
    {
        var agents = Agents.Read(voice);
        var before = _settings.Current.Trunks;
        settings = settings with { Trunks = settings.Trunks.ToDictionary(one => one.Key, one => KeepLine(one.Value, before.GetValueOrDefault(one.Key))) };
        _settings.Exchange(settings);
        Agents.Exchange(agents);
        if (_trunks is not null)
            await _trunks.SetAsync(OptionsOf(settings));
    }

    /// <summary>What the roles have counted.</summary>
    public IEnumerable<Counter> Counters() => PhoneCounters.Of(_locations, _guard, _events, _messages, _calls, _trunks, _direct?.Proxy.Counters);

    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

    public void OnRequest(IncomingRequest request)
    {
        if (request.Method == SipMethod.Register)
            _registrar.Handle(request);
        else if (request.Method == SipMethod.Publish)
            _events.Handle(request);
        else if (request.Method == SipMethod.Message)
            _messages.Handle(request);
        else
            request.Respond(request.Method == SipMethod.Notify ? 481 : 405);
    }

    public void OnSubscribe(IncomingSubscription subscription) => _events.Handle(subscription);

    // A trunk is known by its options: what says the same must be the same.
    private static TrunkSettings KeepLine(TrunkSettings next, TrunkSettings? before) => before is not null && before.IsSameLine(next) ? next with { Options = before.Options } : next;

    private static List<TrunkOptions> OptionsOf(PhoneSettings settings) => [.. settings.Trunks.Values.Select(trunk => trunk.Options)];

    /// <summary>Ends the calls, takes leave of the trunks and delivers no more messages, while the user agent can still send.</summary>
    public async ValueTask CloseAsync()
    {
        if (Control is not null)
            await Control.DisposeAsync();
        await _messages.DisposeAsync();
        if (_trunks is not null)
            await _trunks.DisposeAsync();
    }

    public ValueTask DisposeAsync()
    {
        _events.Dispose();
        _presence.Dispose();
        _registrations.Dispose();
        _direct?.Dispose();
        return _locations.DisposeAsync();
    }
}
