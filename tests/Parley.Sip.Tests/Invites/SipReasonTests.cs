using Parley.Sip.Invites;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class SipReasonTests
{
    [Theory]
    [InlineData("SIP;cause=200;text=\"Call completed elsewhere\"", "SIP", 200, "Call completed elsewhere")]
    [InlineData("Q.850 ;cause=16 ;text=Terminated", "Q.850", 16, "Terminated")]
    [InlineData("Q.850", "Q.850", 0, null)]
    [InlineData("SIP;text=\"say \\\"no\\\" \\\\\"", "SIP", 0, "say \"no\" \\")]
    [InlineData("SIP;cause=x", "SIP", 0, null)]
    [InlineData("SIP;text=\"\"", "SIP", 0, "")]
    public void A_reason_is_read(string value, string protocol, int cause, string? text)
    {
        Assert.True(SipReason.TryParse(value, out var reason));
        Assert.Equal(new SipReason(protocol, cause, text), reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";cause=16")]
    [InlineData("a b;cause=16")]
    [InlineData(null)]
    public void What_is_no_reason_is_none(string? value) => Assert.False(SipReason.TryParse(value, out _));

    [Theory]
    [InlineData("SIP;cause=200;text=\"Call completed elsewhere\"")]
    [InlineData("Q.850;cause=16")]
    [InlineData("SIP;text=\"say \\\"no\\\" \\\\\"")]
    public void A_reason_is_written_as_it_was_read(string value)
    {
        Assert.True(SipReason.TryParse(value, out var reason));
        Assert.Equal(value, reason.ToString());
    }

    [Fact]
    public void The_reason_of_a_BYE_is_told_with_the_end()
    {
        var stage = new EndpointStage();
        stage.DialAnswered();
        stage.PeerSends(Requests.Reverse(stage.Peer.LastOf("INVITE"), "BYE", 1, more: "Reason: Q.850;cause=16;text=\"Normal\", SIP;cause=200"));
        Assert.Equal(new SipReason("Q.850", 16, "Normal"), stage.Call.End!.Value.Cause);
    }

    [Fact]
    public void The_reason_of_a_refusal_is_told_with_the_end()
    {
        var stage = new EndpointStage();
        stage.Dial();
        stage.PeerReplies("INVITE", "486 Busy Here", more: "Reason: Q.850;cause=17");
        Assert.Equal(new SipReason("Q.850", 17), stage.Call.End!.Value.Cause);
    }

    [Fact]
    public void The_reason_of_a_CANCEL_is_told_with_the_end()
    {
        var stage = new EndpointStage();
        var invite = Wire.Request();
        stage.PeerSends(invite);
        var cancel = invite.Replace("INVITE sip:", "CANCEL sip:", StringComparison.Ordinal).Replace("1 INVITE", "1 CANCEL", StringComparison.Ordinal);
        stage.PeerSends(Responses.With(cancel, "Reason: SIP;cause=200;text=\"Call completed elsewhere\""));
        Assert.Equal(new SipReason("SIP", 200, "Call completed elsewhere"), stage.Call.End!.Value.Cause);
    }
}
