using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy;

/// <summary>Several targets: RFC 3261 §16.6 to §16.8, RFC 5393.</summary>
public class ForkingTests
{
    [Fact]
    public void All_at_once_the_first_2xx_wins_and_the_others_are_cancelled()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Carol.Reply("INVITE", "180 Ringing");
        stage.Carol.Reply("INVITE", "200 OK");
        stage.Bob.Reply("CANCEL", "200 OK");
        stage.Bob.Reply("INVITE", "487 Request Terminated");
        stage.Shows(
            "bob: INVITE", "carol: INVITE", "alice: 180 INVITE", "alice: 180 INVITE", "alice: 200 INVITE", "bob: CANCEL", "bob: ACK");
        stage.EndsClean();
    }

    [Fact]
    public void Two_that_answer_at_once_both_reach_the_caller()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request());
        stage.Carol.Reply("INVITE", "200 OK");
        stage.Bob.Reply("INVITE", "200 OK");
        Assert.Equal(["carol", "bob"], stage.Alice.Received.Where(m => Wire.Summary(m) == "200 INVITE").Select(m => Wire.Parameter(Wire.Header(m, "To"), "tag")));
        stage.EndsClean();
    }

    [Fact]
    public void One_after_the_other_the_next_is_tried_when_one_refuses()
    {
        var stage = Both(ForkMode.Sequential);
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "486 Busy Here");
        stage.Carol.Reply("INVITE", "480 Temporarily Unavailable");
        stage.Alice.Acknowledge(invite, "486");
        stage.Shows("bob: INVITE", "bob: ACK", "carol: INVITE", "carol: ACK", "alice: 486 INVITE");
        stage.EndsClean();
    }

    [Fact]
    public void By_q_the_best_are_tried_together_before_the_next()
    {
        var dave = new ProxyTarget { Uri = SipUri.Parse("sip:dave@10.0.0.3:5060"), Q = 0.1 };
        var stage = new ProxyStage(policy: request =>
        {
            request.AddTarget(dave);
            request.AddTarget(ProxyStage.AtBob);
            request.AddTarget(ProxyStage.AtCarol);
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request());
        stage.Shows("bob: INVITE", "carol: INVITE");
        stage.Bob.Reply("INVITE", "486 Busy Here");
        stage.Shows("bob: ACK");
        stage.Carol.Reply("INVITE", "486 Busy Here");
        stage.Shows("carol: ACK", "bob: INVITE");
        Assert.Equal("sip:dave@10.0.0.3:5060", Wire.RequestUri(stage.Bob.Last));
    }

    [Fact]
    public void A_6xx_ends_all_branches_and_is_what_the_caller_gets()
    {
        var stage = Both(ForkMode.Parallel);
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Carol.Reply("INVITE", "603 Decline");
        stage.Bob.Reply("CANCEL", "200 OK");
        stage.Bob.Reply("INVITE", "487 Request Terminated");
        stage.Alice.Acknowledge(invite, "603");
        stage.EndsClean();
    }

    [Fact]
    public void A_6xx_keeps_further_targets_from_being_tried()
    {
        var stage = Both(ForkMode.Sequential);
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "600 Busy Everywhere");
        stage.Shows("bob: INVITE", "bob: ACK", "alice: 600 INVITE");
    }

    [Fact]
    public void Challenges_of_all_branches_go_back_in_one_response()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Bob.Reply("MESSAGE", "401 Unauthorized", more: "WWW-Authenticate: Digest realm=\"bob\", nonce=\"1\"");
        stage.Carol.Reply("MESSAGE", "407 Proxy Authentication Required", more: "Proxy-Authenticate: Digest realm=\"carol\", nonce=\"2\"");
        var challenge = stage.Alice.Got("401 MESSAGE");
        Assert.Equal("Digest realm=\"bob\", nonce=\"1\"", Assert.Single(Wire.Headers(challenge, "WWW-Authenticate")));
        Assert.Equal("Digest realm=\"carol\", nonce=\"2\"", Assert.Single(Wire.Headers(challenge, "Proxy-Authenticate")));
        stage.EndsClean();
    }

    [Fact]
    public void A_caller_who_hangs_up_cancels_every_branch()
    {
        var stage = Both(ForkMode.Parallel);
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Carol.Reply("INVITE", "180 Ringing");
        stage.Alice.Send(Wire.CancelFor(invite));
        foreach (var phone in (Phone[])[stage.Bob, stage.Carol])
        {
            phone.Reply("CANCEL", "200 OK");
            phone.Reply("INVITE", "487 Request Terminated");
        }

        stage.Alice.Acknowledge(invite, "487");
        Assert.Equal(1, stage.Alice.Count("487 INVITE"));
        stage.EndsClean();
    }

    [Fact]
    public void A_caller_who_hangs_up_between_two_targets_is_not_put_through_to_the_next()
    {
        var stage = Both(ForkMode.Sequential);
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Alice.Send(Wire.CancelFor(invite));
        stage.Bob.Reply("INVITE", "487 Request Terminated");
        stage.Alice.Acknowledge(invite, "487");
        Assert.Empty(stage.Carol.Received);
        stage.EndsClean();
    }

    [Fact]
    public void A_redirection_is_followed_when_the_step_is_there()
    {
        var stage = new ProxyStage(options => options with { ResponseSteps = [new RedirectStep()] });
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "302 Moved Temporarily", more: "Contact: <sip:bob@10.0.0.3:5060>;q=0.2, <sip:carol@10.0.0.4>;q=0.7");
        stage.Carol.Reply("INVITE", "200 OK");
        stage.Shows("bob: INVITE", "bob: ACK", "carol: INVITE", "alice: 200 INVITE");
        stage.EndsClean();
    }

    [Fact]
    public void A_redirection_to_nowhere_new_goes_back_to_the_caller()
    {
        var stage = new ProxyStage(options => options with { ResponseSteps = [new RedirectStep()] });
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "302 Moved Temporarily", more: "Contact: <sip:bob@10.0.0.3:5060>");
        Assert.Equal("<sip:bob@10.0.0.3:5060>", Wire.Header(stage.Alice.Got("302 INVITE"), "Contact"));
    }

    [Fact]
    public void A_target_that_is_silent_for_its_time_is_left_for_the_next()
    {
        var stage = new ProxyStage(policy: request =>
        {
            request.AddTarget(ProxyStage.AtBob with { ProvisionalTimeout = TimeSpan.FromSeconds(2) });
            request.AddTarget(ProxyStage.AtCarol with { FinalTimeout = TimeSpan.FromSeconds(10) });
            request.Fork(ForkMode.Sequential);
            return ProxyVerdict.Forward;
        });
        var invite = stage.Alice.Send(Wire.Request());
        stage.Advance(1_999);
        Assert.Empty(stage.Carol.Received);
        stage.Advance(1);
        stage.Carol.Reply("INVITE", "180 Ringing");
        stage.Advance(9_999);
        Assert.Equal(0, stage.Carol.Count("CANCEL"));
        stage.Advance(1);
        stage.Carol.Reply("INVITE", "487 Request Terminated");
        Assert.Equal(1, stage.Carol.Count("CANCEL"));
        stage.Alice.Acknowledge(invite, "408");
        stage.EndsClean();
    }

    [Fact]
    public async Task Who_asked_hears_what_each_target_said()
    {
        ProxyReporter? reporter = null;
        ProxyStage? stage = null;
        stage = new ProxyStage(policy: request =>
        {
            request.AddTarget(ProxyStage.AtBob);
            request.AddTarget(ProxyStage.AtCarol);
            request.Fork(ForkMode.Sequential);
            request.Observe(reporter = new ProxyReporter(stage!.Network.Time));
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Bob.Reply("MESSAGE", "404 Not Found");
        stage.Carol.Reply("MESSAGE", "200 OK");
        var report = await reporter!.Completion;
        Assert.True(report.IsConnected);
        Assert.Equal([(ProxyStage.AtBob, 404), (ProxyStage.AtCarol, 200)], report.Responses.Select(line => (line.Target!, line.Status)));
    }

    [Fact]
    public void Rfc5393_breadth_is_shared_among_the_branches_and_a_larger_one_than_ours_is_cut()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request(more: "Max-Breadth: 5"));
        Assert.Equal(("3", "2"), (Assert.Single(Wire.Headers(stage.Bob.Last, "Max-Breadth")), Wire.Header(stage.Carol.Last, "Max-Breadth")));
        stage.Alice.Send(Wire.Request(branch: "z9hG4bKalice2", callId: "call-2@alice", more: "Max-Breadth: 500"));
        Assert.Equal(("30", "30"), (Wire.Header(stage.Bob.Last, "Max-Breadth"), Wire.Header(stage.Carol.Last, "Max-Breadth")));
    }

    [Fact]
    public void Rfc5393_a_fork_wider_than_the_breadth_left_gets_440()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request(more: "Max-Breadth: 1"));
        stage.Shows("alice: 440 INVITE");
        Assert.Equal(1, stage.Proxy.Counters.Loops);
    }

    [Fact]
    public void Rfc5393_a_forked_request_that_comes_round_unchanged_gets_482()
    {
        var loop = new ProxyTarget { Uri = SipUri.Parse("sip:bob@example.com"), Route = [SipUri.Parse("sip:10.0.0.3;lr")] };
        var stage = new ProxyStage(policy: request =>
        {
            request.AddTarget(loop);
            request.AddTarget(ProxyStage.AtCarol);
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request("MESSAGE"));
        var forwarded = stage.Bob.Got("MESSAGE");
        // Bob's proxy sends it back as it is, but for a Via of its own and the Route it takes out.
        var back = forwarded.Replace("Route: <sip:10.0.0.3;lr>\r\n", "", StringComparison.Ordinal)
            .Replace(" SIP/2.0\r\n", " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKbob\r\n", StringComparison.Ordinal);
        stage.Bob.Send(back);
        Assert.Equal(1, stage.Bob.Count("482 MESSAGE"));
        Assert.Equal(1, stage.Carol.Count("MESSAGE"));
    }

    [Fact]
    public void Rfc5393_a_spiral_with_another_request_URI_goes_on()
    {
        var stage = Both(ForkMode.Parallel);
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Bob.Send(stage.Bob.Got("MESSAGE").Replace(
            "MESSAGE sip:bob@10.0.0.3:5060 SIP/2.0\r\n", "MESSAGE sip:robert@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKbob\r\n", StringComparison.Ordinal));
        Assert.Equal(2, stage.Carol.Count("MESSAGE"));
    }

    private static ProxyStage Both(ForkMode mode) => new(policy: request =>
    {
        request.AddTarget(ProxyStage.AtBob);
        request.AddTarget(ProxyStage.AtCarol);
        request.Fork(mode);
        return ProxyVerdict.Forward;
    });
}
