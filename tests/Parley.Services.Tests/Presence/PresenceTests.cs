using System.Xml.Linq;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 3856 and 3863: presence, and who may see it.</summary>
public class PresenceTests
{
    private static readonly XNamespace s_pidf = "urn:ietf:params:xml:ns:pidf";

    private readonly PresenceStage _stage = new();

    [Fact]
    public void Who_has_published_nothing_is_closed()
    {
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(_stage.Subscribe()));
        Assert.Equal("presence", Wire.Header(_stage.Notify, "Event"));
        Assert.Equal("application/pidf+xml", Wire.Header(_stage.Notify, "Content-Type"));
        Assert.Equal("active;expires=600", Wire.Header(_stage.Notify, "Subscription-State"));
        Assert.Equal(["closed"], Basics());
        Assert.Equal("sip:bob@example.com", XElement.Parse(_stage.State).Attribute("entity")!.Value);
    }

    [Fact]
    public void Who_is_registered_and_has_published_nothing_is_open_and_changes_are_told()
    {
        _stage.Subscribe();
        _stage.Locations.Set(PresenceStage.Bob, BindingEvent.Registered, Binding("b1"));
        _stage.Advance(5);
        Assert.Equal(["open"], Basics());
        _stage.Locations.Set(PresenceStage.Bob, BindingEvent.Expired, Binding("b1"));
        _stage.Advance(5);
        Assert.Equal(["closed"], Basics());
    }

    [Fact]
    public void Several_devices_are_put_together_with_ids_of_their_own()
    {
        _stage.Subscribe();
        _stage.Publish(PresenceStage.Pidf("open", "t1", "<note>at work</note>"));
        _stage.Publish(PresenceStage.Pidf("closed", "t1", """<dm:person xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" id="p1"/>"""));
        var root = XElement.Parse(_stage.State);
        Assert.Equal(["closed", "open"], Basics());
        Assert.Equal(["t1", "t1-2"], root.Elements(s_pidf + "tuple").Select(tuple => tuple.Attribute("id")!.Value));
        // RFC 3863 §4.4: tuples, then notes, then the rest.
        Assert.Equal(["tuple", "tuple", "note", "person"], root.Elements().Select(element => element.Name.LocalName));
    }

    [Fact]
    public void What_expires_of_several_leaves_the_rest()
    {
        _stage.Subscribe(expires: 3600);
        _stage.Publish(PresenceStage.Pidf("open", "a"), expires: 100);
        _stage.Publish(PresenceStage.Pidf("closed", "b"), expires: 500);
        _stage.Advance(101_000);
        Assert.Equal(["closed"], Basics());
    }

    [Fact]
    public void Everybody_who_subscribes_is_told()
    {
        _stage.Subscribe();
        _stage.Subscribe(who: "carol");
        _stage.Received.Clear();
        _stage.Publish(PresenceStage.Pidf());
        Assert.Equal(2, _stage.Notifies.Count);
        Assert.Equal(2, _stage.Service.Watchers);
    }

    [Fact]
    public void Watchers_on_several_lanes_are_told()
    {
        var stage = new PresenceStage(lanes: 4);
        for (var i = 0; i < 16; i++)
            stage.Subscribe(callId: $"lane-{i}");
        stage.Received.Clear();
        stage.Publish(PresenceStage.Pidf());
        stage.Advance(10);
        Assert.Equal(16, stage.Notifies.Count);
        stage.EndsClean();
    }

    [Fact]
    public void A_domain_that_is_not_served_gets_404() => Assert.Equal("404 SUBSCRIBE", Wire.Summary(_stage.Send(
        Wire.Request("SUBSCRIBE", "sip:bob@elsewhere.org", "z9hG4bKx", more: "Event: presence"))));

    [Theory]
    [InlineData("application/pidf+xml, text/plain", 200)]
    [InlineData("*/*", 200)]
    [InlineData("application/*;q=0.1", 200)]
    [InlineData("text/plain", 406)]
    public void A_document_type_that_is_not_understood_gets_406(string accept, int status) =>
        Assert.Equal($"{status} SUBSCRIBE", Wire.Summary(_stage.Subscribe(more: $"Accept: {accept}")));

    [Fact]
    public void Who_is_blocked_gets_403()
    {
        var stage = With(WatcherDecision.Block);
        Assert.Equal("403 SUBSCRIBE", Wire.Summary(stage.Subscribe()));
        Assert.Empty(stage.Notifies);
        Assert.Equal(0, stage.Service.Watchers);
    }

    [Fact]
    public void Who_is_blocked_politely_sees_somebody_who_is_not_there()
    {
        var stage = With(WatcherDecision.PoliteBlock);
        stage.Publish(PresenceStage.Pidf());
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(stage.Subscribe()));
        Assert.Contains("<basic>closed</basic>", stage.State, StringComparison.Ordinal);
        Assert.Equal("active;expires=600", Wire.Header(stage.Notify, "Subscription-State"));
    }

    [Fact]
    public void Ones_own_state_may_always_be_seen()
    {
        var stage = With(WatcherDecision.Block);
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(stage.Subscribe(who: "bob")));
    }

    [Fact]
    public void Who_has_to_be_confirmed_waits_and_sees_nothing_until_then()
    {
        var stage = With(WatcherDecision.Confirm);
        stage.Publish(PresenceStage.Pidf());
        stage.Subscribe();
        Assert.Equal("pending;expires=600", Wire.Header(stage.Notify, "Subscription-State"));
        Assert.Empty(stage.State);
        stage.Service.Decide("presence", PresenceStage.Bob, PresenceStage.Alice, WatcherDecision.Allow);
        stage.Network.RunUntilIdle();
        stage.Advance(5);
        Assert.StartsWith("active;", Wire.Header(stage.Notify, "Subscription-State"), StringComparison.Ordinal);
        Assert.Contains("<basic>open</basic>", stage.State, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_blocked_later_is_told_that_it_is_over()
    {
        _stage.Subscribe();
        _stage.Service.Decide("presence", PresenceStage.Bob, PresenceStage.Alice, WatcherDecision.Block);
        _stage.Network.RunUntilIdle();
        Assert.Equal("terminated;reason=rejected", Wire.Header(_stage.Notify, "Subscription-State"));
        Assert.Equal(0, _stage.Service.Watchers);
    }

    [Fact]
    public void A_subscriber_is_asked_who_it_is_and_that_is_who_the_policy_hears_of()
    {
        List<string> asked = [];
        var stage = new PresenceStage(options => options with
        {
            Admission = new FakeAdmission(),
            Policy = request =>
            {
                asked.Add($"{request.Watcher} {request.Account}");
                return WatcherDecision.Allow;
            },
        });
        Assert.Equal("401 SUBSCRIBE", Wire.Summary(stage.Subscribe()));
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(stage.Subscribe(who: "liar", more: "X-Account: carol")));
        Assert.Equal(["carol@example.com carol@example.com"], asked);
    }

    [Fact]
    public void An_answer_about_the_account_that_comes_later_is_waited_for()
    {
        var admission = new FakeAdmission { Waits = new TaskCompletionSource() };
        var stage = new PresenceStage(options => options with { Admission = admission });
        stage.Queue(stage.SubscribeText(more: "X-Account: alice"));
        stage.Network.RunUntilIdle();
        Assert.Empty(stage.Received);
        admission.Waits.SetResult();
        stage.Network.Run(async () =>
        {
            while (stage.Received.Count == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(1), stage.Network.Time);
        });
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(stage.Received[0]));
    }

    [Fact]
    public void Subscribers_of_one_state_have_a_limit()
    {
        var stage = new PresenceStage(options => options with { Limits = new() { MaxWatchers = 1 } });
        stage.Subscribe();
        Assert.Equal("503 SUBSCRIBE", Wire.Summary(stage.Subscribe(who: "carol")));
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(stage.Subscribe(whom: "dave")));
    }

    [Fact]
    public void All_is_forgotten_with_the_last_subscriber()
    {
        var ok = _stage.Subscribe();
        _stage.Refresh(ok, "presence", 2, 0);
        Assert.Equal("terminated;reason=timeout", Wire.Header(_stage.Notify, "Subscription-State"));
        _stage.EndsClean();
    }

    private static PresenceStage With(WatcherDecision decision) => new(options => options with { Policy = _ => decision });

    private static Binding Binding(string id) => new() { Id = id, Contact = SipUri.Parse("sip:bob@10.0.0.7"), Expires = DateTimeOffset.UnixEpoch.AddYears(100) };

    private List<string> Basics() => [.. XElement.Parse(_stage.State).Descendants(s_pidf + "basic").Select(basic => basic.Value)];
}
