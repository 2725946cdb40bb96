using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Locating;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>A whole endpoint at 10.0.0.1, raw peers at 10.0.0.2 and 10.0.0.3, and a timeline of what the peers receive and the application is told.</summary>
internal sealed class EndpointStage : ISipEndpointHandler
{
    public EndpointStage(Func<SipEndpointOptions, SipEndpointOptions>? change = null, Func<VirtualDatagram, DatagramFate?>? policy = null)
    {
        Network = new(new() { Policy = policy });
        Timeline = new(Network);
        Peer = new(Network.Host("10.0.0.2"), Timeline, "peer");
        Other = new(Network.Host("10.0.0.3"), Timeline, "other");
        Call = new(this);
        Names = new(Network);
        var options = new SipEndpointOptions
        {
            Transport = new() { Listen = ["udp:10.0.0.1:5060"] },
            Handler = this,
            Identity = SipAddress.Parse("<sip:us@10.0.0.1>"),
            UserAgent = "",
            OnFault = Faults.Add,
            Locating = new() { Dns = Names.Options, Seed = 1 },
        };
        options = change?.Invoke(options) ?? options;
        Network.Run(async () => Endpoint = await SipEndpoint.StartAsync(Network.Host("10.0.0.1"), options));
    }

    public VirtualNetwork Network { get; }

    public Timeline Timeline { get; }

    public Phone Peer { get; }

    public Phone Other { get; }

    /// <summary>The name server.</summary>
    public DnsServer Names { get; }

    public SipEndpoint Endpoint { get; private set; } = null!;

    /// <summary>Follows every call, in and out.</summary>
    public CallRecorder Call { get; }

    public List<Exception> Faults { get; } = [];

    /// <summary>What is done with a new call; default: nothing, it waits.</summary>
    public Action<IncomingInvite> OnInvite { get; set; } = _ => { };

    public bool WantsCalls { get; set; } = true;

    public IncomingInvite Invite { get; private set; } = null!;

    public OutgoingInvite Outgoing { get; private set; } = null!;

    public Lane Lane => Endpoint.Lanes[0];

    public void Advance(double milliseconds) => Network.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Runs something on the lane, now.</summary>
    public void OnLane(Action work)
    {
        Lane.Post(static state => ((Action)state!)(), work);
        Network.RunUntilIdle();
    }

    public void PeerSends(string message)
    {
        Peer.Send(message);
        Network.RunUntilIdle();
    }

    public void PeerReplies(string method, string status, string tag = "far", string more = "", string sdp = "")
    {
        var response = Responses.With(Wire.Response(Peer.LastOf(method), status, tag), more);
        PeerSends(sdp.Length == 0 ? response : Responses.WithBody(response, sdp));
    }

    /// <summary>Lets code on the thread pool, such as a lookup's, come so far that <paramref name="condition"/> holds.</summary>
    public void Await(Func<bool> condition) => Network.Run(async () =>
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(1), Network.Time);
    }, TimeSpan.FromSeconds(60));

    /// <summary>Calls <c>sip:peer@10.0.0.2</c>.</summary>
    public void Dial(Func<OutgoingInviteOptions, OutgoingInviteOptions>? change = null)
    {
        var options = new OutgoingInviteOptions { Target = SipUri.Parse("sip:peer@10.0.0.2") };
        Outgoing = Endpoint.Invite(change?.Invoke(options) ?? options, Call);
        Network.RunUntilIdle();
    }

    /// <summary>Calls and is answered; the timeline starts after that.</summary>
    public InviteSession DialAnswered(Func<OutgoingInviteOptions, OutgoingInviteOptions>? change = null, string more = Responses.Contact)
    {
        Dial(change);
        PeerReplies("INVITE", "200 OK", more: more);
        Timeline.Clear();
        return Call.Session!;
    }

    /// <summary>Is called and answers, and the ACK has come; the timeline starts after that.</summary>
    public InviteSession Answered(string invite)
    {
        OnInvite = call => call.Answer();
        PeerSends(invite);
        PeerSends(Requests.Within(Peer.LastOf("200 INVITE"), "ACK", 1));
        Timeline.Clear();
        return Call.Session ?? throw new InvalidOperationException("The call was not confirmed.");
    }

    /// <summary>After long enough, nothing is left: no call, no dialog, no transaction, no buffer.</summary>
    public void EndsClean()
    {
        Advance(120_000);
        var counters = Endpoint.Counters;
        Assert.Equal(0, counters.IncomingCalls);
        Assert.Equal(0, counters.OutgoingCalls);
        Assert.Equal(0, counters.Dialogs);
        Assert.Equal(0, counters.PendingRequests);
        Assert.Equal(0, counters.Transactions.Active);
        Assert.Equal(0, Network.Pool.Outstanding);
        Assert.Empty(Faults);
    }

    IInviteSessionHandler? ISipEndpointHandler.OnInvite(IncomingInvite invite)
    {
        Timeline.Add("app invite");
        Invite = invite;
        OnInvite(invite);
        return WantsCalls ? Call : null;
    }
}
