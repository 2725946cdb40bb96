using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 3903: event state is published.</summary>
public class PublishTests
{
    private readonly PresenceStage _stage = new();

    [Fact]
    public void An_initial_publication_gets_200_with_a_tag_and_its_lifetime()
    {
        var ok = _stage.Publish(PresenceStage.Pidf(), expires: 300);
        Assert.Equal("200 PUBLISH", Wire.Summary(ok));
        Assert.NotEmpty(Wire.Header(ok, "SIP-ETag"));
        Assert.Equal("300", Wire.Header(ok, "Expires"));
        Assert.Equal(1, _stage.Presence.Publications.Count);
    }

    [Fact]
    public void A_refresh_has_no_body_gets_a_new_tag_and_tells_nobody()
    {
        _stage.Subscribe();
        var first = Wire.Header(_stage.Publish(PresenceStage.Pidf()), "SIP-ETag");
        var told = _stage.Notifies.Count;
        var second = Wire.Header(_stage.Publish("", more: $"SIP-If-Match: {first}"), "SIP-ETag");
        Assert.NotEqual(first, second);
        Assert.Equal(told, _stage.Notifies.Count);
        Assert.Equal("412 PUBLISH", Wire.Summary(_stage.Publish("", more: $"SIP-If-Match: {first}")));
        Assert.Equal("200 PUBLISH", Wire.Summary(_stage.Publish("", more: $"SIP-If-Match: {second}")));
    }

    [Fact]
    public void A_refresh_prolongs_the_life_of_what_is_published()
    {
        var tag = Wire.Header(_stage.Publish(PresenceStage.Pidf(), expires: 100), "SIP-ETag");
        _stage.Advance(90_000);
        _stage.Publish("", expires: 100, more: $"SIP-If-Match: {tag}");
        _stage.Advance(90_000);
        Assert.Equal(1, _stage.Presence.Publications.Count);
        _stage.Advance(20_000);
        Assert.Equal(0, _stage.Presence.Publications.Count);
    }

