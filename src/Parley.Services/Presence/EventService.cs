using System.Collections.Concurrent;
using System.Text;
using Parley.Net;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transport;

namespace Parley.Services.Presence;

/// <summary>
/// Serves subscriptions to the event packages it is made of, and publications to those that take them. Whoever has the endpoint hands it what comes:
/// <see cref="Handle(IncomingSubscription)"/> from <c>OnSubscribe</c>, <see cref="Handle(IncomingRequest)"/> for PUBLISH. May be used from any thread.
/// </summary>
public sealed class EventService : IDisposable
{
    private readonly EventServiceOptions _options;
    private readonly Dictionary<string, EventPackage> _packages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(EventPackage Package, AddressOfRecord Resource), EventResource> _resources = [];
    private long _nextWatcher;

    /// <summary>A service for some packages.</summary>
    /// <param name="options">Whose states, who may see them.</param>
    /// <param name="packages">The packages; a package belongs to one service.</param>
    /// <exception cref="ArgumentException">Two packages of one name, or one that belongs to another service.</exception>
    public EventService(EventServiceOptions options, params IReadOnlyList<EventPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(packages);
        _options = options;
        foreach (var package in packages)
        {
            if (!_packages.TryAdd(package.Name, package))
                throw new ArgumentException($"There are two packages {package.Name}.", nameof(packages));
            package.Join(this);
            package.Publications?.Start(options);
        }

        Events = [.. packages.Select(package => package.Name)];
    }

    /// <summary>The names of the packages: for <c>SipEndpointOptions.Events</c>.</summary>
    public IReadOnlyList<string> Events { get; }

    /// <summary>Subscriptions there are now.</summary>
    public int Watchers => _resources.Values.Sum(resource => resource.Count);

    /// <summary>Accepts or refuses a subscription. On its lane.</summary>
    public void Handle(IncomingSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var request = subscription.Request;
        if (!_packages.TryGetValue(subscription.Event, out var package))
            subscription.Reject(489);
        else if (!TryGetResource(request, out var resource))
            subscription.Reject(404);
        else if (!Accepts(request, package.ContentType))
            subscription.Reject(406);
        else
            Admit(request, subscription.Flow, subscription.Lane, verdict => Settle(subscription, package, resource, verdict));
    }

    /// <summary>Answers a PUBLISH. On its lane.</summary>
    public void Handle(IncomingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var publish = request.Message;
        if (request.Method != SipMethod.Publish)
            request.Respond(405);
        else if (!TryGetResource(publish, out var resource))
            request.Respond(404);
        else if (EventOf(publish) is not { } name || !_packages.TryGetValue(name, out var package) || package.Publications is not { } publications)
            request.Respond(489);
        else
            Admit(publish, request.Flow, request.Lane, verdict =>
            {
                if (!request.IsPending)
                    return; // its sender has given up
                if (!verdict.IsAllowed)
                    verdict.Refuse(request);
                else if (Identity(request.Message, verdict) != resource)
                    request.Respond(403); // somebody else's state
                else
                    publications.Handle(request, resource);
            });
    }

    /// <summary>
    /// Decides on a watcher anew: pending subscriptions become active or are refused, and active ones are ended when they are blocked (RFC 3857 §4.7.1 gives the
    /// states). For the policy's later answers; what it says of new subscriptions is its own affair.
    /// </summary>
    /// <param name="package">The event package.</param>
    /// <param name="resource">Whose state.</param>
    /// <param name="watcher">Who.</param>
    /// <param name="decision">What is decided; <see cref="WatcherDecision.Confirm"/> changes nothing.</param>
    public void Decide(string package, AddressOfRecord resource, AddressOfRecord watcher, WatcherDecision decision)
    {
        if (decision != WatcherDecision.Confirm && _packages.TryGetValue(package, out var known) && _resources.TryGetValue((known, resource), out var watched))
            watched.ForEach(entry =>
            {
                if (entry.Identity == watcher)
                    entry.Decide(decision);
            });
    }

    /// <summary>Forgets what was published. Subscriptions end with their endpoint.</summary>
    public void Dispose()
    {
        foreach (var package in _packages.Values)
            package.Publications?.Dispose();
    }

    internal bool IsWatched(EventPackage package, AddressOfRecord resource) =>
        _resources.TryGetValue((package, resource), out var watched) && watched.Count > 0;

    internal void OnChanged(EventPackage package, AddressOfRecord resource)
    {
        if (_resources.TryGetValue((package, resource), out var watched))
            watched.NotifyAll();
    }

    /// <summary>A subscription has begun, ended, or changed its state: for who watches the watchers.</summary>
    internal void OnWatcher(Watcher watcher, WatcherStatus status, WatcherEvent why)
    {
        if (_packages.TryGetValue(watcher.Package.Name + ".winfo", out var package) && package is WatcherInfoPackage watchers)
            watchers.Report(watcher, status, why);
    }

