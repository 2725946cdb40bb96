using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Dialogs;

namespace Parley.Sip.Tests.Endpoint;

/// <summary>Two endpoints and a network that loses, doubles and reorders.</summary>
public class LoadTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public void Every_call_over_a_bad_network_ends_once_and_nothing_is_left(int seed, int lanes)
    {
        const int calls = 150;
        var network = new VirtualNetwork(new()
        {
            Seed = seed,
            Link = new() { Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(5), Loss = 0.05, Duplication = 0.02, Reordering = 0.05 },
        });
        var answering = new Answering();
        var server = Start(network, "10.0.0.1", answering, lanes);
        var client = Start(network, "10.0.0.2", null, lanes);
        var dials = new List<Dialing>();
        for (var i = 0; i < calls; i++)
        {
            var dial = new Dialing(cancels: i % 5 == 4);
            dials.Add(dial);
            dial.Start(client, $"sip:{(i % 7 == 6 ? "busy" : "ok")}@10.0.0.1");
            network.Advance(TimeSpan.FromMilliseconds(40));
        }

        network.Advance(TimeSpan.FromSeconds(200));
        Assert.All(dials, dial => Assert.Equal(1, dial.Ends));
        Assert.Equal(answering.Calls, answering.Ends);
        Assert.Contains(dials, dial => dial.Kind == CallEndKind.Completed);
        Assert.Contains(dials, dial => dial.Kind == CallEndKind.Rejected);
        Assert.Contains(dials, dial => dial.Kind == CallEndKind.Cancelled);
        foreach (var endpoint in new[] { server, client })
        {
            var counters = endpoint.Counters;
            Assert.Equal((0, 0, 0, 0, 0), (counters.IncomingCalls, counters.OutgoingCalls, counters.Dialogs, counters.PendingRequests, counters.Transactions.Active));
            Assert.Equal(0, counters.HandlerFaults);
            Assert.All(endpoint.Lanes, lane => Assert.InRange(lane.TimerCount, 0, 1)); // the transport's own upkeep
        }

        Assert.Equal(0, network.Pool.Outstanding);
    }

    private static SipEndpoint Start(VirtualNetwork network, string address, ISipEndpointHandler? handler, int lanes)
    {
        SipEndpoint? endpoint = null;
        var options = new SipEndpointOptions { Transport = new() { Listen = [$"udp:{address}:5060"], Lanes = lanes }, Handler = handler };
        network.Run(async () => endpoint = await SipEndpoint.StartAsync(network.Host(address), options));
        return endpoint!;
    }

    private sealed class Answering : ISipEndpointHandler, IInviteSessionHandler
    {
        public int Calls { get; private set; }

        public int Ends { get; private set; }

        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            Calls++;
            invite.Progress();
            if (invite.Request.TryGetRequestUri(out var uri) && uri.User.SequenceEqual("busy"u8))
                invite.Reject(486);
            else
                new Later(invite, () => invite.Answer(new SipBody("text/plain", "answer"))).In(300);
            return this;
        }

        public void OnEnded(CallEnd end, SipMessage? message) => Ends++;
    }

    private sealed class Dialing(bool cancels) : IOutgoingInviteHandler
    {
        public int Ends { get; private set; }

        public CallEndKind Kind { get; private set; }

        public void Start(SipEndpoint endpoint, string target)
        {
            var invite = endpoint.Invite(new() { Target = SipUri.Parse(target), From = SipAddress.Parse("sip:load@10.0.0.2") }, this);
            if (cancels)
                invite.Lane.Post(_ => new LaterAction(invite.Lane, () => invite.Cancel()).In(200), null);
        }

        public void OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response) =>
            new LaterAction(session.Lane, () => session.Bye()).In(1000);

        public void OnEnded(CallEnd end, SipMessage? message)
        {
            Ends++;
            Kind = end.Kind;
        }
    }

    private sealed class Later(IncomingInvite invite, Action work) : LaneTimer
    {
        public void In(long milliseconds) => invite.Lane.Schedule(this, milliseconds);

        protected override void Fire(long now)
        {
            if (invite.IsPending)
                work();
        }
    }

    private sealed class LaterAction(Lane lane, Action work) : LaneTimer
    {
        public void In(long milliseconds) => lane.Schedule(this, milliseconds);

        protected override void Fire(long now) => work();
    }
}
