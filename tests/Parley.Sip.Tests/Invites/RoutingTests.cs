using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class RoutingTests
{
    [Fact]
    public void The_called_side_keeps_the_recorded_routes_in_order()
    {
        var stage = new EndpointStage();
        var session = stage.Answered(Responses.With(Wire.Request(), "Record-Route: <sip:10.0.0.3;lr>, <sip:p2.example;lr>\nRecord-Route: \"P,3\" <sip:p3.example;lr>"));
        stage.OnLane(() => session.Bye());
        var bye = stage.Other.LastOf("BYE");
        Assert.StartsWith("BYE sip:peer@10.0.0.2:5060 SIP/2.0\r\n", bye, StringComparison.Ordinal);
        Assert.Equal("<sip:10.0.0.3;lr>, <sip:p2.example;lr>, \"P,3\" <sip:p3.example;lr>", Wire.Header(bye, "Route"));
    }

    [Fact]
    public void The_calling_side_turns_the_recorded_routes_round()
    {
        var stage = new EndpointStage();
        var session = stage.DialAnswered(more: "Record-Route: <sip:p2.example;lr>, <sip:10.0.0.3;lr>\nContact: <sip:peer@192.0.2.7>");
        Assert.Equal("<sip:10.0.0.3;lr>, <sip:p2.example;lr>", Wire.Header(stage.Other.LastOf("ACK"), "Route"));
        stage.OnLane(() => session.Bye());
        var bye = stage.Other.LastOf("BYE");
        Assert.StartsWith("BYE sip:peer@192.0.2.7 SIP/2.0\r\n", bye, StringComparison.Ordinal);
        Assert.Equal("<sip:10.0.0.3;lr>, <sip:p2.example;lr>", Wire.Header(bye, "Route"));
    }

    [Fact]
    public void The_routes_of_the_200_replace_those_of_the_180()
    {
        var stage = new EndpointStage();
        stage.Dial();
        stage.PeerReplies("INVITE", "180 Ringing", more: "Record-Route: <sip:old.example;lr>\nContact: <sip:peer@10.0.0.2>");
        stage.PeerReplies("INVITE", "200 OK", more: "Record-Route: <sip:10.0.0.3;lr>\nContact: <sip:peer@10.0.0.2>");
        Assert.Equal("<sip:10.0.0.3;lr>", Wire.Header(stage.Other.LastOf("ACK"), "Route"));
    }

    [Fact]
    public void A_strict_first_router_takes_the_request_URI_and_the_target_goes_last()
    {
        var stage = new EndpointStage();
        var session = stage.Answered(Responses.With(Wire.Request(), "Record-Route: <sip:10.0.0.3>, <sip:p2.example;lr>"));
        stage.OnLane(() => session.Bye());
        var bye = stage.Other.LastOf("BYE");
        Assert.StartsWith("BYE sip:10.0.0.3 SIP/2.0\r\n", bye, StringComparison.Ordinal);
        Assert.Equal("<sip:p2.example;lr>, <sip:peer@10.0.0.2:5060>", Wire.Header(bye, "Route"));
    }

    [Fact]
    public void A_lone_strict_router_leaves_the_target_as_the_only_route()
    {
        var stage = new EndpointStage();
        var session = stage.Answered(Responses.With(Wire.Request(), "Record-Route: <sip:10.0.0.3>"));
        stage.OnLane(() => session.Bye());
        Assert.Equal("<sip:peer@10.0.0.2:5060>", Wire.Header(stage.Other.LastOf("BYE"), "Route"));
    }

    [Theory]
    [InlineData(FlowRouting.WhenBehindNat, "sip:peer@127.0.0.1:5060", true)]
    [InlineData(FlowRouting.WhenBehindNat, "sip:peer@abc.invalid;transport=ws", true)]
    [InlineData(FlowRouting.WhenBehindNat, "sip:peer@10.0.0.3:5060", false)]
    [InlineData(FlowRouting.Always, "sip:peer@10.0.0.3:5060", true)]
    [InlineData(FlowRouting.Never, "sip:peer@10.0.0.3:5060", false)]
    public void A_BYE_goes_back_the_way_the_call_came_when_the_contact_cannot_be_reached(FlowRouting routing, string contact, bool byFlow)
    {
        var stage = new EndpointStage(options => options with { FlowRouting = routing });
        var session = stage.Answered(Wire.Request().Replace("sip:peer@10.0.0.2:5060", contact, StringComparison.Ordinal));
        stage.OnLane(() => session.Bye());
        Assert.Equal(byFlow, stage.Peer.Received.Exists(message => Wire.Summary(message) == "BYE"));
        Assert.Equal(!byFlow, stage.Other.Received.Exists(message => Wire.Summary(message) == "BYE"));
    }

    [Fact]
    public void A_private_contact_behind_a_public_source_is_reached_by_its_flow()
    {
        var dialog = TestDialogs.Called(contact: "sip:peer@192.168.1.20:5060");
        Assert.NotNull(FlowChoice.For(FlowRouting.WhenBehindNat, dialog, TestDialogs.Flow("203.0.113.9:4711")));
        Assert.Null(FlowChoice.For(FlowRouting.WhenBehindNat, dialog, TestDialogs.Flow("192.168.1.1:5060")));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.255.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("100.128.0.1", false)]
    [InlineData("169.254.7.7", true)]
    [InlineData("198.51.100.1", false)]
    [InlineData("[fd12::1]", true)]
    [InlineData("[fe80::1]", true)]
    [InlineData("[2001:db8::1]", false)]
    public void Private_addresses_are_those_of_the_RFCs(string host, bool isPrivate)
    {
        var dialog = TestDialogs.Called(contact: $"sip:peer@{host}");
        Assert.Equal(isPrivate, FlowChoice.For(FlowRouting.WhenBehindNat, dialog, TestDialogs.Flow("203.0.113.9:4711")) is not null);
    }

    [Fact]
    public void Recorded_routes_go_before_the_flow()
    {
        var dialog = TestDialogs.Called(contact: "sip:peer@192.168.1.20", more: "Record-Route: <sip:p.example;lr>");
        Assert.Null(FlowChoice.For(FlowRouting.WhenBehindNat, dialog, TestDialogs.Flow("203.0.113.9:4711")));
    }
}
