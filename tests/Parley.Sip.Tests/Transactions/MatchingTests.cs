using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class MatchingTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void One_branch_from_two_senders_is_two_transactions()
    {
        _stage.PeerSends(Wire.Request(sentBy: "10.0.0.2:5060"));
        _stage.PeerSends(Wire.Request(sentBy: "10.0.0.2:5070", callId: "call-2@peer"));
        _stage.PeerSends(Wire.Request(sentBy: "10.0.0.9:5060", callId: "call-3@peer"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 core Invite
            0 core Invite
            """);
    }

    [Fact]
    public void The_senders_host_is_compared_without_case()
    {
        _stage.PeerSends(Wire.Request(sentBy: "Phone.Example.COM:5060"));
        _stage.PeerSends(Wire.Request(sentBy: "phone.example.com:5060"));
        _stage.Timeline.Shows("0 core Invite");
        Assert.Equal(1, _stage.Layer.Counters.RetransmissionsIn);
    }

    [Fact]
    public void Unknown_methods_are_told_apart_by_name()
    {
        _stage.PeerSends(Wire.Request("FOO"));
        _stage.PeerSends(Wire.Request("FOO"));
        _stage.PeerSends(Wire.Request("BAR", callId: "call-2@peer"));
        _stage.Timeline.Shows("""
            0 core Other
            0 core Other
            """);
    }

    [Fact]
    public void A_request_that_came_by_another_path_already_gets_482()
    {
        _stage.PeerSends(Wire.Request(branch: "z9hG4bKpath1"));
        _stage.PeerSends(Wire.Request(branch: "z9hG4bKpath2"));
        _stage.PeerSends(Wire.Request("ACK", branch: "z9hG4bKpath2"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 482 INVITE
            """);
        Assert.Equal(1, _stage.Layer.Counters.Merged);
    }

    [Fact]
    public void A_request_that_came_by_another_path_gets_482_also_when_the_first_was_answered()
    {
        _stage.Serve = (transaction, _) => transaction.Respond(200);
        _stage.PeerSends(Wire.Request("MESSAGE", branch: "z9hG4bKpath1"));
        _stage.PeerSends(Wire.Request("MESSAGE", branch: "z9hG4bKpath2"));
        _stage.Timeline.Shows("""
            0 core Message
            0 user ended Completed
            0 peer: 200 MESSAGE
            0 peer: 482 MESSAGE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void The_next_request_of_a_dialog_is_not_merged()
    {
        _stage.PeerSends(Wire.Request("INFO", branch: "z9hG4bKpath1", to: "<sip:us@10.0.0.1>;tag=ours"));
        _stage.PeerSends(Wire.Request("INFO", branch: "z9hG4bKpath2", to: "<sip:us@10.0.0.1>;tag=ours"));
        _stage.Timeline.Shows("""
            0 core Info
            0 core Info
            """);
    }

    [Fact]
    public void The_same_request_with_the_next_cseq_is_not_merged()
    {
        _stage.Serve = (transaction, _) => transaction.Respond(401);
        _stage.PeerSends(Wire.Request("REGISTER", branch: "z9hG4bK1", cseq: 1));
        _stage.PeerSends(Wire.Request("REGISTER", branch: "z9hG4bK2", cseq: 2));
        Assert.Equal(["401 REGISTER", "401 REGISTER"], _stage.Peer.Received.Select(Wire.Summary));
    }

    [Fact]
    public void After_a_503_the_sender_may_try_again_with_a_new_branch()
    {
        _stage.PeerSends(Wire.Request(branch: "z9hG4bK1"));
        _stage.Respond(503);
        _stage.PeerSends(Wire.Request("ACK", branch: "z9hG4bK1"));
        _stage.PeerSends(Wire.Request(branch: "z9hG4bK2"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 503 INVITE
            0 user ended Completed
            0 core Invite
            """);
    }

    [Fact]
    public void Requests_of_rfc_2543_are_matched_by_their_headers()
    {
        _stage.PeerSends(Wire.Request(branch: "1"));
        _stage.PeerSends(Wire.Request(branch: "1"));
        _stage.Respond(486);
        _stage.PeerSends(Wire.Request(branch: "1"));
        var tag = Wire.Parameter(Wire.Header(_stage.Peer.Last, "To"), "tag");
        _stage.PeerSends(Wire.Request("ACK", branch: "1", to: $"<sip:us@10.0.0.1>;tag={tag}"));
        _stage.PeerSends(Wire.Request(branch: "1", cseq: 2));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 486 INVITE
            0 peer: 486 INVITE
            0 user ended Completed
            0 core Invite
            """);
    }

    [Fact]
    public void A_cancel_of_rfc_2543_finds_its_invite()
    {
        _stage.PeerSends(Wire.Request(branch: "1"));
        _stage.PeerSends(Wire.Request("CANCEL", branch: "1"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 user cancel
            0 peer: 200 CANCEL
            """);
    }

    [Fact]
    public void Past_the_limit_new_requests_get_503_with_retry_after_and_dialogs_go_on()
    {
        var stage = new Stage(new TransactionOptions { MaxServerTransactions = 8, RetryAfter = TimeSpan.FromSeconds(7) });
        for (var i = 0; i < 8; i++)
            stage.PeerSends(Wire.Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"{i}"));
        stage.Timeline.Clear();
        stage.PeerSends(Wire.Request(branch: "z9hG4bKtoo-many", callId: "too-many"));
        Assert.Equal("7", Wire.Header(stage.Peer.Last, "Retry-After"));
        var first = stage.Peer.Last;
        stage.PeerSends(Wire.Request(branch: "z9hG4bKtoo-many", callId: "too-many"));
        Assert.Equal(first, stage.Peer.Last);
        stage.PeerSends(Wire.Request("BYE", branch: "z9hG4bKbye1", callId: "bye1", to: "<sip:us@10.0.0.1>;tag=ours"));
        stage.PeerSends(Wire.Request("BYE", branch: "z9hG4bKbye2", callId: "bye2", to: "<sip:us@10.0.0.1>;tag=ours"));
        stage.Timeline.Shows("""
            0 peer: 503 INVITE
            0 peer: 503 INVITE
            0 core Bye
            0 peer: 503 BYE
            """);
        Assert.Equal(3, stage.Layer.Counters.Refused);
        Assert.Equal(9, stage.Layer.Counters.ServersCreated);
        stage.EndsClean();
    }

    [Fact]
    public void Past_the_limit_of_unanswered_ones_new_requests_get_503()
    {
        var stage = new Stage(new TransactionOptions { MaxUnansweredTransactions = 1 });
        stage.PeerSends(Wire.Request(branch: "z9hG4bK1", callId: "1"));
        stage.PeerSends(Wire.Request(branch: "z9hG4bK2", callId: "2"));
        stage.Respond(486);
        stage.PeerSends(Wire.Request(branch: "z9hG4bK3", callId: "3"));
        stage.Timeline.Shows("""
            0 core Invite
            0 peer: 503 INVITE
            0 peer: 486 INVITE
            0 core Invite
            """);
    }

    [Fact]
    public void A_lane_that_is_behind_refuses_what_is_new_and_serves_what_belongs_to_a_call()
    {
        var stage = new Stage(new TransactionOptions { MaxWait = TimeSpan.FromMilliseconds(100) });
        stage.PeerSends(Wire.Request(branch: "z9hG4bK1", callId: "1"));
        stage.Transport.Waited = 101;
        for (var i = 0; i < Lateness.Requests; i++)
            stage.PeerSends(Wire.Request("OPTIONS", branch: $"z9hG4bK-late-{i}", callId: $"late-{i}"));
        stage.Advance(Lateness.Patience);
        stage.Timeline.Clear();
        // The repetition of what is being served is no new request, and a refusal would contradict its answer.
        stage.PeerSends(Wire.Request(branch: "z9hG4bK1", callId: "1"));
        stage.PeerSends(Wire.Request(branch: "z9hG4bK2", callId: "2"));
        stage.PeerSends(Wire.Request("OPTIONS", branch: "z9hG4bK3", callId: "3"));
        stage.PeerSends(Wire.Request("BYE", branch: "z9hG4bK4", callId: "4", to: "<sip:us@10.0.0.1>;tag=near"));
        stage.Timeline.Shows("""
            1000 peer: 100 INVITE
            1000 peer: 503 INVITE
            1000 peer: 503 OPTIONS
            1000 core Bye
            """);
        Assert.Equal(2, stage.Layer.Counters.Refused);
    }

    [Fact]
    public void An_ack_for_nothing_goes_to_the_core()
    {
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.Timeline.Shows("0 core ACK");
        Assert.Equal(0, _stage.Layer.Counters.Active);
    }
}
