using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 §4.2.2: what subscribers are told, and what becomes of them when they do not take it.</summary>
public class NotificationTests
{
    private readonly EventStage _stage = new();

    private string Notify => _stage.Peer.LastOf("NOTIFY");

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(416)]
    [InlineData(480)]
    [InlineData(481)]
    [InlineData(485)]
    [InlineData(489)]
    [InlineData(501)]
    [InlineData(604)]
    [InlineData(408)]
    public void A_NOTIFY_that_is_refused_like_this_ends_the_subscription(int status)
    {
        _stage.PeerSends(EventStage.Subscribe());
        _stage.PeerReplies("NOTIFY", $"{status} No");
        Assert.Equal((SubscriptionEndKind.NotifyFailed, status), (_stage.End!.Value.Kind, _stage.End.Value.Status));
        _stage.EndsClean();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(603)]
    public void A_NOTIFY_that_is_refused_otherwise_leaves_it(int status)
    {
        _stage.PeerSends(EventStage.Subscribe());
        _stage.PeerReplies("NOTIFY", $"{status} No");
        Assert.Null(_stage.End);
    }

    [Fact]
    public void A_NOTIFY_that_is_never_answered_ends_the_subscription()
    {
        _stage.PeerSends(EventStage.Subscribe());
        _stage.Advance(31_999);
        Assert.Null(_stage.End);
        _stage.Advance(1);
        Assert.Equal((SubscriptionEndKind.NotifyFailed, 408), (_stage.End!.Value.Kind, _stage.End.Value.Status));
        _stage.EndsClean();
    }

    [Fact]
    public void A_NOTIFY_that_is_challenged_is_sent_again_with_credentials()
    {
        var stage = new EventStage(credentials: new() { Username = "us", Password = "secret" }) { State = "open" };
        stage.PeerSends(EventStage.Subscribe());
        stage.PeerSends(Responses.With(Wire.Response(stage.Peer.LastOf("NOTIFY"), "401 Unauthorized", ""), "WWW-Authenticate: Digest realm=\"phone\", nonce=\"n1\", qop=\"auth\""));
        var again = stage.Peer.LastOf("NOTIFY");
        Assert.Contains("username=\"us\"", Wire.Header(again, "Authorization"), StringComparison.Ordinal);
        Assert.Equal("2 NOTIFY", Wire.Header(again, "CSeq"));
        Assert.EndsWith("\r\n\r\nopen", again, StringComparison.Ordinal);
        stage.PeerReplies("NOTIFY", "200 OK");
        Assert.Null(stage.End);
    }

    [Fact]
    public void A_NOTIFY_goes_along_the_route_of_the_SUBSCRIBE()
    {
        _stage.PeerSends(EventStage.Subscribe().Replace("Max-Forwards:", "Record-Route: <sip:10.0.0.3;lr>\nMax-Forwards:", StringComparison.Ordinal));
        Assert.Equal("<sip:10.0.0.3;lr>", Wire.Header(_stage.Peer.LastOf("200 SUBSCRIBE"), "Record-Route"));
        var notify = _stage.Other.LastOf("NOTIFY");
        Assert.Equal("<sip:10.0.0.3;lr>", Wire.Header(notify, "Route"));
        Assert.StartsWith("NOTIFY sip:peer@10.0.0.2:5060 SIP/2.0\r\n", notify, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strict_router_takes_the_targets_place()
    {
        _stage.PeerSends(EventStage.Subscribe().Replace("Max-Forwards:", "Record-Route: <sip:10.0.0.3>\nMax-Forwards:", StringComparison.Ordinal));
        var notify = _stage.Other.LastOf("NOTIFY");
        Assert.StartsWith("NOTIFY sip:10.0.0.3 SIP/2.0\r\n", notify, StringComparison.Ordinal);
        Assert.Equal("<sip:peer@10.0.0.2:5060>", Wire.Header(notify, "Route"));
    }

    [Fact]
    public void Changes_while_a_NOTIFY_is_under_way_are_told_together_once_it_is_answered()
    {
        _stage.Subscribed();
        _stage.OnLane(() => { _stage.State = "one"; _stage.Subscription.Notify(); });
        _stage.Advance(5);
        _stage.OnLane(() => { _stage.State = "two"; _stage.Subscription.Notify(); });
        _stage.OnLane(() => { _stage.State = "three"; _stage.Subscription.Notify(); });
        _stage.Advance(100);
        Assert.EndsWith("\r\n\r\none", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Advance(5);
        _stage.Timeline.Shows("""
            1 peer: NOTIFY
            106 peer: NOTIFY
            """);
        Assert.EndsWith("\r\n\r\nthree", Notify, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_of_the_applications_choice_leaves_at_once_with_its_headers_and_its_outcome()
    {
        _stage.Subscribed();
        var outcome = 0;
        _stage.OnLane(() => _stage.Subscription.Notify(new SipBody("text/plain", "mine"), [new SipHeader("Subject", "x")], (status, _, _) => outcome = status));
        Assert.EndsWith("\r\n\r\nmine", Notify, StringComparison.Ordinal);
        Assert.Equal("x", Wire.Header(Notify, "Subject"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        Assert.Equal(200, outcome);
    }

    [Fact]
    public void A_handler_that_throws_costs_the_subscriber_its_state_and_nobody_anything_else()
    {
        _stage.Subscribed();
        _stage.Fails = true;
        _stage.OnLane(_stage.Subscription.Notify);
        _stage.Advance(5);
        Assert.EndsWith("\r\n\r\n", Notify, StringComparison.Ordinal);
        Assert.Single(_stage.Faults);
        Assert.Null(_stage.End);
    }

    [Fact]
    public void Line_breaks_do_not_get_into_headers()
    {
        _stage.OnSubscribe = _ => { };
        _stage.PeerSends(EventStage.Subscribe());
        Assert.Throws<ArgumentException>("reason", () => _stage.OnLaneOrThrow(() => _stage.Subscription.Reject(403, "No\r\nX: y")));
    }

    [Fact]
    public void A_change_for_many_leaves_in_batches_with_pauses_between_them()
    {
        const int count = 320;
        var subscriptions = new List<IncomingSubscription>();
        _stage.OnSubscribe = subscription =>
        {
            subscription.Accept(_stage);
            subscriptions.Add(subscription);
        };
        for (var i = 0; i < count; i++)
            _stage.Peer.Send(EventStage.Subscribe(callId: $"c{i}", branch: $"z9hG4bK{i}"));
        _stage.Network.RunUntilIdle();
        _stage.AnswerAll();
        _stage.OnLane(() => subscriptions.ForEach(subscription => subscription.Notify()));
        List<long> sent = [_stage.Endpoint.Counters.NotificationsSent];
        for (var ms = 0; ms < 20; ms++)
        {
            _stage.Advance(1);
            sent.Add(_stage.Endpoint.Counters.NotificationsSent);
        }

        Assert.Equal(count, sent[0]);
        Assert.Equal(2 * count, sent[^1]);
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 32));
    }
}
