using System.Text;
using Parley.Net;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transport;

namespace Parley.Services.Tests.Presence;

/// <summary>An endpoint at 10.0.0.1 that serves events for example.com, and a peer at 10.0.0.2 that answers every NOTIFY with 200.</summary>
internal sealed class PresenceStage : IDatagramHandler
{
    private readonly IDatagramSocket _socket;
    private int _branch;

    public PresenceStage(Func<EventServiceOptions, EventServiceOptions>? change = null, Func<PresenceStage, IReadOnlyList<EventPackage>>? packages = null, int lanes = 1)
    {
        Presence = new PresencePackage(Locations);
        var options = new EventServiceOptions { Domains = new ServedDomains("example.com"), Time = Network.Time };
        Service = new EventService(change?.Invoke(options) ?? options, packages?.Invoke(this) ?? [Presence, new WatcherInfoPackage("presence")]);
        _socket = Network.Host("10.0.0.2").CreateLanes("peer", 1)[0].BindUdp(Network.Host("10.0.0.2").Address.WithPort(5060), this);
        Network.Run(async () => Endpoint = await SipEndpoint.StartAsync(Network.Host("10.0.0.1"), new SipEndpointOptions
        {
            Transport = new() { Listen = ["udp:10.0.0.1:5060"], Lanes = lanes },
            Methods = [SipMethod.Subscribe, SipMethod.Notify, SipMethod.Publish, SipMethod.Options],
            Events = Service.Events,
            Handler = new Application(Service),
            UserAgent = "",
            OnFault = Faults.Add,
        }));
    }

    public static AddressOfRecord Bob { get; } = AddressOfRecord.Create("bob", "example.com");

    public static AddressOfRecord Alice { get; } = AddressOfRecord.Create("alice", "example.com");

    public VirtualNetwork Network { get; } = new();

    public SipEndpoint Endpoint { get; private set; } = null!;

    public EventService Service { get; }

    public PresencePackage Presence { get; }

    public FakeLocations Locations { get; } = new();

    public List<Exception> Faults { get; } = [];

    public List<string> Received { get; } = [];

    public IReadOnlyList<string> Notifies => [.. Received.Where(message => Wire.Summary(message) == "NOTIFY")];

    public string Notify => Notifies[^1];

    /// <summary>The body of the last NOTIFY.</summary>
    public string State => Notify.Split("\r\n\r\n", 2)[1];

    public void Advance(double milliseconds) => Network.Advance(TimeSpan.FromMilliseconds(milliseconds));

    public string Got(string summary) => Received.Last(message => Wire.Summary(message) == summary);

    /// <summary>Sends, lets what follows happen, and gives the response.</summary>
    public string Send(string message)
    {
        var before = Received.Count;
        _socket.Send(Wire.Bytes(message), NetEndpoint.V4(0x0A000001, 5060));
        Network.RunUntilIdle();
        Advance(5);
        return Received.Skip(before).First(text => text.StartsWith("SIP/2.0", StringComparison.Ordinal));
    }

    public void Queue(string message) => _socket.Send(Wire.Bytes(message), NetEndpoint.V4(0x0A000001, 5060));

    public string Subscribe(string package = "presence", string who = "alice", string whom = "bob", int expires = 600, string more = "", string? callId = null) =>
        Send(SubscribeText(package, who, whom, expires, more, callId));

    public string SubscribeText(string package = "presence", string who = "alice", string whom = "bob", int expires = 600, string more = "", string? callId = null) => Wire.Request(
        "SUBSCRIBE", $"sip:{whom}@example.com", $"z9hG4bKs{++_branch}", $"<sip:{whom}@example.com>", more: $"Event: {package}\nExpires: {expires}{(more.Length > 0 ? "\n" + more : "")}",
        callId: callId ?? $"sub-{_branch}", from: $"<sip:{who}@example.com>;tag=t{_branch}");

    /// <summary>A SUBSCRIBE within the dialog of a 200.</summary>
    public string Refresh(string ok, string package, int cseq, int expires) => Send(
        Wire.Request("SUBSCRIBE", "sip:bob@10.0.0.1", $"z9hG4bKr{++_branch}", Wire.Header(ok, "To"), cseq, $"Event: {package}\nExpires: {expires}",
            callId: Wire.Header(ok, "Call-ID"), from: Wire.Header(ok, "From")));

