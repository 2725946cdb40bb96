using System.Text;
using Parley.Sip.Authentication;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 §4.1: we subscribe with somebody.</summary>
public class SubscriberTests : ISubscriberHandler
{
    private readonly EventStage _stage = new();

    private string Sent => _stage.Peer.LastOf("SUBSCRIBE");

    // Without retransmissions.
    private int Count => _stage.Peer.Received.Where(message => Wire.Summary(message) == "SUBSCRIBE").Select(Wire.Branch).Distinct().Count();

    [Fact]
    public void A_SUBSCRIBE_names_event_lifetime_contact_and_what_is_accepted()
    {
        Subscribe(options => options with { Accept = ["application/pidf+xml"], EventId = "a1" });
        Assert.StartsWith("SUBSCRIBE sip:peer@10.0.0.2 SIP/2.0\r\n", Sent, StringComparison.Ordinal);
        Assert.Equal("presence;id=a1", Wire.Header(Sent, "Event"));
        Assert.Equal("3600", Wire.Header(Sent, "Expires"));
        Assert.Equal("application/pidf+xml", Wire.Header(Sent, "Accept"));
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(Sent, "Contact"));
    }

    [Fact]
    public void The_first_NOTIFY_makes_the_subscription_and_its_dialog()
    {
        var subscription = Subscribe();
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        Assert.Equal(SubscriberState.Subscribing, subscription.Status.State);
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", body: "open"));
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
        Assert.Equal((SubscriberState.Active, TimeSpan.FromSeconds(600)), (subscription.Status.State, subscription.Status.Lifetime));
        _stage.Timeline.Shows("""
            0 peer: SUBSCRIBE
            0 app Active open
            0 status Active 200 Subscribed
            0 peer: 200 NOTIFY
            """);
    }

    [Fact]
    public void A_NOTIFY_before_the_200_is_as_good()
    {
        var subscription = Subscribe();
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", body: "open"));
        Assert.Equal(SubscriberState.Active, subscription.Status.State);
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.Advance(480_000);
        Assert.Equal(2, Count);
    }

    [Fact]
    public void It_is_refreshed_in_its_dialog_at_four_fifths_of_its_life()
    {
        Subscribed();
        var first = Sent;
        _stage.Advance(479_999);
        Assert.Equal(1, Count);
        _stage.Advance(1);
        Assert.Equal(2, Count);
        Assert.Equal(Wire.Header(first, "Call-ID"), Wire.Header(Sent, "Call-ID"));
        Assert.EndsWith(";tag=far", Wire.Header(Sent, "To"), StringComparison.Ordinal);
        Assert.Equal("2 SUBSCRIBE", Wire.Header(Sent, "CSeq"));
        Assert.StartsWith("SUBSCRIBE sip:peer@10.0.0.2:5060 SIP/2.0\r\n", Sent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_route_set_is_that_of_the_NOTIFY()
    {
        Subscribe();
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        var notify = EventStage.NotifyFor(Sent, "active;expires=600").Replace("Max-Forwards:", "Record-Route: <sip:10.0.0.2;lr>\nMax-Forwards:", StringComparison.Ordinal);
        _stage.PeerSends(notify);
        _stage.Advance(480_000);
        Assert.Equal("<sip:10.0.0.2;lr>", Wire.Header(Sent, "Route"));
    }

    [Fact]
    public void A_second_fork_gets_481()
    {
        Subscribed();
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", tag: "other"));
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", cseq: 2));
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_NOTIFY_for_another_event_gets_481()
    {
        Subscribed();
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", "dialog", cseq: 2));
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_NOTIFY_without_state_gets_400_and_changes_nothing()
    {
        var subscription = Subscribed();
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active", cseq: 2).Replace("Subscription-State: active\n", "", StringComparison.Ordinal));
        Assert.Equal("400 NOTIFY", Wire.Summary(_stage.Peer.Last));
        Assert.Equal(SubscriberState.Active, subscription.Status.State);
    }

    [Fact]
    public void Without_a_NOTIFY_within_64_T1_the_attempt_has_failed()
    {
        var subscription = Subscribe();
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.Advance(31_999);
        Assert.Equal(SubscriberState.Subscribing, subscription.Status.State);
        _stage.Advance(1);
        Assert.Equal((SubscriberState.Waiting, 408), (subscription.Status.State, subscription.Status.Status));
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600"));
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
        _stage.Advance(30_000);
        Assert.Equal(2, Count);
    }

    [Fact]
    public void Nobody_answering_is_tried_again_later()
    {
        var subscription = Subscribe();
        _stage.Advance(32_000);
        Assert.Equal((SubscriberState.Waiting, 408), (subscription.Status.State, subscription.Status.Status));
        Assert.InRange(subscription.Status.NextAttempt.TotalSeconds, 15, 30);
        _stage.Advance(30_000);
        Assert.Equal(2, Count);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(489)]
    [InlineData(603)]
    public void A_refusal_that_asking_again_does_not_mend_ends_it(int status)
    {
        var subscription = Subscribe();
        _stage.PeerReplies("SUBSCRIBE", $"{status} No");
        Assert.Equal((SubscriberState.Ended, status), (subscription.Status.State, subscription.Status.Status));
        _stage.EndsClean();
    }

    [Fact]
    public void A_423_is_followed_by_a_longer_life()
    {
        Subscribe(options => options with { Expires = TimeSpan.FromSeconds(60) });
        _stage.PeerSends(Responses.With(Wire.Response(Sent, "423 Interval Too Brief", "far"), "Min-Expires: 900"));
        Assert.Equal("900", Wire.Header(Sent, "Expires"));
    }

    [Fact]
    public void A_challenge_is_answered()
    {
        Subscribe(options => options with { Credentials = new DigestCredentials { Username = "alice", Password = "secret" } });
        _stage.PeerSends(Responses.With(Wire.Response(Sent, "401 Unauthorized", "far"), "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\""));
        Assert.Contains("username=\"alice\"", Wire.Header(Sent, "Authorization"), StringComparison.Ordinal);
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600"));
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.Advance(480_000);
        Assert.Equal("3 SUBSCRIBE", Wire.Header(Sent, "CSeq"));
    }

    [Theory]
    [InlineData("deactivated", true)]
    [InlineData("timeout", true)]
    [InlineData("rejected", false)]
    [InlineData("noresource", false)]
    [InlineData("invariant", false)]
    public void The_reason_for_an_end_says_whether_to_subscribe_anew(string reason, bool anew)
    {
        var subscription = Subscribed();
        var callId = Wire.Header(Sent, "Call-ID");
        _stage.Advance(60_000);
        _stage.PeerSends(EventStage.NotifyFor(Sent, $"terminated;reason={reason}", cseq: 2));
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
        _stage.Advance(10);
        Assert.Equal(anew ? 2 : 1, Count);
        Assert.Equal(anew ? SubscriberState.Waiting : SubscriberState.Ended, subscription.Status.State);
        Assert.Equal(!anew, callId == Wire.Header(Sent, "Call-ID"));
    }

    [Theory]
    [InlineData("terminated;reason=probation;retry-after=100")]
    [InlineData("terminated;reason=giveup;retry-after=100")]
    [InlineData("terminated;retry-after=100")]
    public void Retry_after_is_waited_for(string state)
    {
        Subscribed();
        _stage.PeerSends(EventStage.NotifyFor(Sent, state, cseq: 2));
        _stage.Advance(99_000);
        Assert.Equal(1, Count);
        _stage.Advance(2_000);
        Assert.Equal(2, Count);
    }

    [Fact]
    public void A_notifier_that_ends_it_again_and_again_is_not_asked_without_pause()
    {
        Subscribed();
        _stage.PeerSends(EventStage.NotifyFor(Sent, "terminated;reason=deactivated", cseq: 2));
        _stage.Advance(1);
        Assert.Equal(2, Count);
        _stage.PeerSends(EventStage.NotifyFor(Sent, "terminated;reason=deactivated"));
        _stage.Advance(10_000);
        Assert.Equal(2, Count);
    }

    [Fact]
    public void A_refresh_that_gets_481_is_followed_by_a_new_subscription()
    {
        Subscribed();
        _stage.Advance(480_000);
        var callId = Wire.Header(Sent, "Call-ID");
        _stage.PeerReplies("SUBSCRIBE", "481 Gone");
        _stage.Advance(1);
        Assert.NotEqual(callId, Wire.Header(Sent, "Call-ID"));
        Assert.DoesNotContain("tag=", Wire.Header(Sent, "To"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refresh_that_fails_otherwise_leaves_the_subscription_until_its_life_is_over()
    {
        var subscription = Subscribed(options => options with { RetryBase = TimeSpan.FromHours(1), RetryMax = TimeSpan.FromHours(1) });
        _stage.Advance(480_000);
        _stage.PeerReplies("SUBSCRIBE", "500 Busy");
        Assert.Equal(SubscriberState.Active, subscription.Status.State);
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=120", cseq: 2));
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Disposing_takes_it_back_and_waits_for_the_last_NOTIFY()
    {
        var subscription = Subscribed();
        var disposing = subscription.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        Assert.Equal("0", Wire.Header(Sent, "Expires"));
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        Assert.False(disposing.IsCompleted);
        _stage.PeerSends(EventStage.NotifyFor(Sent, "terminated;reason=timeout", cseq: 2, body: "last"));
        _stage.Network.Run(() => disposing);
        Assert.Equal(SubscriberState.Ended, subscription.Status.State);
        _stage.EndsClean();
    }

    [Fact]
    public void Disposing_before_the_first_NOTIFY_takes_back_what_that_makes()
    {
        var subscription = Subscribe();
        _ = subscription.DisposeAsync().AsTask();
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600"));
        Assert.Equal("0", Wire.Header(Sent, "Expires"));
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.PeerSends(EventStage.NotifyFor(Sent, "terminated;reason=timeout", cseq: 2));
        _stage.EndsClean();
    }

    [Fact]
    public void Disposing_without_an_answer_comes_to_an_end_all_the_same()
    {
        var subscription = Subscribe();
        _stage.Network.Run(async () => await subscription.DisposeAsync());
        _stage.EndsClean();
    }

    [Fact]
    public void A_fetch_gets_one_state_and_ends()
    {
        var subscription = Subscribe(options => options with { Expires = TimeSpan.Zero });
        Assert.Equal("0", Wire.Header(Sent, "Expires"));
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.PeerSends(EventStage.NotifyFor(Sent, "terminated;reason=timeout", body: "open"));
        Assert.Equal(SubscriberState.Ended, subscription.Status.State);
        _stage.EndsClean();
    }

    [Fact]
    public void Notifications_are_read_one_by_one_until_the_end()
    {
        var subscription = Subscribed();
        List<string> read = [];
        _stage.Network.Run(async () =>
        {
            var reading = Read();
            _stage.Peer.Send(EventStage.NotifyFor(Sent, "active;expires=600", cseq: 2, body: "busy"));
            _stage.Peer.Send(EventStage.NotifyFor(Sent, "terminated;reason=noresource", cseq: 3, body: "gone"));
            await reading;
        });
        Assert.Equal(["Active open", "Active busy", "Terminated gone"], read);

        async Task Read()
        {
            await foreach (var notification in subscription.Notifications())
                read.Add($"{notification.State} {Encoding.UTF8.GetString(notification.Message.Body)}");
        }
    }

    [Fact]
    public void Without_NOTIFY_among_its_methods_an_endpoint_does_not_subscribe()
    {
        var stage = new EndpointStage();
        Assert.Throws<InvalidOperationException>(() => stage.Endpoint.Subscribe(Options));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\r\nX: y")]
    [InlineData("")]
    public void An_event_that_is_no_token_is_refused(string package) =>
        Assert.Throws<ArgumentException>("options", () => _stage.Endpoint.Subscribe(Options with { Event = package }));

    void ISubscriberHandler.OnNotify(Subscription subscription, SubscriptionState state, SipMessage notify) =>
        _stage.Timeline.Add($"app {state} {Encoding.UTF8.GetString(notify.Body)}");

    void ISubscriberHandler.OnStatus(Subscription subscription, SubscriptionStatus status) =>
        _stage.Timeline.Add($"status {status.State} {status.Status} {status.Reason}");

    private static SubscribeOptions Options => new() { Target = SipUri.Parse("sip:peer@10.0.0.2"), Event = "presence" };

    private Subscription Subscribe(Func<SubscribeOptions, SubscribeOptions>? change = null)
    {
        var subscription = _stage.Endpoint.Subscribe(change?.Invoke(Options) ?? Options, this);
        _stage.Network.RunUntilIdle();
        return subscription;
    }

    // Up for 600 s, with the state "open".
    private Subscription Subscribed(Func<SubscribeOptions, SubscribeOptions>? change = null)
    {
        var subscription = Subscribe(change);
        _stage.PeerReplies("SUBSCRIBE", "200 OK");
        _stage.PeerSends(EventStage.NotifyFor(Sent, "active;expires=600", body: "open"));
        return subscription;
    }
}
