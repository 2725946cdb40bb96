using Parley.Sip.Invites;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint;

public class ClosingTests
{
    private readonly EndpointStage _stage = new();

    [Fact]
    public void Draining_refuses_new_calls_and_ends_with_the_last()
    {
        _stage.Answered(Wire.Request());
        var draining = _stage.Endpoint.DrainAsync(TestContext.Current.CancellationToken);
        _stage.PeerSends(Wire.Request(branch: "z9hG4bK2", callId: "call-2@peer"));
        Assert.Equal("5", Wire.Header(_stage.Peer.LastOf("503 INVITE"), "Retry-After"));
        _stage.PeerSends(Wire.Request("OPTIONS", branch: "z9hG4bK3", callId: "call-3@peer"));
        Assert.Equal("503 OPTIONS", Wire.Summary(_stage.Peer.Last));
        Assert.False(draining.IsCompleted);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "BYE", 2));
        _stage.Network.Run(() => draining);
        _stage.EndsClean();
    }

    [Fact]
    public void Disposing_hangs_up_what_is_running()
    {
        _stage.Answered(Wire.Request());
        var disposing = _stage.Endpoint.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Network.Run(() => disposing);
        Assert.Equal(CallEndKind.Failed, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void Disposing_refuses_and_cancels_what_is_pending()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Dial(options => options with { Target = Sip.Messages.SipUri.Parse("sip:other@10.0.0.3") });
        _stage.Other.Reply("INVITE", "180 Ringing");
        _stage.Network.RunUntilIdle();
        _stage.Call.ExpectFurtherEnds();
        var disposing = _stage.Endpoint.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        Assert.Equal("503 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Equal("CANCEL", Wire.Summary(_stage.Other.Last));
        _stage.Advance(2000);
        _stage.Network.Run(() => disposing);
    }

    [Fact]
    public void A_peer_that_does_not_answer_holds_the_closing_up_no_longer_than_allowed()
    {
        _stage.Answered(Wire.Request());
        var since = _stage.Network.Clock.Elapsed;
        _stage.Network.Run(() => _stage.Endpoint.DisposeAsync().AsTask());
        Assert.Equal(TimeSpan.FromSeconds(2), _stage.Network.Clock.Elapsed - since);
    }
}