    public string Publish(string body, string who = "bob", string whom = "bob", int? expires = 600, string more = "", string type = "application/pidf+xml", string package = "presence")
    {
        var lines = $"Event: {package}";
        if (expires is not null)
            lines += $"\nExpires: {expires}";
        if (body.Length > 0)
            lines += $"\nContent-Type: {type}";
        if (more.Length > 0)
            lines += "\n" + more;
        var request = Wire.Request("PUBLISH", $"sip:{whom}@example.com", $"z9hG4bKp{++_branch}", $"<sip:{whom}@example.com>", more: lines,
            callId: $"pub-{_branch}", from: $"<sip:{who}@example.com>;tag=p{_branch}");
        request = request.ReplaceLineEndings("\n").TrimEnd('\n').Replace("Content-Length: 0", $"Content-Length: {Encoding.UTF8.GetByteCount(body)}", StringComparison.Ordinal);
        return Send(request.ReplaceLineEndings("\r\n") + "\r\n\r\n", body);
    }

    public static string Pidf(string basic = "open", string id = "t1", string more = "") =>
        $"""<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@example.com"><tuple id="{id}"><status><basic>{basic}</basic></status></tuple>{more}</presence>""";

    public void EndsClean()
    {
        Advance(4_000_000);
        Assert.Equal(0, Endpoint.Counters.IncomingSubscriptions);
        Assert.Equal(0, Service.Watchers);
        Assert.Equal(0, Presence.Publications.Count);
        Assert.Equal(0, Endpoint.Counters.Dialogs);
        Assert.Equal(0, Endpoint.Counters.Transactions.Active);
        Assert.Equal(0, Network.Pool.Outstanding);
        Assert.Empty(Faults);
    }

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        var text = Encoding.UTF8.GetString(datagram.Span);
        Received.Add(text);
        if (text.StartsWith("NOTIFY ", StringComparison.Ordinal))
            socket.Send(Encoding.UTF8.GetBytes(Wire.Response(text, "200 OK", "")), source);
    }

    // The body goes as it is: its line ends are its own.
    private string Send(string head, string body)
    {
        var before = Received.Count;
        _socket.Send(Encoding.UTF8.GetBytes(head + body), NetEndpoint.V4(0x0A000001, 5060));
        Network.RunUntilIdle();
        Advance(5);
        return Received.Skip(before).First(text => text.StartsWith("SIP/2.0", StringComparison.Ordinal));
    }

    private sealed class Application(EventService service) : ISipEndpointHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

        public void OnSubscribe(IncomingSubscription subscription) => service.Handle(subscription);

        public void OnRequest(IncomingRequest request) => service.Handle(request);
    }
}

/// <summary>Believes an X-Account header; without one it wants a password. At once, or when it is told to.</summary>
internal sealed class FakeAdmission : IAdmission
{
    public TaskCompletionSource? Waits { get; set; }

    public async ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default)
    {
        var name = request.GetString("X-Account");
        if (Waits is { } waits)
            await waits.Task;
        return name is null
            ? new AdmissionVerdict { Status = 401 }
            : new AdmissionVerdict { Account = new Account { Name = name, Realm = "example.com" } };
    }
}

/// <summary>Bindings as a test sets them.</summary>
internal sealed class FakeLocations : ILocationService
{
    private readonly Dictionary<AddressOfRecord, List<Binding>> _bindings = [];
    private readonly List<ILocationWatcher> _watchers = [];

    public ServedDomains Domains { get; } = new("example.com");

    public ValueTask<IReadOnlyList<Binding>> FindAsync(AddressOfRecord address, CancellationToken cancel = default) =>
        ValueTask.FromResult<IReadOnlyList<Binding>>(_bindings.GetValueOrDefault(address) ?? []);

    public void Set(AddressOfRecord address, BindingEvent what, Binding binding)
    {
        if (!_bindings.TryGetValue(address, out var all))
            _bindings[address] = all = [];
        all.RemoveAll(known => known.Id == binding.Id);
        if (what is BindingEvent.Registered or BindingEvent.Refreshed)
            all.Add(binding);
        foreach (var watcher in _watchers)
            watcher.OnChanged(new LocationChange(address, all.Count > 0, what == BindingEvent.Registered, () => [new BindingChange(what, binding)]));
    }

    public IDisposable Watch(ILocationWatcher watcher)
    {
        _watchers.Add(watcher);
        return new Watching();
    }

    public ValueTask<LocationAnswer> ResolveAsync(SipUri uri, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask FlowFailedAsync(AddressOfRecord address, Binding binding) => throw new NotSupportedException();

    public ValueTask<int> RemoveAsync(AddressOfRecord address, string? bindingId = null) => throw new NotSupportedException();

    private sealed class Watching : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
