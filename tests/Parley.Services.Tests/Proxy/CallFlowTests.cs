using Parley.Services.Tests.Proxy.Support;

namespace Parley.Services.Tests.Proxy;

/// <summary>The flows of RFC 3665 §3 with one proxy, as text on the wire.</summary>
public class CallFlowTests
{
    [Fact]
    public void Rfc3665_3_2_a_session_is_set_up_and_torn_down_through_the_proxy()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal("sip:bob@10.0.0.3:5060", Wire.RequestUri(invite));
        Assert.Equal("69", Wire.Header(invite, "Max-Forwards"));
        Assert.Equal("60", Wire.Header(invite, "Max-Breadth"));
        Assert.Equal(2, Wire.Headers(invite, "Via").Count);
        Assert.StartsWith("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK", Wire.Header(invite, "Via"), StringComparison.Ordinal);
        Assert.Matches("^<sip:[0-9a-z]{13}@10.0.0.1:5060;lr>$", Assert.Single(Wire.Headers(invite, "Record-Route")));
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Bob.Reply("INVITE", "200 OK");
        var success = stage.Alice.Got("200 INVITE");
        Assert.Equal("SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKalice1", Assert.Single(Wire.Headers(success, "Via")));
        Assert.Equal("<sip:bob@10.0.0.3:5060>", Wire.Header(success, "Contact"));
        stage.Alice.Send(Wire.FromCaller(success, "ACK", 1, "z9hG4bKalice2"));
        var ack = stage.Bob.Got("ACK");
        Assert.False(Wire.Has(ack, "Route"));
        Assert.Equal("69", Wire.Header(ack, "Max-Forwards"));
        stage.Bob.Send(Wire.FromCalled(invite, "BYE", 1, "z9hG4bKbob1", "bob", stage.Bob.SentBy));
        stage.Alice.Reply("BYE", "200 OK");
        stage.Shows(
            "bob: INVITE", "alice: 180 INVITE", "alice: 200 INVITE", "bob: ACK", "alice: BYE", "bob: 200 BYE");
        stage.EndsClean();
    }

    [Fact]
    public void Trying_is_told_when_nothing_has_come_back_for_200_ms()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        stage.Advance(200);
        stage.Shows("bob: INVITE", "alice: 100 INVITE");
        stage.Bob.Reply("INVITE", "100 Trying");
        stage.Shows();
    }

    [Fact]
    public void Rfc3665_3_8_a_call_that_rings_is_cancelled()
    {
        var stage = new ProxyStage();
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Alice.Send(Wire.CancelFor(invite, "Reason: SIP;cause=200;text=\"Call completed elsewhere\""));
        Assert.Equal("SIP;cause=200;text=\"Call completed elsewhere\"", Wire.Header(stage.Bob.Got("CANCEL"), "Reason"));
        stage.Bob.Reply("CANCEL", "200 OK");
        stage.Bob.Reply("INVITE", "487 Request Terminated");
        stage.Alice.Acknowledge(invite, "487");
        stage.Shows("bob: INVITE", "alice: 180 INVITE", "alice: 200 CANCEL", "bob: CANCEL", "bob: ACK", "alice: 487 INVITE");
        stage.EndsClean();
    }

    [Fact]
    public void Rfc3665_3_9_a_busy_callee_is_passed_back_and_acknowledged_on_each_hop()
    {
        var stage = new ProxyStage();
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "486 Busy Here");
        stage.Alice.Acknowledge(invite, "486");
        stage.Shows("bob: INVITE", "bob: ACK", "alice: 486 INVITE");
        Assert.Equal("<sip:bob@example.com>;tag=bob", Wire.Header(stage.Alice.Got("486 INVITE"), "To"));
        stage.EndsClean();
    }

    [Fact]
    public void Rfc3665_3_10_a_callee_that_does_not_answer_at_all_costs_a_408_after_timer_B()
    {
        var stage = new ProxyStage();
        var invite = stage.Alice.Send(Wire.Request());
        stage.Advance(32_001);
        stage.Alice.Acknowledge(invite, "408");
        Assert.Equal(7, stage.Bob.Count("INVITE"));
        stage.EndsClean();
    }

    [Fact]
    public void Rfc6026_every_2xx_goes_back_also_of_forks_behind_us()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "200 OK", tag: "one");
        stage.Bob.Reply("INVITE", "200 OK", tag: "two");
        stage.Bob.Reply("INVITE", "200 OK", tag: "one");
        Assert.Equal(3, stage.Alice.Count("200 INVITE"));
        stage.EndsClean();
    }

    [Fact]
    public void Rfc6026_a_response_of_no_transaction_is_not_passed_on()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        var success = Wire.Response(stage.Bob.Got("INVITE"), "200 OK", "bob");
        stage.Bob.Send(success.Replace("z9hG4bK", "z9hG4bKx", StringComparison.Ordinal));
        Assert.Equal(0, stage.Alice.Count("200 INVITE"));
    }

    [Fact]
    public void Rfc4320_a_non_INVITE_that_nobody_answers_gets_no_408()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Advance(64_000);
        Assert.DoesNotContain(stage.Alice.Received, message => message.StartsWith("SIP/2.0 408", StringComparison.Ordinal));
        stage.EndsClean();
    }

    [Fact]
    public void A_request_that_is_repeated_is_answered_again_and_not_forwarded_again()
    {
        var stage = new ProxyStage();
        var message = stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Bob.Reply("MESSAGE", "200 OK");
        stage.Alice.Send(message);
        stage.Shows("bob: MESSAGE", "alice: 200 MESSAGE", "alice: 200 MESSAGE");
        stage.EndsClean();
    }

    [Fact]
    public void A_503_becomes_a_500_since_it_is_not_us_who_cannot()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("OPTIONS"));
        stage.Bob.Reply("OPTIONS", "503 Service Unavailable");
        stage.Shows("bob: OPTIONS", "alice: 500 OPTIONS");
        stage.EndsClean();
    }

    [Fact]
    public void Timer_C_ends_a_call_that_rings_for_too_long_and_every_ring_puts_it_off()
    {
        var stage = new ProxyStage(options => options with { TimerC = TimeSpan.FromSeconds(181) });
        var invite = stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Advance(180_000);
        stage.Bob.Reply("INVITE", "180 Ringing");
        stage.Advance(180_000);
        Assert.Equal(0, stage.Bob.Count("CANCEL"));
        stage.Advance(1_001);
        stage.Bob.Reply("CANCEL", "200 OK");
        stage.Bob.Reply("INVITE", "487 Request Terminated");
        stage.Alice.Acknowledge(invite, "487");
        stage.EndsClean();
    }

    [Fact]
    public void Of_what_the_caller_sent_only_what_the_RFC_names_is_changed()
    {
        var stage = new ProxyStage();
        stage.Alice.Send("""
            INVITE sip:bob@example.com SIP/2.0
            v: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKalice1;rport
            Via: SIP/2.0/TCP far.example.net;branch=z9hG4bKfar, SIP/2.0/TCP farther.example.net;branch=z9hG4bKfarther
            f: "A. Lice"  <sip:alice@example.com>;tag=a1
            t: <sip:bob@example.com>
            i: call-1@alice
            X-Odd  :   one,
              two
            CSeq: 1 INVITE
            m: <sip:alice@10.0.0.2:5060>
            c: text/plain
            l: 5

            hello and more than the length says
            """);
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal("SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKalice1;received=10.0.0.2;rport=5060", Wire.Headers(invite, "Via")[1]);
        Assert.Equal("SIP/2.0/TCP far.example.net;branch=z9hG4bKfar, SIP/2.0/TCP farther.example.net;branch=z9hG4bKfarther", Wire.Headers(invite, "Via")[2]);
        Assert.Contains("f: \"A. Lice\"  <sip:alice@example.com>;tag=a1\r\n", invite, StringComparison.Ordinal);
        Assert.Contains("X-Odd  :   one,    two\r\n", invite, StringComparison.Ordinal);
        Assert.Contains("Max-Forwards: 70\r\n", invite, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello", invite, StringComparison.Ordinal);
    }
}
