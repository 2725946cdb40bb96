using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Publications;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Publications;

/// <summary>RFC 3903 §4: a state of ours that a server shows.</summary>
public class PublicationTests
{
    private readonly EndpointStage _stage = new();

    private string Last => _stage.Peer.LastOf("PUBLISH");

    // Without retransmissions.
    private int Sent => _stage.Peer.Received.Where(message => Wire.Summary(message) == "PUBLISH").Select(message => Wire.Header(message, "CSeq")).Distinct().Count();

    [Fact]
    public void The_first_PUBLISH_carries_the_state_and_no_tag()
    {
        var publication = Publish("open");
        Assert.StartsWith("PUBLISH sip:alice@10.0.0.2 SIP/2.0\r\n", Last, StringComparison.Ordinal);
        Assert.Equal("<sip:alice@10.0.0.2>", Wire.Header(Last, "To"));
        Assert.Equal("presence", Wire.Header(Last, "Event"));
        Assert.Equal("3600", Wire.Header(Last, "Expires"));
        Assert.Equal("application/pidf+xml", Wire.Header(Last, "Content-Type"));
        Assert.False(Wire.Has(Last, "SIP-If-Match"));
        Assert.False(Wire.Has(Last, "Contact"));
        Assert.EndsWith("\r\n\r\nopen", Last, StringComparison.Ordinal);
        Replies("200 OK", "SIP-ETag: e1\nExpires: 600");
        Assert.Equal((PublicationState.Published, "e1", TimeSpan.FromSeconds(600)), (publication.Status.State, publication.Status.EntityTag, publication.Status.Lifetime));
    }

    [Fact]
    public void A_refresh_names_the_tag_and_carries_nothing_and_the_next_one_the_new_tag()
    {
        var publication = Publish("open");
        Replies("200 OK", "SIP-ETag: e1\nExpires: 600");
        _stage.Advance(479_999);
        Assert.Equal(1, Sent);
        _stage.Advance(1);
        Assert.Equal(2, Sent);
        Assert.Equal("e1", Wire.Header(Last, "SIP-If-Match"));
        Assert.Equal("0", Wire.Header(Last, "Content-Length"));
        Replies("200 OK", "SIP-ETag: e2\nExpires: 600");
        _stage.Advance(480_000);
        Assert.Equal("e2", Wire.Header(Last, "SIP-If-Match"));
        Assert.Equal("e2", publication.Status.EntityTag);
    }

    [Fact]
    public void A_change_carries_state_and_tag()
    {
        var publication = Publish("open");
        Replies("200 OK", "SIP-ETag: e1");
        var changed = Change(publication, "closed");
        Assert.Equal("e1", Wire.Header(Last, "SIP-If-Match"));
        Assert.EndsWith("\r\n\r\nclosed", Last, StringComparison.Ordinal);
        Assert.False(changed.IsCompleted);
        Replies("200 OK", "SIP-ETag: e2");
        _stage.Network.Run(() => changed);
        Assert.Equal("e2", publication.Status.EntityTag);
    }

    [Fact]
    public void Changes_while_one_is_under_way_are_sent_together_afterwards()
    {
        var publication = Publish("one");
        var second = Change(publication, "two");
        var third = Change(publication, "three");
        Assert.Equal(1, Sent);
        Replies("200 OK", "SIP-ETag: e1");
        Assert.Equal(2, Sent);
        Assert.EndsWith("\r\n\r\nthree", Last, StringComparison.Ordinal);
        Assert.False(second.IsCompleted);
        Replies("200 OK", "SIP-ETag: e2");
        _stage.Network.Run(() => Task.WhenAll(second, third));
        _stage.Advance(1000);
        Assert.Equal(2, Sent);
    }

    [Fact]
    public void What_the_server_has_lost_is_published_anew()
    {
        var publication = Publish("open");
        Replies("200 OK", "SIP-ETag: e1\nExpires: 100");
        _stage.Advance(80_000);
        Replies("412 Conditional Request Failed");
        Assert.False(Wire.Has(Last, "SIP-If-Match"));
        Assert.EndsWith("\r\n\r\nopen", Last, StringComparison.Ordinal);
        Replies("200 OK", "SIP-ETag: e7");
        Assert.Equal((PublicationState.Published, "e7"), (publication.Status.State, publication.Status.EntityTag));
    }

