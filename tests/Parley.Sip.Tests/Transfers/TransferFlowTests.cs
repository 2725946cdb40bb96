using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Subscriptions;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transfers;

namespace Parley.Sip.Tests.Transfers;

/// <summary>The message flows RFC 3515 §4 and RFC 3891 §7 show, word by word. We are agent B, and Alice.</summary>
public class TransferFlowTests
{
    private readonly EventStage _stage = new();

    [Fact]
    public void RFC_3515_4_1_prototypical_REFER_and_4_2_multiple_REFERs_in_a_dialog()
    {
        _stage.OnRefer = refer => refer.Accept(202);
        _stage.PeerSends("""
            REFER sip:b@10.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK2293940223
            To: <sip:b@10.0.0.1>
            From: <sip:a@10.0.0.2>;tag=193402342
            Call-ID: 898234234@agenta.atlanta.example.com
            CSeq: 93809823 REFER
            Max-Forwards: 70
            Refer-To: <sip:carol@10.0.0.4>
            Contact: sip:a@10.0.0.2
            Content-Length: 0


            """);
        var accepted = _stage.Peer.LastOf("202 REFER");
        var tag = Wire.Parameter(Wire.Header(accepted, "To"), "tag");
        Shows($"""
            SIP/2.0 202 Accepted
            Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK2293940223
            From: <sip:a@10.0.0.2>;tag=193402342
            To: <sip:b@10.0.0.1>;tag={tag}
            Call-ID: 898234234@agenta.atlanta.example.com
            CSeq: 93809823 REFER
            Contact: <sip:b@10.0.0.1:5060>
            Content-Length: 0


            """, accepted);
        Shows(Notify(tag, 1, "refer", "active;expires=600", "SIP/2.0 100 Trying"), _stage.Peer.LastOf("NOTIFY"));
        _stage.PeerReplies("NOTIFY", "200 OK");

        _stage.PeerSends($"""
            REFER sip:b@10.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK9390399231
            To: <sip:b@10.0.0.1>;tag={tag}
            From: <sip:a@10.0.0.2>;tag=193402342
            Call-ID: 898234234@agenta.atlanta.example.com
            CSeq: 93809824 REFER
            Max-Forwards: 70
            Refer-To: <sip:dave@10.0.0.5>
            Contact: sip:a@10.0.0.2
            Content-Length: 0


            """);
        Shows(Notify(tag, 2, "refer;id=93809824", "active;expires=600", "SIP/2.0 100 Trying"), _stage.Peer.LastOf("NOTIFY"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.OnLane(() => _stage.Refer.Report(200));
        Shows(Notify(tag, 3, "refer;id=93809824", "terminated;reason=noresource", "SIP/2.0 200 OK"), _stage.Peer.LastOf("NOTIFY"));
        _stage.PeerReplies("NOTIFY", "200 OK");
    }

    [Fact]
    public void RFC_3891_7_1_replacing_an_early_dialog_at_the_originator()
    {
        _stage.Endpoint.Invite(new() { Target = SipUri.Parse("sip:bob@10.0.0.2"), CallId = "425928@phone.example.org" }, _stage.Call);
        _stage.Network.RunUntilIdle();
        var invite = _stage.Peer.LastOf("INVITE");
        var ours = Wire.Parameter(Wire.Header(invite, "From"), "tag");
        _stage.PeerSends($"""
            SIP/2.0 180 Ringing
            Via: {Wire.Header(invite, "Via")}
            To: <sip:bob@10.0.0.2>;tag=6472
            From: <sip:us@10.0.0.1>;tag={ours}
            Call-ID: 425928@phone.example.org
            CSeq: 1 INVITE
            Contact: <sip:bob@10.0.0.2:5060>
            Content-Length: 0


            """);
        InviteSession? taken = null;
        _stage.Call.ExpectFurtherEnds();
        _stage.OnInvite = lab =>
        {
            taken = lab.Answer();
            lab.Replaced!.End();
        };
        _stage.Timeline.Clear();
        _stage.Other.Send($"""
            INVITE sip:us@10.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKlab
            Max-Forwards: 70
            To: <sip:us@10.0.0.1>
            From: <sip:bob@example.org>;tag=8983
            Call-ID: 09870@labpc.example.org
            CSeq: 1 INVITE
            Contact: <sip:bob@10.0.0.3:5060>
            Replaces: 425928@phone.example.org
             ;to-tag={ours};from-tag=6472;early-only
            Content-Length: 0


            """);
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.Peer.Send(Wire.Response(invite, "487 Request Terminated", "6472"));
        _stage.Network.RunUntilIdle();
        _stage.Timeline.Shows("""
            0 app ended Cancelled by Local: 487 Cancelled
            0 other: 200 INVITE
            0 peer: CANCEL
            0 peer: ACK
            """);
        Assert.False(taken!.IsEnded);
    }

    private static string Notify(string tag, int cseq, string package, string state, string line) =>
        $"""
        NOTIFY sip:a@10.0.0.2 SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.1:5060;branch=*;rport
        Max-Forwards: 70
        From: <sip:b@10.0.0.1>;tag={tag}
        To: <sip:a@10.0.0.2>;tag=193402342
        Call-ID: 898234234@agenta.atlanta.example.com
        CSeq: {cseq} NOTIFY
        Event: {package}
        Subscription-State: {state}
        Contact: <sip:b@10.0.0.1:5060>
        Content-Type: message/sipfrag;version=2.0
        Content-Length: {line.Length + 2}

        {line}

        """;

    // In any order but that of the start line and the body, and with any branch of ours.
    private static void Shows(string expected, string actual)
    {
        var branch = Wire.Branch(actual);
        var seen = branch.StartsWith("z9hG4bK2293", StringComparison.Ordinal) ? actual : actual.Replace(branch, "*", StringComparison.Ordinal);
        Assert.Equal(Sorted(expected.ReplaceLineEndings("\r\n")), Sorted(seen));
    }

    private static string Sorted(string message)
    {
        var parts = message.Split("\r\n\r\n", 2);
        var lines = parts[0].Split("\r\n");
        return string.Join('\n', [lines[0], .. lines.Skip(1).Order(StringComparer.Ordinal), "", parts[1]]);
    }
}
