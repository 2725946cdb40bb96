using Parley.Sip.Dialogs;

namespace Parley.Sip.Tests.Dialogs;

public class OfferAnswerTests
{
    [Theory]
    [InlineData("Settled", "Sent", "LocalOffer", false)]
    [InlineData("Settled", "Received", "RemoteOffer", false)]
    [InlineData("Settled", "Withdrawn", "Settled", false)]
    [InlineData("LocalOffer", "Sent", "LocalOffer", false)]
    [InlineData("LocalOffer", "Received", "Settled", true)]
    [InlineData("LocalOffer", "Withdrawn", "Settled", false)]
    [InlineData("RemoteOffer", "Sent", "Settled", true)]
    [InlineData("RemoteOffer", "Received", "RemoteOffer", false)]
    [InlineData("RemoteOffer", "Withdrawn", "Settled", false)]
    public void Every_state_and_input(string state, string input, string expected, bool agreed)
    {
        var before = new OfferAnswer(Enum.Parse<OfferAnswerState>(state), false);
        var after = input switch
        {
            "Sent" => before.Sent(),
            "Received" => before.Received(),
            _ => before.Withdrawn(),
        };
        Assert.Equal(new OfferAnswer(Enum.Parse<OfferAnswerState>(expected), agreed), after);
    }

    [Theory]
    [InlineData("Settled", 0)]
    [InlineData("LocalOffer", 491)]
    [InlineData("RemoteOffer", 500)]
    public void What_a_new_offer_of_the_peer_gets(string state, int refusal) =>
        Assert.Equal(refusal, new OfferAnswer(Enum.Parse<OfferAnswerState>(state), true).Refusal);

    [Fact]
    public void What_was_agreed_once_stays_agreed()
    {
        var agreed = default(OfferAnswer).Sent().Received();
        Assert.True(agreed.Received().Withdrawn().HasAgreed);
    }

    [Theory]
    [InlineData("application/sdp", "v=0", true)]
    [InlineData("Application/SDP; charset=utf-8", "v=0", true)]
    [InlineData("text/plain", "application/sdp", false)]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: APPLICATION/sdp\r\n\r\nv=0\r\n--b--", true)]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/isup\r\n\r\nabc\r\n--b--", false)]
    public void A_session_description_is_found_alone_and_in_a_multipart(string type, string body, bool found) =>
        Assert.Equal(found, SessionDescriptions.IsIn(new SipBody(type, body)));
}