    [Fact]
    public void A_412_to_a_request_without_a_tag_is_a_failure_like_others()
    {
        var publication = Publish("open");
        Replies("412 Conditional Request Failed");
        Assert.Equal((PublicationState.Failed, 412), (publication.Status.State, publication.Status.Status));
        Assert.Equal(1, Sent);
    }

    [Fact]
    public void A_423_is_met_with_the_lifetime_it_asks_for_and_the_state_once_more()
    {
        Publish("open", options => options with { Expires = TimeSpan.FromSeconds(60) });
        Replies("423 Interval Too Brief", "Min-Expires: 1800");
        Assert.Equal("1800", Wire.Header(Last, "Expires"));
        Assert.EndsWith("\r\n\r\nopen", Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_tried_again_after_a_pause_with_what_it_was_about()
    {
        var publication = Publish("one");
        Replies("200 OK", "SIP-ETag: e1");
        var change = Change(publication, "two");
        Replies("500 Oops");
        _stage.Network.Run(() => change);
        Assert.Equal((PublicationState.Failed, "e1"), (publication.Status.State, publication.Status.EntityTag));
        Assert.InRange(publication.Status.NextAttempt, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        _stage.Advance(30_000);
        Assert.Equal(3, Sent);
        Assert.Equal("e1", Wire.Header(Last, "SIP-If-Match"));
        Assert.EndsWith("\r\n\r\ntwo", Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_200_without_a_tag_is_a_failure()
    {
        var publication = Publish("open");
        Replies("200 OK", "Expires: 600");
        Assert.Equal(PublicationState.Failed, publication.Status.State);
    }

    [Fact]
    public void A_challenge_is_answered()
    {
        Publish("open", options => options with { Credentials = new() { Username = "alice", Password = "secret" } });
        Replies("401 Unauthorized", "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"");
        Assert.Contains("username=\"alice\"", Wire.Header(Last, "Authorization"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nopen", Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_takes_it_back()
    {
        var publication = Publish("open");
        Replies("200 OK", "SIP-ETag: e1");
        var disposing = publication.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        Assert.Equal(("0", "e1", "0"), (Wire.Header(Last, "Expires"), Wire.Header(Last, "SIP-If-Match"), Wire.Header(Last, "Content-Length")));
        Replies("200 OK", "SIP-ETag: e2");
        _stage.Network.Run(() => disposing);
        Assert.Equal(PublicationState.Closed, publication.Status.State);
        _stage.Advance(7_200_000);
        Assert.Equal(2, Sent);
        _stage.EndsClean();
    }

    [Fact]
    public void What_was_never_published_is_not_taken_back()
    {
        var publication = Publish("open");
        Replies("403 Forbidden");
        _stage.Network.Run(() => publication.DisposeAsync().AsTask());
        Assert.Equal(1, Sent);
    }

    [Fact]
    public void Without_a_document_there_is_nothing_to_publish() =>
        Assert.Equal("body", Assert.Throws<ArgumentException>(() => _stage.Endpoint.Publish(Options(), default)).ParamName);

    [Theory]
    [InlineData("presence\r\nX: 1")]
    [InlineData("")]
    public void A_package_is_a_token(string name) =>
        Assert.Throws<ArgumentException>(() => _stage.Endpoint.Publish(Options() with { Event = name }, Document("open")));

    private static PublicationOptions Options() => new() { Target = SipUri.Parse("sip:alice@10.0.0.2"), Event = "presence" };

    private static SipBody Document(string text) => new("application/pidf+xml", text);

    private Publication Publish(string text, Func<PublicationOptions, PublicationOptions>? change = null)
    {
        var publication = _stage.Endpoint.Publish(change?.Invoke(Options()) ?? Options(), Document(text));
        _stage.Network.RunUntilIdle();
        return publication;
    }

    private Task<PublicationStatus> Change(Publication publication, string text)
    {
        var change = publication.ModifyAsync(Document(text));
        _stage.Network.RunUntilIdle();
        return change;
    }

    private void Replies(string status, string more = "X: 1") => _stage.PeerReplies("PUBLISH", status, more: more);
}
