using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 §4.5: subscriptions that share a dialog, with each other or with a call.</summary>
public class SharedDialogTests
{
    private readonly EventStage _stage = new();

    private string Notify => _stage.Peer.LastOf("NOTIFY");

    [Fact]
    public void Two_subscriptions_in_one_dialog_are_told_apart_by_event_and_id()
    {
        var ok = _stage.Subscribed();
        var first = _stage.Subscription;
        _stage.PeerSends(EventStage.Within(ok, 2, "dialog;id=7"));
        var second = _stage.Subscription;
        Assert.NotSame(first, second);
        Assert.Same(first.Dialog, second.Dialog);
        Assert.Equal("dialog;id=7", Wire.Header(Notify, "Event"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(EventStage.Within(ok, 3, "dialog;id=8"));
        Assert.NotSame(second, _stage.Subscription);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(EventStage.Within(ok, 4, "dialog;id=7", expires: 0));
        Assert.Equal(SubscriptionState.Terminated, second.State);
        Assert.Equal(SubscriptionState.Active, first.State);
        Assert.Equal(1, _stage.Endpoint.Counters.Dialogs);
    }

    [Fact]
    public void The_dialog_goes_with_its_last_subscription()
    {
        var ok = _stage.Subscribed();
        _stage.PeerSends(EventStage.Within(ok, 2, "dialog"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(EventStage.Within(ok, 3, "dialog", expires: 0));
        _stage.PeerReplies("NOTIFY", "200 OK");
        Assert.Equal(1, _stage.Endpoint.Counters.Dialogs);
        _stage.PeerSends(EventStage.Within(ok, 4, "presence", expires: 0));
        _stage.PeerReplies("NOTIFY", "200 OK");
        Assert.Equal(0, _stage.Endpoint.Counters.Dialogs);
        _stage.EndsClean();
    }

    [Fact]
    public void Subscriptions_in_one_dialog_have_a_limit()
    {
        var stage = new EventStage(limits: new() { MaxPerDialog = 2 });
        var ok = stage.Subscribed();
        stage.PeerSends(EventStage.Within(ok, 2, "dialog;id=1"));
        stage.PeerReplies("NOTIFY", "200 OK");
        stage.PeerSends(EventStage.Within(ok, 3, "dialog;id=2"));
        Assert.True(Wire.Has(stage.Peer.LastOf("503 SUBSCRIBE"), "Retry-After"));
    }

    [Fact]
    public void A_subscription_within_a_call_shares_its_dialog_and_outlives_its_BYE()
    {
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(Wire.Request());
        var ok = _stage.Peer.LastOf("200 INVITE");
        _stage.PeerSends(Requests.Within(ok, "ACK", 1));
        _stage.PeerSends(EventStage.Within(ok, 2, "dialog"));
        Assert.Same(_stage.Call.Session, _stage.Subscription.Session);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        Assert.NotNull(_stage.Call.End);
        Assert.Null(_stage.End);
        _stage.OnLane(_stage.Subscription.Notify);
        _stage.Advance(10);
        _stage.PeerReplies("NOTIFY", "200 OK");
        Assert.Equal("2 NOTIFY", Wire.Header(Notify, "CSeq"));
        _stage.PeerSends(Requests.Within(ok, "INFO", 4));
        Assert.Equal("481 INFO", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(EventStage.Within(ok, 5, "dialog", expires: 0));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void The_end_of_a_subscription_within_a_call_leaves_the_call()
    {
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(Wire.Request());
        var ok = _stage.Peer.LastOf("200 INVITE");
        _stage.PeerSends(Requests.Within(ok, "ACK", 1));
        _stage.PeerSends(EventStage.Within(ok, 2, "dialog"));
        _stage.PeerReplies("NOTIFY", "481 Gone");
        Assert.NotNull(_stage.End);
        Assert.Null(_stage.Call.End);
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        Assert.Equal("200 BYE", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }
}
