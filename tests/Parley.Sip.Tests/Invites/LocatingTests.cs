using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class LocatingTests
{
    private readonly EndpointStage _stage = new();

    [Fact]
    public void A_name_is_looked_up_and_its_next_server_tried_after_a_503()
    {
        _stage.Names.Srv("_sip._udp.example.com", 1, 1, 5060, "one.example.com").Srv("_sip._udp.example.com", 2, 1, 5060, "two.example.com")
            .A("one.example.com", "10.0.0.2").A("two.example.com", "10.0.0.3");
        Dial("sip:bob@example.com;transport=udp");
        _stage.Await(() => _stage.Peer.Received.Count > 0);
        _stage.PeerReplies("INVITE", "503 Full");
        Assert.StartsWith("INVITE sip:bob@example.com;transport=udp SIP/2.0\r\n", _stage.Other.LastOf("INVITE"), StringComparison.Ordinal);
        Assert.Equal("1 INVITE", Wire.Header(_stage.Other.Last, "CSeq"));
        _stage.Other.Reply("INVITE", "486 Busy Here");
        _stage.Network.RunUntilIdle();
        Assert.Equal(486, _stage.Call.End!.Value.Status);
        _stage.EndsClean();
    }

    [Fact]
    public void A_name_nobody_knows_is_unreachable_and_says_so()
    {
        Dial("sip:bob@nowhere.example");
        _stage.Await(() => _stage.Call.End is not null);
        Assert.Equal(CallEndKind.Unreachable, _stage.Call.End!.Value.Kind);
        Assert.Contains("nowhere.example", _stage.Call.End.Value.Reason, StringComparison.Ordinal);
        _stage.EndsClean();
    }

    [Fact]
    public void A_call_cancelled_while_its_target_is_looked_up_is_never_sent()
    {
        _stage.Names.A("host.example", "10.0.0.2");
        _stage.Names.Alter = _ => null;
        Dial("sip:bob@host.example:5060");
        _stage.Outgoing.Cancel();
        _stage.Network.RunUntilIdle();
        Assert.Equal(CallEndKind.Cancelled, _stage.Call.End!.Value.Kind);
        _stage.Names.Alter = answer => answer;
        _stage.Await(() => _stage.Endpoint.Counters.PendingRequests == 0);
        Assert.Empty(_stage.Peer.Received);
        _stage.EndsClean();
    }

    private void Dial(string target) => _stage.Dial(options => options with { Target = SipUri.Parse(target) });
}
