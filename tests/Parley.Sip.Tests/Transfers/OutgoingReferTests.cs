using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Subscriptions;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transfers;

namespace Parley.Sip.Tests.Transfers;

/// <summary>RFC 3515: we ask somebody to call somebody else.</summary>
public class OutgoingReferTests : IReferHandler
{
    private const string Fragment = "message/sipfrag;version=2.0";

    private readonly EventStage _stage = new();
    private OutgoingRefer _refer = null!;
    private ReferEnd? _end;

    private string Sent => _stage.Peer.LastOf("REFER");

    [Fact]
    public void A_blind_transfer_is_reported_until_it_has_succeeded()
    {
        Refer();
        Assert.Equal("<sip:carol@10.0.0.4>", Wire.Header(Sent, "Refer-To"));
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(Sent, "Contact"));
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        Report("active;expires=60", "SIP/2.0 180 Ringing\r\nX: y", cseq: 12);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 13);
        _stage.Timeline.Shows("""
            0 peer: REFER
            0 accepted 202
            0 progress 100 Trying
            0 peer: 200 NOTIFY
            0 progress 180 Ringing
            0 peer: 200 NOTIFY
            0 progress 200 OK
            0 end Succeeded: 200 OK
            0 peer: 200 NOTIFY
            """);
        Assert.True(_refer.Ended.IsCompletedSuccessfully);
        Assert.Null(_stage.Call.End);
        Hangup();
        _stage.EndsClean();
    }

    [Fact]
    public void What_the_peers_call_failed_with_is_the_end()
    {
        Refer();
        _stage.PeerReplies("REFER", "200 OK");
        Report("terminated;reason=noresource", "SIP/2.0 486 Busy Here");
        Assert.Equal(new ReferEnd(ReferEndKind.Failed, 486, "Busy Here"), _end);
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void A_NOTIFY_may_overtake_the_202()
    {
        Refer();
        Report("active;expires=60", "SIP/2.0 100 Trying");
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 12);
        Assert.Equal(ReferEndKind.Succeeded, _end!.Value.Kind);
    }

    [Theory]
    [InlineData(603)]
    [InlineData(405)]
    [InlineData(481)]
    [InlineData(408)]
    public void A_REFER_that_is_refused_leaves_the_call(int status)
    {
        Refer();
        _stage.PeerReplies("REFER", $"{status} No");
        Assert.Equal((ReferEndKind.Refused, status), (_end!.Value.Kind, _end.Value.Status));
        Assert.Null(_stage.Call.End);
        Hangup();
        _stage.EndsClean();
    }

    [Fact]
    public void A_REFER_that_is_never_answered_ends_with_408_and_leaves_the_call()
    {
        Refer();
        _stage.Advance(32_000);
        Assert.Equal((ReferEndKind.Refused, 408), (_end!.Value.Kind, _end.Value.Status));
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void Without_a_wish_for_reports_acceptance_is_the_end()
    {
        Refer(options => options with { Report = false });
        Assert.Equal("false", Wire.Header(Sent, "Refer-Sub"));
        Assert.Equal("norefersub", Wire.Header(Sent, "Supported"));
        _stage.PeerSends(Responses.With(Wire.Response(Sent, "200 OK", ""), "Refer-Sub: false"));
        Assert.Equal((ReferEndKind.Unreported, 200), (_end!.Value.Kind, _end.Value.Status));
        Hangup();
        _stage.EndsClean();
    }

    [Fact]
    public void A_peer_that_does_not_know_Refer_Sub_reports_all_the_same()
    {
        Refer(options => options with { Report = false });
        _stage.PeerReplies("REFER", "202 Accepted");
        Assert.Null(_end);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK");
        Assert.Equal(ReferEndKind.Succeeded, _end!.Value.Kind);
    }

    [Fact]
    public void Reports_that_never_come_are_not_waited_for_longer_than_64_T1()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        _stage.Advance(32_000);
        Assert.Equal(ReferEndKind.Unreported, _end!.Value.Kind);
    }

    [Fact]
    public void A_last_report_that_never_comes_is_given_up()
    {
        Refer(options => options with { Timeout = TimeSpan.FromMinutes(1) });
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        _stage.Advance(59_999);
        Assert.Null(_end);
        _stage.Advance(1);
        Assert.Equal(ReferEndKind.TimedOut, _end!.Value.Kind);
    }

    [Fact]
    public void Reports_that_end_before_the_last_leave_the_outcome_open()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        Report("terminated;reason=timeout", "", cseq: 12);
        Assert.Equal((ReferEndKind.Unreported, 100), (_end!.Value.Kind, _end.Value.Status));
    }

    [Fact]
    public void After_a_final_status_in_an_active_report_the_last_NOTIFY_still_gets_200()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 200 OK");
        Assert.Equal(ReferEndKind.Succeeded, _end!.Value.Kind);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 12);
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 13);
        Assert.Equal("481 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Reports_are_heard_after_the_BYE_of_the_call()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        Hangup();
        Assert.NotNull(_stage.Call.End);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 12);
        Assert.Equal(ReferEndKind.Succeeded, _end!.Value.Kind);
        _stage.EndsClean();
    }

    [Fact]
    public void Two_REFERs_in_a_call_are_told_apart_by_their_numbers()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        var first = _refer;
        Again();
        var number = Wire.Header(Sent, "CSeq").Split(' ')[0];
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("terminated;reason=noresource", "SIP/2.0 486 Busy Here", id: number);
        Assert.True(_refer.Ended.IsCompleted);
        Assert.False(first.Ended.IsCompleted);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 12);
        Assert.True(first.Ended.IsCompleted);
    }

    [Fact]
    public void Outside_a_call_the_first_NOTIFY_makes_the_dialog()
    {
        var options = new SipReferOptions
        {
            Target = SipUri.Parse("sip:peer@10.0.0.2"),
            ReferTo = SipAddress.Parse("<sip:carol@10.0.0.4>"),
            ReferredBy = SipAddress.Parse("<sip:us@10.0.0.1>"),
            TargetDialog = new DialogId("c1", "a", "b"),
        };
        _refer = _stage.Endpoint.Refer(options, this);
        _stage.Network.RunUntilIdle();
        Assert.Equal("<sip:us@10.0.0.1>", Wire.Header(Sent, "Referred-By"));
        Assert.Equal("c1;local-tag=a;remote-tag=b", Wire.Header(Sent, "Target-Dialog"));
        Assert.Equal("tdialog", Wire.Header(Sent, "Require"));
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying", cseq: 1);
        Assert.Equal(1, _stage.Endpoint.Counters.Dialogs);
        Report("terminated;reason=noresource", "SIP/2.0 200 OK", cseq: 2);
        Assert.Equal(ReferEndKind.Succeeded, _end!.Value.Kind);
        _stage.EndsClean();
    }

    [Fact]
    public void A_peer_whose_Contact_is_a_GRUU_is_referred_outside_the_dialog()
    {
        Refer(invite: Wire.Request().Replace("Contact: <sip:peer@10.0.0.2:5060>", "Contact: <sip:peer@10.0.0.2:5060;gr=urn:uuid:1>", StringComparison.Ordinal));
        Assert.NotEqual("call-1@peer", Wire.Header(Sent, "Call-ID"));
        Assert.StartsWith("call-1@peer;local-tag=", Wire.Header(Sent, "Target-Dialog"), StringComparison.Ordinal);
        Assert.EndsWith(";remote-tag=peertag", Wire.Header(Sent, "Target-Dialog"), StringComparison.Ordinal);
        Assert.Equal("<sip:peer@10.0.0.2>", Wire.Header(Sent, "To"));
    }

    [Fact]
    public void No_more_reports_are_asked_for_with_Expires_0()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        _stage.OnLane(_refer.Unsubscribe);
        Assert.Equal("0", Wire.Header(_stage.Peer.LastOf("SUBSCRIBE"), "Expires"));
        Assert.Equal(ReferEndKind.Unreported, _end!.Value.Kind);
        Report("terminated;reason=timeout", "SIP/2.0 100 Trying", cseq: 12);
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Progress_is_read_one_by_one()
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", "SIP/2.0 100 Trying");
        Report("terminated;reason=noresource", "SIP/2.0 486 Busy Here", cseq: 12);
        List<int> read = [];
        _stage.Network.Run(async () =>
        {
            await foreach (var progress in _refer.Progress())
                read.Add(progress.Status);
        });
        Assert.Equal([100, 486], read);
    }

    [Theory]
    [InlineData("SIP/2.0")]
    [InlineData("SIP/2.0 999 No")]
    [InlineData("HTTP/1.1 200 OK")]
    [InlineData("SIP/2.0 20")]
    public void A_body_that_is_no_status_line_says_nothing(string body)
    {
        Refer();
        _stage.PeerReplies("REFER", "202 Accepted");
        Report("active;expires=60", body);
        Assert.Equal("200 NOTIFY", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_end);
    }

    void IReferHandler.OnAccepted(OutgoingRefer refer, SipMessage response) => _stage.Timeline.Add($"accepted {response.StatusCode}");

    void IReferHandler.OnProgress(OutgoingRefer refer, ReferProgress progress) => _stage.Timeline.Add($"progress {progress.Status} {progress.Reason}");

    void IReferHandler.OnEnded(OutgoingRefer refer, ReferEnd end)
    {
        _end = end;
        _stage.Timeline.Add($"end {end}");
    }

    // In a call the peer has made.
    private void Refer(Func<ReferOptions, ReferOptions>? change = null, string? invite = null)
    {
        _stage.Answered(invite);
        Again(change);
    }

    private void Again(Func<ReferOptions, ReferOptions>? change = null)
    {
        var options = new ReferOptions { ReferTo = SipAddress.Parse("<sip:carol@10.0.0.4>") };
        _stage.OnLane(() => _refer = _stage.Call.Session!.Refer(change?.Invoke(options) ?? options, this));
    }

    private void Report(string state, string body, int cseq = 11, string id = "") =>
        _stage.PeerSends(EventStage.NotifyFor(Sent, state, id.Length == 0 ? "refer" : $"refer;id={id}", cseq, body: body, type: Fragment));

    private void Hangup()
    {
        _stage.OnLane(() => _stage.Call.Session!.Bye());
        _stage.PeerReplies("BYE", "200 OK");
    }
}