    [Fact]
    public void A_modification_replaces_the_state_and_is_told()
    {
        _stage.Subscribe();
        var tag = Wire.Header(_stage.Publish(PresenceStage.Pidf()), "SIP-ETag");
        Assert.Contains("<basic>open</basic>", _stage.State, StringComparison.Ordinal);
        _stage.Publish(PresenceStage.Pidf("closed"), more: $"SIP-If-Match: {tag}");
        Assert.Contains("<basic>closed</basic>", _stage.State, StringComparison.Ordinal);
        Assert.DoesNotContain("open", _stage.State, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removal_is_told_and_its_tag_is_worth_nothing_any_more()
    {
        _stage.Subscribe();
        var tag = Wire.Header(_stage.Publish(PresenceStage.Pidf()), "SIP-ETag");
        var ok = _stage.Publish("", expires: 0, more: $"SIP-If-Match: {tag}");
        Assert.Equal("0", Wire.Header(ok, "Expires"));
        Assert.Contains("<basic>closed</basic>", _stage.State, StringComparison.Ordinal);
        Assert.Equal("412 PUBLISH", Wire.Summary(_stage.Publish("", more: $"SIP-If-Match: {Wire.Header(ok, "SIP-ETag")}")));
        Assert.Equal(0, _stage.Presence.Publications.Count);
    }

    [Fact]
    public void What_is_not_refreshed_expires_and_that_is_told()
    {
        _stage.Subscribe(expires: 3600);
        _stage.Publish(PresenceStage.Pidf(), expires: 100);
        _stage.Advance(99_000);
        Assert.Contains("<basic>open</basic>", _stage.State, StringComparison.Ordinal);
        _stage.Advance(1_100);
        Assert.Contains("<basic>closed</basic>", _stage.State, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lifetime_of_zero_at_once_leaves_nothing()
    {
        var ok = _stage.Publish(PresenceStage.Pidf(), expires: 0);
        Assert.Equal(("200 PUBLISH", "0"), (Wire.Summary(ok), Wire.Header(ok, "Expires")));
        Assert.Equal(0, _stage.Presence.Publications.Count);
    }

    [Fact]
    public void Without_a_lifetime_the_longest_is_granted() => Assert.Equal("3600", Wire.Header(_stage.Publish(PresenceStage.Pidf(), expires: null), "Expires"));

    [Fact]
    public void A_lifetime_that_is_too_short_gets_423_with_the_shortest_there_is() =>
        Assert.Equal("60", Wire.Header(Status(423, _stage.Publish(PresenceStage.Pidf(), expires: 10)), "Min-Expires"));

    [Fact]
    public void A_tag_nobody_has_given_gets_412() => Status(412, _stage.Publish(PresenceStage.Pidf(), more: "SIP-If-Match: nonsense"));

    [Fact]
    public void Somebody_elses_tag_gets_412()
    {
        var tag = Wire.Header(_stage.Publish(PresenceStage.Pidf()), "SIP-ETag");
        Status(412, _stage.Publish("", who: "carol", whom: "carol", more: $"SIP-If-Match: {tag}"));
    }

    [Fact]
    public void Two_tags_get_400() => Status(400, _stage.Publish(PresenceStage.Pidf(), more: "SIP-If-Match: a, b"));

    [Fact]
    public void A_first_publication_without_a_body_gets_400() => Status(400, _stage.Publish(""));

    [Fact]
    public void A_package_nothing_can_be_published_for_gets_489_that_names_those_there_are() =>
        Assert.Equal("presence, presence.winfo", Wire.Header(Status(489, _stage.Publish(PresenceStage.Pidf(), package: "weather")), "Allow-Events"));

    [Fact]
    public void A_body_of_another_type_gets_415_with_Accept() =>
        Assert.Equal("application/pidf+xml", Wire.Header(Status(415, _stage.Publish("x", type: "text/plain")), "Accept"));

    [Fact]
    public void Somebody_elses_state_gets_403() => Status(403, _stage.Publish(PresenceStage.Pidf(), who: "mallory"));

    [Fact]
    public void A_domain_that_is_not_served_gets_404() => Status(404, _stage.Send(
        Wire.Request("PUBLISH", "sip:bob@elsewhere.org", "z9hG4bKx", more: "Event: presence\nExpires: 60")));

    [Fact]
    public void One_user_has_a_limit_of_publications()
    {
        var stage = new PresenceStage(options => options with { Limits = new() { MaxPublications = 2 } });
        stage.Publish(PresenceStage.Pidf());
        stage.Publish(PresenceStage.Pidf());
        Assert.True(Wire.Has(Status(503, stage.Publish(PresenceStage.Pidf())), "Retry-After"));
        Status(200, stage.Publish(PresenceStage.Pidf(), who: "carol", whom: "carol"));
    }

    [Fact]
    public void All_users_together_have_a_limit_of_publications()
    {
        var stage = new PresenceStage(options => options with { Limits = new() { MaxPublicationsInAll = 1 } });
        stage.Publish(PresenceStage.Pidf());
        Status(503, stage.Publish(PresenceStage.Pidf(), who: "carol", whom: "carol"));
    }

    public static TheoryData<string> BadDocuments =>
    [
        "not xml at all",
        "<presence",
        PresenceStage.Pidf()[..^3],
        "<other xmlns=\"urn:ietf:params:xml:ns:pidf\"/>",
        "<presence/>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><tuple><status/></tuple></presence>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><tuple id=\"a\"/></presence>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><tuple id=\"a\"><status/></tuple><tuple id=\"a\"><status/></tuple></presence>",
        "<!DOCTYPE p [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><presence xmlns=\"urn:ietf:params:xml:ns:pidf\">&b;</presence>",
        "<!DOCTYPE p SYSTEM \"http://10.0.0.9/evil.dtd\"><presence xmlns=\"urn:ietf:params:xml:ns:pidf\"/>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\">&undefined;</presence>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\">" + string.Concat(Enumerable.Repeat("<x xmlns='u'>", 200)) + string.Concat(Enumerable.Repeat("</x>", 200)) + "</presence>",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><x:y/></presence>",
        "\0\0\0\0",
    ];

    [Theory]
    [MemberData(nameof(BadDocuments))]
    public void A_document_that_is_broken_nested_or_a_trap_gets_400_and_changes_nothing(string document)
    {
        Status(400, _stage.Publish(document));
        Assert.Equal(0, _stage.Presence.Publications.Count);
        Assert.Empty(_stage.Faults);
    }

    [Fact]
    public void A_document_that_is_too_large_gets_413()
    {
        var stage = new PresenceStage(options => options with { Limits = new() { MaxDocument = 100 } });
        Status(413, stage.Publish(PresenceStage.Pidf()));
    }

    [Fact]
    public void A_publisher_is_asked_who_it_is()
    {
        var stage = new PresenceStage(options => options with { Admission = new FakeAdmission() });
        Status(401, stage.Publish(PresenceStage.Pidf()));
        Status(403, stage.Publish(PresenceStage.Pidf(), more: "X-Account: alice"));
        Status(200, stage.Publish(PresenceStage.Pidf(), who: "whoever", more: "X-Account: bob"));
    }

    [Fact]
    public void Nothing_is_left_when_all_has_expired()
    {
        _stage.Subscribe();
        _stage.Publish(PresenceStage.Pidf());
        _stage.EndsClean();
    }

    private static string Status(int status, string response)
    {
        Assert.Equal($"{status} PUBLISH", Wire.Summary(response));
        return response;
    }
}
