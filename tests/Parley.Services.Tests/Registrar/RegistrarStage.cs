using System.Text;
using Parley.Net;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Tests.Registrar;

/// <summary>A registrar for example.com at 10.0.0.1, and phones wherever a test wants them.</summary>
internal sealed class RegistrarStage : ISipEndpointHandler, IDatagramHandler, IAsyncDisposable
{
    private readonly Dictionary<string, IDatagramSocket> _sockets = [];
    private readonly List<string> _received = [];
    private readonly bool _ownsNetwork;
    private int _branch;

    public RegistrarStage(
        RegistrarOptions? options = null,
        ILocationStore? store = null,
        IAdmission? admission = null,
        LocationOptions? limits = null,
        Func<SipEndpointOptions, SipEndpointOptions>? change = null,
        AccountDirectory? accounts = null,
        VirtualNetwork? network = null)
    {
        Network = network ?? new();
        _ownsNetwork = network is null;
        Network.Run(async () =>
        {
            Locations = await LocationService.StartAsync(store, Domains, limits, Network.Time, accounts);
            Registrar = new RegistrarService(Locations, admission ?? new EverybodyIsWhoTheySay(), options);
            var endpoint = new SipEndpointOptions
            {
                Transport = new() { Listen = ["udp:10.0.0.1:5060", "tcp:10.0.0.1:5060"] },
                Handler = this,
                UserAgent = "",
                Methods = [SipMethod.Register, SipMethod.Options],
                Extensions = RegistrarService.Extensions,
            };
            Endpoint = await SipEndpoint.StartAsync(Network.Host("10.0.0.1"), change?.Invoke(endpoint) ?? endpoint);
        });
    }

    public static ServedDomains Domains { get; } = new("example.com", "10.0.0.1");

    public static AddressOfRecord Alice { get; } = AddressOfRecord.Create("alice", "example.com");

    public VirtualNetwork Network { get; }

    public LocationService Locations { get; private set; } = null!;

    public RegistrarService Registrar { get; private set; } = null!;

    public SipEndpoint Endpoint { get; private set; } = null!;

    /// <summary>What the phones have received.</summary>
    public IReadOnlyList<string> Received => _received;

    /// <summary>Alice's bindings.</summary>
    public IReadOnlyList<Binding> Bindings => Find(Alice);

    public IReadOnlyList<Binding> Find(AddressOfRecord address)
    {
        var found = Locations.FindAsync(address).AsTask();
        Assert.True(found.IsCompletedSuccessfully);
        return found.Result;
    }

    public LocationAnswer Resolve(string uri)
    {
        LocationAnswer answer = default;
        Network.Run(async () => answer = await Locations.ResolveAsync(SipUri.Parse(uri)));
        return answer;
    }

    public void Advance(double seconds) => Network.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Sends a REGISTER and gives its answer. Lines of <paramref name="more"/> go before Content-Length.</summary>
    public string Register(string more = "Contact: <sip:alice@10.0.0.2:5060>", int cseq = 1, string callId = "one", string to = "sip:alice@example.com", string uri = "sip:example.com", string from = "10.0.0.2") =>
        Send(Text(more, cseq, callId, to, uri, from), from);

    public string Text(string more, int cseq = 1, string callId = "one", string to = "sip:alice@example.com", string uri = "sip:example.com", string from = "10.0.0.2") =>
        $"""
        REGISTER {uri} SIP/2.0
        Via: SIP/2.0/UDP {from}:5060;branch=z9hG4bK{++_branch};rport
        Max-Forwards: 70
        From: <{to}>;tag={_branch}
        To: <{to}>
        Call-ID: {callId}
        CSeq: {cseq} REGISTER
        {(more.Length == 0 ? "" : more + "\n")}Content-Length: 0


        """;

    public string Send(string text, string from = "10.0.0.2")
    {
        var before = _received.Count;
        Post(text, from);
        Network.RunUntil(() => _received.Count > before, TimeSpan.FromSeconds(40));
        return _received[^1];
    }

    public void Post(string text, string from = "10.0.0.2")
    {
        if (!_sockets.TryGetValue(from, out var socket))
            _sockets[from] = socket = Network.Host(from).CreateLanes("phone", 1)[0].BindUdp(NetEndpoint.From(System.Net.IPAddress.Parse(from), 5060), this);
        socket.Send(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), NetEndpoint.V4(0x0A000001, 5060));
    }

    public static string Status(string response) => response.Split("\r\n")[0]["SIP/2.0 ".Length..];

    /// <summary>The value of the one line of that name.</summary>
    public static string Header(string message, string name) => Assert.Single(Wire.Headers(message, name));

    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

    public void OnRequest(IncomingRequest request) => Registrar.Handle(request);

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => _received.Add(Encoding.UTF8.GetString(datagram.Span));

    public async ValueTask DisposeAsync()
    {
        Network.Run(async () =>
        {
            await Endpoint.DisposeAsync();
            await Locations.DisposeAsync();
            foreach (var socket in _sockets.Values)
                await socket.DisposeAsync();
        });
        if (_ownsNetwork)
            await Network.DisposeAsync();
    }

    /// <summary>Takes the To header for who asks.</summary>
    internal sealed class EverybodyIsWhoTheySay : IAdmission
    {
        public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default)
        {
            Assert.True(request.TryGetTo(out var to) && to.TryGetUri(out _));
            to.TryGetUri(out var uri);
            return Domains.TryResolve(uri, out var address)
                ? new(new AdmissionVerdict { Account = new Account { Name = address.User, Realm = address.Domain } })
                : new(default(AdmissionVerdict));
        }
    }
}