    /// <summary>A subscription is over; with the last of a resource goes the resource.</summary>
    internal void Remove(Watcher watcher)
    {
        var key = (watcher.Package, watcher.Resource);
        if (!_resources.TryGetValue(key, out var resource))
            return;
        resource.Remove(watcher);
        if (!resource.TryClose() || !_resources.TryRemove(KeyValuePair.Create(key, resource)))
            return;
        watcher.Package.OnUnwatched(watcher.Resource);
    }

    private void Settle(IncomingSubscription subscription, EventPackage package, AddressOfRecord resource, AdmissionVerdict verdict)
    {
        if (!subscription.IsPending)
            return;
        if (!verdict.IsAllowed)
        {
            subscription.Reject(verdict.Status, headers: verdict.Headers);
            return;
        }

        var identity = Identity(subscription.Request, verdict);
        var isOwner = identity == resource;
        var decision = isOwner ? WatcherDecision.Allow
            : package.IsPrivate ? WatcherDecision.Block
            : _options.Policy(new WatcherRequest(package.Name, resource, identity, verdict.Account));
        if (decision == WatcherDecision.Block)
            subscription.Reject(403);
        else if (IsFull(package, resource))
            subscription.Reject(503);
        else
            Accept(subscription, package, resource, identity, decision);
    }

    private void Accept(IncomingSubscription subscription, EventPackage package, AddressOfRecord resource, AddressOfRecord identity, WatcherDecision decision)
    {
        var watcher = new Watcher(this, subscription, package, resource, identity, Interlocked.Increment(ref _nextWatcher), _options.Time)
        {
            IsPolite = decision == WatcherDecision.PoliteBlock,
        };
        var key = (package, resource);
        while (!_resources.GetOrAdd(key, static _ => new EventResource()).TryAdd(watcher))
        {
            // The last one has just gone, and its resource with it: the next look finds a new one.
        }

        subscription.Accept(watcher, package.Lifetime, pending: decision == WatcherDecision.Confirm, spacing: package.Spacing);
        if (!subscription.IsFetch)
            OnWatcher(watcher, decision == WatcherDecision.Confirm ? WatcherStatus.Pending : WatcherStatus.Active, WatcherEvent.Subscribe);
    }

    private bool IsFull(EventPackage package, AddressOfRecord resource) =>
        _resources.TryGetValue((package, resource), out var watched) && watched.Count >= _options.Limits.MaxWatchers;

    private bool TryGetResource(SipMessage request, out AddressOfRecord resource)
    {
        resource = default;
        return request.TryGetRequestUri(out var uri) && _options.Domains.TryResolve(uri, out resource);
    }

    // Somebody with an account is that account; others are who they say.
    private AddressOfRecord Identity(SipMessage request, in AdmissionVerdict verdict)
    {
        if (verdict.Account is { } account)
            return AddressOfRecord.Create(account.Name, account.Realm);
        AddressOfRecord identity = default;
        if (request.TryGetFrom(out var from) && from.TryGetUri(out var uri) && !_options.Domains.TryResolve(uri, out identity))
            AddressOfRecord.TryFrom(SipUri.FromView(uri), out identity);
        return identity;
    }

    private void Admit(SipMessage request, in SipFlow flow, Lane lane, Action<AdmissionVerdict> then)
    {
        if (_options.Admission is not { } admission)
        {
            then(default);
            return;
        }

        var check = admission.CheckAsync(request, flow, AdmissionRole.UserAgent);
        if (check.IsCompletedSuccessfully)
            then(check.Result);
        else
            _ = AdmitLaterAsync(check, lane, then);
    }

    private static async Task AdmitLaterAsync(ValueTask<AdmissionVerdict> check, Lane lane, Action<AdmissionVerdict> then)
    {
        AdmissionVerdict verdict;
        try
        {
            verdict = await check.ConfigureAwait(false);
        }
        catch (IOException)
        {
            verdict = new AdmissionVerdict { Status = 500 }; // the accounts cannot be read
        }

        lane.Post(_ => then(verdict), null);
    }

    private static string? EventOf(SipMessage request)
    {
        var value = request.GetString(HeaderId.Event);
        var end = value?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return (end < 0 ? value : value![..end])?.Trim();
    }

    // RFC 6665 §8.3.3, RFC 3261 §20.1: without Accept the package's own type is understood.
    private static bool Accepts(SipMessage request, string type)
    {
        if (!request.Has(HeaderId.Accept))
            return true;
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        return request.HasToken(HeaderId.Accept, Encoding.ASCII.GetBytes(type)) || request.HasToken(HeaderId.Accept, "*/*"u8)
            || request.HasToken(HeaderId.Accept, Encoding.ASCII.GetBytes(type[..slash] + "/*"));
    }
}
