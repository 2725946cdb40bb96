using System.Text;
using Parley.Services.Tests.Proxy.Support;

namespace Parley.Services.Tests.Presence;

/// <summary>The message flow RFC 3903 §15 shows, M1 to M14: a watcher, a publisher, and us as the presence agent.</summary>
public class PublishFlowTests
{
    private readonly PresenceStage _stage = new();

    [Fact]
    public void RFC_3903_15_publication_refresh_and_modification()
    {
        var m2 = _stage.Send("""
            SUBSCRIBE sip:presentity@example.com SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKnashds7
            To: <sip:presentity@example.com>
            From: <sip:watcher@example.com>;tag=12341234
            Call-ID: 12345678@host.example.com
            CSeq: 1 SUBSCRIBE
            Max-Forwards: 70
            Expires: 3600
            Event: presence
            Contact: sip:user@10.0.0.2
            Content-Length: 0


            """);
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(m2));
        Assert.Equal("3600", Wire.Header(m2, "Expires"));
        var tag = Wire.Parameter(Wire.Header(m2, "To"), "tag");
        Told(1, "active;expires=3600", "closed");

        var m6 = Publish("z9hG4bK652hsge", "1234wxyz", "81818181@pua.example.com", "", PresenceStage.Pidf());
        Assert.Equal("200 PUBLISH", Wire.Summary(m6));
        Assert.Equal("3600", Wire.Header(m6, "Expires"));
        Told(2, "active;expires=3600", "open");

        _stage.Advance(1_000_000);
        var m10 = Publish("z9hG4bK771ash02", "1234kljk", "98798798@pua.example.com", $"SIP-If-Match: {Wire.Header(m6, "SIP-ETag")}\r\n", "");
        Assert.Equal("200 PUBLISH", Wire.Summary(m10));
        Assert.NotEqual(Wire.Header(m6, "SIP-ETag"), Wire.Header(m10, "SIP-ETag"));
        Assert.Equal(2, _stage.Notifies.Count);

        var m12 = Publish("z9hG4bKcdad2", "54321mm", "5566778@pua.example.com", $"SIP-If-Match: {Wire.Header(m10, "SIP-ETag")}\r\n", PresenceStage.Pidf("closed"));
        Assert.Equal("200 PUBLISH", Wire.Summary(m12));
        Told(3, "active;expires=2600", "closed");

        void Told(int cseq, string state, string basic)
        {
            Assert.StartsWith("NOTIFY sip:user@10.0.0.2 SIP/2.0\r\n", _stage.Notify, StringComparison.Ordinal);
            Assert.Equal("<sip:watcher@example.com>;tag=12341234", Wire.Header(_stage.Notify, "To"));
            Assert.Equal($"<sip:presentity@example.com>;tag={tag}", Wire.Header(_stage.Notify, "From"));
            Assert.Equal("12345678@host.example.com", Wire.Header(_stage.Notify, "Call-ID"));
            Assert.Equal($"{cseq} NOTIFY", Wire.Header(_stage.Notify, "CSeq"));
            Assert.Equal("presence", Wire.Header(_stage.Notify, "Event"));
            Assert.Equal(state, Wire.Header(_stage.Notify, "Subscription-State"));
            Assert.Equal("application/pidf+xml", Wire.Header(_stage.Notify, "Content-Type"));
            Assert.Contains($"<basic>{basic}</basic>", _stage.State, StringComparison.Ordinal);
        }
    }

    private string Publish(string branch, string tag, string callId, string match, string body) => _stage.Send(
        $"""
        PUBLISH sip:presentity@example.com SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.2:5060;branch={branch}
        To: <sip:presentity@example.com>
        From: <sip:presentity@example.com>;tag={tag}
        Call-ID: {callId}
        CSeq: 1 PUBLISH
        Max-Forwards: 70
        {match}Expires: 3600
        Event: presence
        {(body.Length > 0 ? "Content-Type: application/pidf+xml\r\n" : "")}Content-Length: {Encoding.UTF8.GetByteCount(body)}

        {body}
        """);
}
