using Parley.Net;
using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy;

/// <summary>Route, Record-Route and Path: RFC 3261 §16.4, §16.6; RFC 5658; RFC 3327; RFC 5626.</summary>
public class RoutingTests
{
    [Fact]
    public void A_preloaded_route_through_us_is_taken_out_and_does_not_spare_the_policy()
    {
        var stage = new ProxyStage(policy: _ => ProxyVerdict.Refuse(403));
        stage.Alice.Send(Wire.Request(more: "Route: <sip:10.0.0.1:5060;lr>, <sip:10.0.0.3;lr>"));
        stage.Shows("alice: 403 INVITE");
    }

    [Fact]
    public void What_is_left_of_a_route_decides_where_the_request_goes()
    {
        var stage = new ProxyStage(policy: _ => ProxyVerdict.Forward);
        stage.Alice.Send(Wire.Request(more: "Route: <sip:example.com;lr>, <sip:10.0.0.3;lr>, <sip:far.example.net;lr>"));
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal("sip:bob@example.com", Wire.RequestUri(invite));
        Assert.Equal(["<sip:10.0.0.3;lr>", "<sip:far.example.net;lr>"], Wire.Headers(invite, "Route"));
    }

    [Fact]
    public void A_strict_router_behind_us_finds_itself_in_the_request_URI()
    {
        var stage = new ProxyStage(policy: _ => ProxyVerdict.Forward);
        stage.Alice.Send(Wire.Request(more: "Route: <sip:10.0.0.1;lr>\nRoute: <sip:10.0.0.3>\nRoute: <sip:far.example.net;lr>"));
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal("sip:10.0.0.3", Wire.RequestUri(invite));
        Assert.Equal(["<sip:far.example.net;lr>", "<sip:bob@example.com>"], Wire.Headers(invite, "Route"));
    }

