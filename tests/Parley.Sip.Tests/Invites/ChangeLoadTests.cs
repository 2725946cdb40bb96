using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Sip.Tests.Invites;

/// <summary>
/// Both sides of many calls change them at random, by every means there is, over a network that loses, doubles and reorders: each outcome is told once, each
/// offer gets its own answer, every call ends once, and nothing is left.
/// </summary>
public class ChangeLoadTests
{
    private const int Calls = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Changes_from_both_sides_over_a_bad_network(int seed)
    {
        var network = new VirtualNetwork(new()
        {
            Seed = seed,
            Link = new() { Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(5), Loss = 0.05, Duplication = 0.02, Reordering = 0.05 },
        });
        var random = new Random(seed);
        var sides = new List<Side>();
        Side NewSide()
        {
            var side = new Side(random);
            sides.Add(side);
            return side;
        }

        var server = Start(network, "10.0.0.1", new Answering(NewSide));
        var client = Start(network, "10.0.0.2", null);
        for (var i = 0; i < Calls; i++)
        {
            NewSide().Dial(client);
            network.Advance(TimeSpan.FromMilliseconds(100));
        }

        network.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(2 * Calls, sides.Count);
        Assert.Empty(sides.SelectMany(side => side.Complaints));
        Assert.All(sides, side => Assert.Equal(1, side.Ends));
        Assert.All(sides, side => Assert.Equal(side.Asked, side.Told));
        Assert.InRange(sides.Sum(side => side.Changed), sides.Sum(side => side.Asked) / 2, int.MaxValue);
        foreach (var endpoint in new[] { server, client })
        {
            var counters = endpoint.Counters;
            Assert.Equal((0, 0, 0, 0, 0), (counters.IncomingCalls, counters.OutgoingCalls, counters.Dialogs, counters.PendingRequests, counters.Transactions.Active));
            Assert.Equal(0, counters.HandlerFaults);
            Assert.All(endpoint.Lanes, lane => Assert.InRange(lane.TimerCount, 0, 1)); // the transport's own upkeep
        }

        Assert.Equal(0, network.Pool.Outstanding);
    }

    private static SipEndpoint Start(VirtualNetwork network, string address, ISipEndpointHandler? handler)
    {
        SipEndpoint? endpoint = null;
        var options = new SipEndpointOptions { Transport = new() { Listen = [$"udp:{address}:5060"] }, Handler = handler };
        network.Run(async () => endpoint = await SipEndpoint.StartAsync(network.Host(address), options));
        return endpoint!;
    }

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private static string BodyOf(SipMessage message) => Encoding.UTF8.GetString(message.Body);

    private sealed class Answering(Func<Side> side) : ISipEndpointHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite) => side().Ring(invite);
    }

    private sealed class Side(Random random) : IOutgoingInviteHandler
    {
        private static int s_offers;

        private readonly Dictionary<InviteSession, string> _offered = [];

        private int _toAcknowledge;

        public List<string> Complaints { get; } = [];

        public int Ends { get; private set; }

        public int Asked { get; private set; }

        public int Told { get; private set; }

        public int Changed { get; private set; }

        public void Dial(SipEndpoint endpoint) => endpoint.Invite(
            new() { Target = SipUri.Parse("sip:ok@10.0.0.1"), From = SipAddress.Parse("sip:load@10.0.0.2"), Body = Sdp("first offer") }, this);

        public Side Ring(IncomingInvite invite)
        {
            var reliably = random.Next(2) == 0;
            invite.Progress(183, body: reliably ? Sdp("answer to first offer") : default, reliability: reliably ? Reliability.WhenSupported : Reliability.WhenRequired);
            After(invite.Lane, 300, () =>
            {
                if (invite.IsPending)
                    Change(invite.Answer(reliably ? default : Sdp("answer to first offer")), hangsUp: random.Next(2) == 0);
            });
            return this;
        }

        public void OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response) => Change(session, hangsUp: true);

        public void OnReinvite(InviteSession session, IncomingRequest request) => After(session.Lane, random.Next(400), () =>
        {
            if (request.IsPending)
                Answer(session, request);
        });

        public void OnReinviteConfirmed(InviteSession session, SipMessage ack)
        {
            if (_offered.Remove(session, out var offer) && BodyOf(ack) != $"answer to {offer}")
                Complaints.Add($"ACK of {offer}: {BodyOf(ack)}");
        }

        public void OnEnded(CallEnd end, SipMessage? message)
        {
            Ends++;
            // A request that crosses the peer's BYE is answered 481, and ends the call here before the BYE does when that was lost.
            if (end.Kind == CallEndKind.Failed && end.Status != 481)
                Complaints.Add(end.ToString());
        }

        private void Answer(InviteSession session, IncomingRequest request)
        {
            if (random.Next(10) == 0)
            {
                request.Respond(488);
            }
            else if (request.HasOffer)
            {
                request.Respond(200, body: Sdp($"answer to {BodyOf(request.Message)}"));
            }
            else
            {
                _offered[session] = NewOffer();
                request.Respond(200, body: Sdp(_offered[session]));
            }
        }

        private void Change(InviteSession session, bool hangsUp)
        {
            for (var i = 0; i < 5; i++)
                After(session.Lane, random.Next(15_000), () => ChangeOnce(session));
            if (hangsUp)
                After(session.Lane, random.Next(10_000, 30_000), () => HangUp(session));
            else
                After(session.Lane, 60_000, () => HangUp(session));
        }

        // A BYE while an offer of the peer waits for its answer would be right, but send the ACK without the answer that is looked for.
        private void HangUp(InviteSession session)
        {
            if (_toAcknowledge > 0 || Told < Asked)
                After(session.Lane, 2000, () => HangUp(session));
            else
                session.Bye();
        }

        private void ChangeOnce(InviteSession session)
        {
            if (session.IsEnded)
                return;
            var offer = random.Next(3) == 0 ? "" : NewOffer();
            Asked++;
            var change = session.Modify(
                new() { Body = offer.Length > 0 ? Sdp(offer) : default, Method = offer.Length > 0 && random.Next(2) == 0 ? ModifyMethod.Update : ModifyMethod.Reinvite },
                result => OnChanged(session, offer, result));
            if (random.Next(10) == 0)
                After(session.Lane, random.Next(1000), () => change.Cancel());
        }

        private void OnChanged(InviteSession session, string offer, ModifyResult result)
        {
            Told++;
            if (!result.IsSuccess)
                return;
            Changed++;
            if (offer.Length > 0 && BodyOf(result.Message!) != $"answer to {offer}")
                Complaints.Add($"{offer}: {BodyOf(result.Message!)}");
            if (result.Acknowledge is { } acknowledge)
            {
                var answer = $"answer to {BodyOf(result.Message!)}";
                _toAcknowledge++;
                After(session.Lane, random.Next(2000), () =>
                {
                    _toAcknowledge--;
                    acknowledge.Send(Sdp(answer));
                });
            }
        }

        private static string NewOffer() => string.Create(CultureInfo.InvariantCulture, $"offer {Interlocked.Increment(ref s_offers)}");

        private static void After(Lane lane, long milliseconds, Action work) => lane.Schedule(new Later(work), milliseconds);
    }

    private sealed class Later(Action work) : LaneTimer
    {
        protected override void Fire(long now) => work();
    }
}
