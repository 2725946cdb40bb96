using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 §4.2: somebody subscribes with us.</summary>
public class NotifierTests
{
    private readonly EventStage _stage = new();

    private string Notify => _stage.Peer.LastOf("NOTIFY");

    [Fact]
    public void A_SUBSCRIBE_gets_200_and_at_once_a_NOTIFY_with_the_state()
    {
        _stage.State = "open";
        _stage.PeerSends(EventStage.Subscribe(expires: 600));
        _stage.Timeline.Shows("""
            0 app SUBSCRIBE presence
            0 peer: 200 SUBSCRIBE
            0 peer: NOTIFY
            """);
        var ok = _stage.Peer.LastOf("200 SUBSCRIBE");
        Assert.Equal("600", Wire.Header(ok, "Expires"));
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(ok, "Contact"));
        Assert.StartsWith("NOTIFY sip:peer@10.0.0.2:5060 SIP/2.0\r\n", Notify, StringComparison.Ordinal);
        Assert.Equal(Wire.Header(ok, "To"), Wire.Header(Notify, "From"));
        Assert.Equal(Wire.Header(ok, "From"), Wire.Header(Notify, "To"));
        Assert.Equal("presence", Wire.Header(Notify, "Event"));
        Assert.Equal("active;expires=600", Wire.Header(Notify, "Subscription-State"));
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(Notify, "Contact"));
        Assert.Equal("text/plain", Wire.Header(Notify, "Content-Type"));
        Assert.EndsWith("\r\n\r\nopen", Notify, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_is_not_served_gets_489_that_names_those_that_are()
    {
        _stage.PeerSends(EventStage.Subscribe("weather"));
        Assert.Equal("presence, dialog, refer", Wire.Header(_stage.Peer.LastOf("489 SUBSCRIBE"), "Allow-Events"));
        _stage.Timeline.Shows("0 peer: 489 SUBSCRIBE");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Event: ;id=4")]
    [InlineData("Event: a b")]
    [InlineData("Event: presence;id=\"x\"")]
    [InlineData("Event: presence;id")]
    public void A_SUBSCRIBE_without_an_event_that_can_be_read_gets_489(string line)
    {
        _stage.PeerSends(EventStage.Subscribe().Replace("Event: presence\n", line.Length == 0 ? "" : line + "\n", StringComparison.Ordinal));
        Assert.Equal("489 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Without_a_handler_that_takes_it_a_SUBSCRIBE_gets_489()
    {
        _stage.OnSubscribe = subscription => subscription.Reject(489);
        _stage.PeerSends(EventStage.Subscribe());
        Assert.True(Wire.Has(_stage.Peer.LastOf("489 SUBSCRIBE"), "Allow-Events"));
        _stage.EndsClean();
    }

    [Fact]
    public void A_SUBSCRIBE_without_Contact_gets_400()
    {
        _stage.PeerSends(EventStage.Subscribe().Replace("Contact: <sip:peer@10.0.0.2:5060>\n", "", StringComparison.Ordinal));
        Assert.Equal("400 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Too_short_a_lifetime_gets_423_with_the_shortest_there_is()
    {
        _stage.PeerSends(EventStage.Subscribe(expires: 30));
        Assert.Equal("60", Wire.Header(_stage.Peer.LastOf("423 SUBSCRIBE"), "Min-Expires"));
    }

    [Fact]
    public void An_application_may_want_a_longer_life_than_the_endpoint()
    {
        _stage.OnSubscribe = subscription => subscription.RejectTooBrief(TimeSpan.FromMinutes(30));
        _stage.PeerSends(EventStage.Subscribe(expires: 600));
        Assert.Equal("1800", Wire.Header(_stage.Peer.LastOf("423 SUBSCRIBE"), "Min-Expires"));
        _stage.EndsClean();
    }

    [Fact]
    public void A_longer_life_than_granted_is_shortened_in_200_and_NOTIFY()
    {
        _stage.Lifetime = TimeSpan.FromSeconds(300);
        _stage.PeerSends(EventStage.Subscribe(expires: 3600));
        Assert.Equal("300", Wire.Header(_stage.Peer.LastOf("200 SUBSCRIBE"), "Expires"));
        Assert.Equal("active;expires=300", Wire.Header(Notify, "Subscription-State"));
    }

    [Fact]
    public void A_SUBSCRIBE_that_names_no_lifetime_gets_the_packages()
    {
        _stage.PeerSends(EventStage.Subscribe().Replace("Expires: 600\n", "", StringComparison.Ordinal));
        Assert.Equal("3600", Wire.Header(_stage.Peer.LastOf("200 SUBSCRIBE"), "Expires"));
    }

    [Fact]
    public void A_fetch_gets_the_state_once_and_is_over()
    {
        _stage.State = "open";
        _stage.PeerSends(EventStage.Subscribe(expires: 0));
        Assert.Equal("0", Wire.Header(_stage.Peer.LastOf("200 SUBSCRIBE"), "Expires"));
        Assert.Equal("terminated;reason=timeout", Wire.Header(Notify, "Subscription-State"));
        Assert.EndsWith("\r\n\r\nopen", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Timeline.Shows("""
            0 app SUBSCRIBE presence
            0 app ended Unsubscribed: 200 Taken back by the subscriber
            0 peer: 200 SUBSCRIBE
            0 peer: NOTIFY
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_refresh_is_answered_200_and_followed_by_a_NOTIFY()
    {
        var ok = _stage.Subscribed();
        _stage.Advance(500_000);
        _stage.State = "busy";
        _stage.PeerSends(EventStage.Within(ok, 2, expires: 900));
        _stage.Timeline.Shows("""
            500000 app refreshed
            500000 peer: 200 SUBSCRIBE
            500000 peer: NOTIFY
            """);
        Assert.Equal("900", Wire.Header(_stage.Peer.LastOf("200 SUBSCRIBE"), "Expires"));
        Assert.Equal("active;expires=900", Wire.Header(Notify, "Subscription-State"));
        Assert.Equal("2 NOTIFY", Wire.Header(Notify, "CSeq"));
        Assert.EndsWith("\r\n\r\nbusy", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Advance(899_000);
        Assert.Null(_stage.End);
        _stage.Advance(1_000);
        Assert.Equal(SubscriptionEndKind.Expired, _stage.End!.Value.Kind);
    }

    [Fact]
    public void A_refresh_that_is_too_short_gets_423_and_leaves_the_subscription()
    {
        var ok = _stage.Subscribed();
        _stage.PeerSends(EventStage.Within(ok, 2, expires: 5));
        Assert.Equal("423 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.End);
    }

    [Fact]
    public void Not_refreshed_it_expires_with_a_last_NOTIFY()
    {
        _stage.Subscribed();
        _stage.Advance(600_000);
        _stage.Timeline.Shows("""
            600000 app ended Expired: 200 Not refreshed in time
            600000 peer: NOTIFY
            """);
        Assert.Equal("terminated;reason=timeout", Wire.Header(Notify, "Subscription-State"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void Expires_0_ends_it_with_200_and_a_last_NOTIFY_with_the_state()
    {
        var ok = _stage.Subscribed();
        _stage.State = "last";
        _stage.PeerSends(EventStage.Within(ok, 2, expires: 0));
        _stage.Timeline.Shows("""
            0 app ended Unsubscribed: 200 Taken back by the subscriber
            0 peer: 200 SUBSCRIBE
            0 peer: NOTIFY
            """);
        Assert.Equal("terminated;reason=timeout", Wire.Header(Notify, "Subscription-State"));
        Assert.EndsWith("\r\n\r\nlast", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(EventStage.Within(ok, 3, expires: 600));
        Assert.Equal("481 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void A_pending_subscription_is_told_nothing_until_it_is_activated()
    {
        _stage.State = "secret";
        _stage.IsPending = true;
        _stage.PeerSends(EventStage.Subscribe(expires: 600));
        Assert.Equal("pending;expires=600", Wire.Header(Notify, "Subscription-State"));
        Assert.EndsWith("\r\n\r\n", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.OnLane(_stage.Subscription.Activate);
        _stage.Advance(10);
        Assert.Equal("active;expires=600", Wire.Header(Notify, "Subscription-State"));
        Assert.EndsWith("\r\n\r\nsecret", Notify, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SubscriptionReason.Deactivated, -1, "terminated;reason=deactivated")]
    [InlineData(SubscriptionReason.Probation, 30, "terminated;reason=probation;retry-after=30")]
    [InlineData(SubscriptionReason.Rejected, -1, "terminated;reason=rejected")]
    [InlineData(SubscriptionReason.GiveUp, 5, "terminated;reason=giveup;retry-after=5")]
    [InlineData(SubscriptionReason.NoResource, -1, "terminated;reason=noresource")]
    [InlineData(SubscriptionReason.Invariant, -1, "terminated;reason=invariant")]
    [InlineData(SubscriptionReason.None, -1, "terminated")]
    public void It_is_terminated_with_a_reason(SubscriptionReason reason, int retryAfter, string expected)
    {
        _stage.Subscribed();
        _stage.OnLane(() => _stage.Subscription.Terminate(reason, retryAfter: retryAfter < 0 ? null : TimeSpan.FromSeconds(retryAfter)));
        Assert.Equal(expected, Wire.Header(Notify, "Subscription-State"));
        Assert.Equal(SubscriptionEndKind.Terminated, _stage.End!.Value.Kind);
        Assert.Throws<InvalidOperationException>(() => _stage.OnLaneOrThrow(() => _stage.Subscription.Terminate()));
    }

    [Fact]
    public void Subscriptions_of_an_endpoint_have_a_limit()
    {
        var stage = new EventStage(limits: new() { MaxSubscriptions = 1 });
        stage.Subscribed();
        stage.PeerSends(EventStage.Subscribe(callId: "another", branch: "z9hG4bKb2"));
        Assert.True(Wire.Has(stage.Peer.LastOf("503 SUBSCRIBE"), "Retry-After"));
        Assert.Equal(1, stage.Endpoint.Counters.SubscriptionsRefused);
    }

    [Fact]
    public void One_address_has_a_limit_that_leaves_room_for_others()
    {
        var stage = new EventStage(limits: new() { MaxPerSource = 1 });
        stage.Subscribed();
        stage.PeerSends(EventStage.Subscribe(callId: "another", branch: "z9hG4bKb2"));
        Assert.Equal("503 SUBSCRIBE", Wire.Summary(stage.Peer.Last));
        stage.Other.Send(EventStage.Subscribe(callId: "third", branch: "z9hG4bKb3", sentBy: "10.0.0.3:5060"));
        stage.Network.RunUntilIdle();
        Assert.Contains(stage.Other.Received, message => Wire.Summary(message) == "200 SUBSCRIBE");
    }

    [Fact]
    public void Closing_tells_subscribers_to_come_back_later()
    {
        _stage.Subscribed();
        _stage.Network.Run(async () => await _stage.Endpoint.DisposeAsync());
        Assert.Equal("terminated;reason=probation;retry-after=5", Wire.Header(Notify, "Subscription-State"));
        Assert.Equal(SubscriptionEndKind.Closed, _stage.End!.Value.Kind);
    }

    [Fact]
    public void Only_REFER_makes_a_subscription_to_refer()
    {
        _stage.PeerSends(EventStage.Subscribe("refer"));
        Assert.Equal("403 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_NOTIFY_nobody_asked_for_gets_481()
    {
        _stage.PeerSends(Wire.Request("NOTIFY"));
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Wire.Request("NOTIFY", branch: "z9hG4bKx", to: "<sip:us@10.0.0.1>;tag=0123456789abc"));
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }
}
