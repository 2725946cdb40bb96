using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Parley.Services.Accounts;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Services.Proxy;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Testing.Local;

/// <summary>
/// The least a scenario needs of a SIP system, in the process itself: a registrar that takes whoever comes, a proxy that finds who has registered, and mailboxes' lamps. Calls are
/// the phones' own, with Record-Route, so that holds and transfers are between them.
/// </summary>
public sealed class LocalServer : ISipEndpointHandler, IAsyncDisposable
{
    // Ports tried before it is given up: UDP and TCP have to be free at the same one.
    private const int Attempts = 20;

    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);
    private readonly MemoryAccountStore _accounts;
    private readonly LocalAdmission _admission;
    private readonly LocationService _locations;
    private readonly RegistrarService _registrar;
    private readonly MessageSummaryPackage _mailboxes = new();
    private readonly EventService _events;
    private readonly string _host;
    private UserAgent _agent = null!; // set by StartAsync, before anybody sees the server

    private LocalServer(LocalServerOptions options, LocationService locations, TimeProvider time)
    {
        _host = options.Host;
        _locations = locations;
        _accounts = new MemoryAccountStore(time: time);
        _admission = new LocalAdmission(_accounts, locations.Domains, time);
        _registrar = new RegistrarService(locations, _admission, new RegistrarOptions { MinExpires = TimeSpan.FromSeconds(1), RequirePathSupport = false });
        _events = new EventService(new EventServiceOptions { Domains = locations.Domains, Admission = _admission, Time = time }, _mailboxes);
    }

    /// <summary>What agents name as their domain: host and port.</summary>
    public string Domain => string.Create(CultureInfo.InvariantCulture, $"{Host(_host)}:{_agent.Listeners[0].Local.Port}");

    /// <summary>Addresses of record that are registered now.</summary>
    public int Registrations => (int)_locations.Counters.Addresses;

    /// <summary>The endpoint below, for those who work at that level.</summary>
    public SipEndpoint Endpoint => _agent.Endpoint;

    /// <summary>Starts one.</summary>
    /// <param name="options">Where. Default: that type's defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The port is in use, or the address not this machine's.</exception>
    public static async Task<LocalServer> StartAsync(LocalServerOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var time = options.Network?.Time ?? TimeProvider.System;
        var locations = await LocationService.StartAsync(null, new ServedDomains(options.Host), time: time, cancel: cancel).ConfigureAwait(false);
        var server = new LocalServer(options, locations, time);
        for (var attempt = 1; ; attempt++)
        {
            // Above what systems give to clients of their own accord, where a port free for UDP is likely to be free for TCP.
            var port = options.Port != 0 ? options.Port : options.Network is not null && attempt == 1 ? 5060 : Random.Shared.Next(15_000, 30_000);
            try
            {
                server._agent = await UserAgent.StartAsync(server.AgentOptions(options, port), cancel).ConfigureAwait(false);
                return server;
            }
            catch (IOException) when (options.Port == 0 && attempt < Attempts)
            {
                // The next one.
            }
            catch
            {
                await locations.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>From now on this user has to prove who it is. Nobody else has to.</summary>
    /// <param name="user">User part of the address.</param>
    /// <param name="password">Password.</param>
    /// <exception cref="ArgumentException">One is empty, or has a character that cannot be in it.</exception>
    public void Allow(string user, string password)
    {
        var account = Account.Create(user, _locations.Domains.Default, password);
        // A store in memory is done at once.
        if (!_accounts.AddAsync(account).AsTask().GetAwaiter().GetResult())
            _ = _accounts.ReplaceAsync(account).AsTask();
        _admission.Protect(user);
        _known[user] = 0;
    }

    /// <summary>Says how many new messages wait in somebody's mailbox; phones that watch it are told.</summary>
    /// <param name="user">User part of the address.</param>
    /// <param name="count">New messages.</param>
    /// <exception cref="ArgumentException">It is no user part of a URI.</exception>
    public void SetWaitingMessages(string user, int count)
    {
        if (!_locations.Domains.TryResolve(SipUri.Create(user, _locations.Domains.Default), out var mailbox))
            throw new ArgumentException($"`{user}` is no user of {_locations.Domains.Default}.", nameof(user));
        _mailboxes.Report(mailbox, new MessageSummary(count, 0));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync().ConfigureAwait(false);
        _events.Dispose();
        await _locations.DisposeAsync().ConfigureAwait(false);
    }

    IInviteSessionHandler? ISipEndpointHandler.OnInvite(IncomingInvite invite) => null;

    void ISipEndpointHandler.OnRequest(IncomingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == SipMethod.Register)
        {
            if (request.Message.TryGetTo(out var to) && to.TryGetUri(out var uri))
                _known.TryAdd(Encoding.UTF8.GetString(uri.User), 0);
            _registrar.Handle(request);
        }
        else
        {
            request.Respond(request.Method == SipMethod.Notify ? 481 : 405);
        }
    }

    void ISipEndpointHandler.OnSubscribe(IncomingSubscription subscription) => _events.Handle(subscription);

    private UserAgentOptions AgentOptions(LocalServerOptions options, int port) => new()
    {
        Network = options.Network,
        Listen = [$"udp://{Host(_host)}:{port}", $"tcp://{Host(_host)}:{port}"],
        Name = "Parley-Local",
        MediaLanes = 1,
        // The first requests meet code that has not been compiled yet.
        RefuseWhenBehind = false,
        Services = this,
        Methods =
        [
            SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Prack, SipMethod.Update, SipMethod.Refer, SipMethod.Notify,
            SipMethod.Register, SipMethod.Subscribe, SipMethod.Message,
        ],
        Events = [.. _events.Events],
        Extensions = ["100rel", "timer", "replaces", "norefersub", .. RegistrarService.Extensions],
        Router = new SipProxy(new ProxyOptions { Steps = [.. ProxyOptions.StandardSteps, new PolicyStep(Decide), new AdmissionOfCalls(_admission), new LocationStep(_locations)] }),
        Trace = options.Trace,
        Logging = options.Logging,
    };

    // What is the server's own matter is left to it; whom nobody here has ever been, there is not.
    private ProxyVerdict Decide(ProxyRequest request)
    {
        if (request.Method is SipMethod.Register || (request.Method is SipMethod.Subscribe && request.Message.GetString(HeaderId.Event) is { } name && _events.Events.Contains(name.Split(';')[0].Trim())))
            return ProxyVerdict.Leave;
        if (!request.Message.TryGetRequestUri(out var view) || view.User.IsEmpty)
            return ProxyVerdict.Leave;
        var uri = SipUri.FromView(view);
        if (!_locations.Domains.TryResolve(uri, out var address))
            return ProxyVerdict.Refuse(404);
        return _known.ContainsKey(address.User) ? ProxyVerdict.Next : ProxyVerdict.Refuse(404);
    }

    private static string Host(string host) => host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;

    private sealed class AdmissionOfCalls(LocalAdmission admission) : IProxyStep
    {
        public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
        {
            if (request.IsWithinDialog || request.Method is SipMethod.Ack or SipMethod.Cancel)
                return new(ProxyVerdict.Next);
            var check = admission.CheckAsync(request.Message, request.Flow, Services.Admission.AdmissionRole.Proxy);
            return check.IsCompletedSuccessfully ? new(VerdictOf(request, check.Result)) : WaitAsync(request, check);
        }

        private static async ValueTask<ProxyVerdict> WaitAsync(ProxyRequest request, ValueTask<Services.Admission.AdmissionVerdict> check) =>
            VerdictOf(request, await check.ConfigureAwait(false));

        private static ProxyVerdict VerdictOf(ProxyRequest request, in Services.Admission.AdmissionVerdict verdict)
        {
            if (!verdict.IsAllowed)
                return ProxyVerdict.Refuse(verdict.Status, null, verdict.Headers);
            request.RemoveHeader(HeaderId.ProxyAuthorization);
            return ProxyVerdict.Next;
        }
    }
}