    [Fact]
    public void A_strict_router_before_us_has_moved_the_request_URI_to_the_end_of_the_route()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        stage.Bob.Reply("INVITE", "200 OK");
        var bye = Wire.FromCaller(stage.Alice.Got("200 INVITE"), "BYE", 2, "z9hG4bKalice3");
        var ours = Wire.Header(bye, "Route");
        stage.Alice.Send(bye
            .Replace("BYE sip:bob@10.0.0.3:5060 ", $"BYE {ours.Trim('<', '>')} ", StringComparison.Ordinal)
            .Replace($"Route: {ours}", "Route: <sip:bob@10.0.0.3:5060>", StringComparison.Ordinal));
        var forwarded = stage.Bob.Got("BYE");
        Assert.Equal("sip:bob@10.0.0.3:5060", Wire.RequestUri(forwarded));
        Assert.False(Wire.Has(forwarded, "Route"));
    }

    [Fact]
    public void A_request_that_only_claims_to_be_within_a_dialog_has_to_pass_the_policy()
    {
        var calls = 0;
        var stage = new ProxyStage(policy: _ =>
        {
            calls++;
            return ProxyVerdict.Refuse(403);
        });
        stage.Alice.Send(Wire.Request("BYE", to: "<sip:bob@example.com>;tag=x", more: "Route: <sip:0123456789abc@10.0.0.1:5060;lr>, <sip:10.0.0.3;lr>"));
        stage.Shows("alice: 403 BYE");
        Assert.Equal(1, calls);
    }

    [Fact]
    public void The_signature_of_one_dialog_is_of_no_use_to_a_new_call_of_the_same_Call_ID()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        var ours = Wire.Header(stage.Bob.Got("INVITE"), "Record-Route");
        stage.Alice.Send(Wire.Request(uri: "sip:nobody@example.com", branch: "z9hG4bKalice2", cseq: 2, more: $"Route: {ours}"));
        Assert.Equal(1, stage.Alice.Count("404 INVITE"));
    }

    [Fact]
    public void An_ACK_of_no_dialog_of_ours_is_dropped()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("ACK", to: "<sip:bob@10.0.0.3>;tag=x", more: "Route: <sip:10.0.0.1;lr>"));
        stage.Shows();
        Assert.Equal(1, stage.Proxy.Counters.AcksDropped);
    }

    [Fact]
    public void Rfc5658_between_two_addresses_both_are_recorded_and_taken_out_again()
    {
        var overTcp = new ProxyTarget { Uri = SipUri.Parse("sip:bob@10.0.0.3:5070;transport=tcp") };
        var stage = new ProxyStage(
            policy: request =>
            {
                request.AddTarget(overTcp);
                return ProxyVerdict.Forward;
            },
            endpoint: options => options with { Transport = new() { Listen = ["udp:10.0.0.1:5060", "tcp:10.0.0.1:5060"] } });
        var bob = new StreamPeer(stage, "10.0.0.3", 5070);
        stage.Alice.Send(Wire.Request());
        stage.Network.RunUntil(() => bob.Received.Count > 0);
        var invite = bob.Received[0];
        var routes = Wire.Headers(invite, "Record-Route");
        Assert.Matches("^<sip:[0-9a-z]{13}@10.0.0.1:5060;transport=tcp;lr>$", routes[0]);
        Assert.Matches("^<sip:[0-9a-z]{13}@10.0.0.1:5060;lr>$", routes[1]);
        bob.Send(Wire.Response(invite, "200 OK", "bob", "Contact: <sip:bob@10.0.0.3:5070;transport=tcp>"));
        stage.Network.RunUntil(() => stage.Alice.Received.Count > 0);
        stage.Alice.Send(Wire.FromCaller(stage.Alice.Got("200 INVITE"), "ACK", 1, "z9hG4bKalice2"));
        stage.Network.RunUntil(() => bob.Received.Count > 1);
        Assert.False(Wire.Has(bob.Received[1], "Route"));
        Assert.Equal("ACK", Wire.Summary(bob.Received[1]));
    }

    [Fact]
    public void Record_Route_is_left_out_where_the_policy_says_so_and_in_what_begins_no_dialog()
    {
        var stage = new ProxyStage(policy: request =>
        {
            request.RecordRoute(stay: false);
            request.AddTarget(ProxyStage.AtBob);
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request());
        Assert.False(Wire.Has(stage.Bob.Got("INVITE"), "Record-Route"));
        var other = new ProxyStage();
        other.Alice.Send(Wire.Request("MESSAGE"));
        Assert.False(Wire.Has(other.Bob.Got("MESSAGE"), "Record-Route"));
    }

    [Fact]
    public void Rfc3327_a_REGISTER_that_passes_gets_a_Path_by_which_requests_come_back_over_the_phones_flow()
    {
        var stage = new ProxyStage(options => options with { AddPath = true }, policy: request =>
        {
            request.AddTarget(ProxyStage.AtBob);
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request("REGISTER", "sip:example.com", more: "Contact: <sip:alice@192.168.0.7:5060>;reg-id=1"));
        var path = Wire.Header(stage.Bob.Got("REGISTER"), "Path");
        Assert.Matches("^<sip:[0-9a-z]{25}@10.0.0.1:5060;lr>$", path);
        // Bob is the registrar's proxy, and calls Alice at her private address.
        stage.Bob.Send(Wire.Request(
            "INVITE", "sip:alice@192.168.0.7:5060", "z9hG4bKbob1", "<sip:alice@example.com>", more: $"Route: {path}", sentBy: "10.0.0.3:5060", callId: "call-7@bob"));
        var invite = stage.Alice.Got("INVITE");
        Assert.Equal("sip:alice@192.168.0.7:5060", Wire.RequestUri(invite));
        Assert.False(Wire.Has(invite, "Route"));
    }

    [Theory]
    [InlineData(StreamKind.Tcp, "tcp")]
    [InlineData(StreamKind.Tls, "tls")]
    public void Rfc5626_a_flow_token_leads_back_over_the_phones_connection_and_nowhere_once_that_is_gone(StreamKind kind, string transport)
    {
        using var certificate = TlsCertificates.SelfSigned("10.0.0.1");
        var stage = new ProxyStage(
            options => options with { AddPath = true },
            policy: request =>
            {
                request.AddTarget(ProxyStage.AtBob);
                return ProxyVerdict.Forward;
            },
            endpoint: options => options with { Transport = new() { Listen = ["udp:10.0.0.1:5060", $"{transport}:10.0.0.1:5061"], Certificate = certificate } });
        var phone = StreamPeer.Opening(stage, "10.0.0.7", kind, 5061);
        phone.Send(Wire.Request("REGISTER", "sip:example.com", more: "Contact: <sip:alice@192.168.0.7:5060>;reg-id=1").Replace("/UDP", "/" + transport.ToUpperInvariant(), StringComparison.Ordinal));
        stage.Network.RunUntil(() => stage.Bob.Received.Count > 0);
        // The registrar's side is reached over UDP; the token stands for the connection.
        var path = Wire.Header(stage.Bob.Got("REGISTER"), "Path");
        Assert.Matches("^<sip:[0-9a-z]{25}@10.0.0.1:5060;lr>$", path);

        string Invite(string branch) => Wire.Request(
            "INVITE", "sip:alice@192.168.0.7:5060", branch, "<sip:alice@example.com>", more: $"Route: {path}", sentBy: "10.0.0.3:5060", callId: branch);
        stage.Bob.Send(Invite("z9hG4bKbob1"));
        stage.Network.RunUntil(() => phone.Received.Count > 0);
        Assert.Equal("sip:alice@192.168.0.7:5060", Wire.RequestUri(phone.Received[0]));
        Assert.False(Wire.Has(phone.Received[0], "Route"));
        Assert.Contains($"transport={transport}", Wire.Headers(phone.Received[0], "Record-Route")[0], StringComparison.Ordinal);

        phone.Close();
        stage.Network.RunUntil(() => stage.Bob.Count("430 INVITE") > 0); // what was on its way to her cannot arrive any more
        stage.Bob.Received.Clear();
        stage.Bob.Send(Invite("z9hG4bKbob2"));
        stage.Network.RunUntil(() => stage.Bob.Received.Any(one => Wire.Summary(one) == "430 INVITE" && Wire.Header(one, "Call-ID") == "z9hG4bKbob2"));
    }

    [Fact]
    public void A_target_s_Path_is_put_before_what_is_left_of_the_route()
    {
        var target = new ProxyTarget { Uri = SipUri.Parse("sip:bob@192.168.0.3"), Route = [SipUri.Parse("sip:10.0.0.3;lr"), SipUri.Parse("sip:edge.example.net;lr")] };
        var stage = new ProxyStage(policy: request =>
        {
            request.AddTarget(target);
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request());
        Assert.Equal("<sip:10.0.0.3;lr>, <sip:edge.example.net;lr>", Assert.Single(Wire.Headers(stage.Bob.Got("INVITE"), "Route")));
    }

    [Fact]
    public void Rfc5626_a_dialog_with_a_phone_known_by_its_flow_keeps_to_the_flow()
    {
        ProxyStage? stage = null;
        stage = new ProxyStage(policy: request =>
        {
            // As a location service would: Bob's Contact is a private address, his flow is where he came from.
            var flow = request.Flow with { Remote = Parley.Net.NetEndpoint.V4(0x0A000003, 5060) };
            request.AddTarget(new ProxyTarget { Uri = SipUri.Parse("sip:bob@192.168.0.3:5099"), Flow = flow });
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request());
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal("sip:bob@192.168.0.3:5099", Wire.RequestUri(invite));
        Assert.Equal(2, Wire.Headers(invite, "Record-Route").Count);
        stage.Bob.Reply("INVITE", "200 OK", more: "Contact: <sip:bob@192.168.0.3:5099>");
        stage.Alice.Send(Wire.FromCaller(stage.Alice.Got("200 INVITE"), "ACK", 1, "z9hG4bKalice2"));
        stage.Alice.Send(Wire.FromCaller(stage.Alice.Got("200 INVITE"), "BYE", 2, "z9hG4bKalice3"));
        Assert.Equal("sip:bob@192.168.0.3:5099", Wire.RequestUri(stage.Bob.Got("BYE")));
        Assert.Equal(1, stage.Bob.Count("ACK"));
        stage.Bob.Reply("BYE", "200 OK");
        stage.Alice.Got("200 BYE");
    }
}
