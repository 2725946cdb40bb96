using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Registrations;

/// <summary>What RFC 5626 and RFC 5627 ask of a device that registers, and of its calls.</summary>
public class OutboundTests
{
    private const string Instance = "urn:uuid:00000000-0000-1000-8000-000a95a0e128";
    private const string Gruu = "sip:alice@10.0.0.2;gr=" + Instance;
    private const string Contact = $"Contact: <sip:alice@10.0.0.1:5060>;+sip.instance=\"<{Instance}>\";pub-gruu=\"{Gruu}\";temp-gruu=\"sip:tgruu.7@10.0.0.2;gr\";expires=600";

    private readonly EndpointStage _stage = new();

    private string Last => _stage.Peer.LastOf("REGISTER");

    private Registration Register(string more = Contact)
    {
        var registration = _stage.Endpoint.Register(new() { Address = SipUri.Parse("sip:alice@10.0.0.2"), InstanceId = Instance });
        _stage.Network.RunUntilIdle();
        if (more.Length > 0)
            _stage.PeerReplies("REGISTER", "200 OK", more: more);
        return registration;
    }

    private static SipBody Sdp(string text) => new("application/sdp", text);

    [Fact]
    public void The_GRUUs_of_this_instance_are_told()
    {
        var status = Register($"Contact: <sip:alice@10.0.0.9>;+sip.instance=\"<urn:uuid:other>\";pub-gruu=\"sip:wrong@x;gr=1\"\n{Contact}").Status;
        Assert.Equal("path, outbound, gruu", Wire.Header(Last, "Supported"));
        Assert.Equal(SipUri.Parse(Gruu), status.PublicGruu);
        Assert.Equal(SipUri.Parse("sip:tgruu.7@10.0.0.2;gr"), status.TemporaryGruu);
        Assert.False(status.IsOutbound);
    }

    [Theory]
    [InlineData("Contact: <sip:alice@10.0.0.1:5060>;expires=600")]
    [InlineData("Contact: <sip:alice@10.0.0.1:5060>;+sip.instance=\"<" + Instance + ">\";pub-gruu=sip")]
    [InlineData("Contact: <sip:alice@10.0.0.1:5060>;+sip.instance=\"<" + Instance + ">\";pub-gruu=\"mailto:x@y\"")]
    public void A_registrar_that_gives_none_gives_none(string contact) => Assert.Null(Register(contact).Status.PublicGruu);

    [Fact]
    public void A_registrar_that_keeps_the_flow_says_so() => Assert.True(Register("Require: outbound\n" + Contact).Status.IsOutbound);

    [Fact]
    public void A_first_hop_that_keeps_no_flows_is_asked_without()
    {
        var registration = Register("");
        _stage.PeerReplies("REGISTER", "439 First Hop Lacks Outbound Support");
        Assert.Equal("path, gruu", Wire.Header(Last, "Supported"));
        Assert.Equal($"<sip:alice@10.0.0.1:5060>;+sip.instance=\"<{Instance}>\"", Wire.Header(Last, "Contact"));
        _stage.PeerReplies("REGISTER", "439 First Hop Lacks Outbound Support");
        Assert.Equal(RegistrationState.Failed, registration.Status.State);
    }

    [Fact]
    public void The_edges_Flow_Timer_shortens_the_pause_between_keep_alives()
    {
        Register("Flow-Timer: 10\n" + Contact);
        var before = _stage.Network.Datagrams.Count;
        _stage.Advance(10_000);
        Assert.True(_stage.Network.Datagrams.Count > before, "no keep-alive within the Flow-Timer");
    }

    [Fact]
    public void A_call_of_that_address_names_the_GRUU_in_all_it_sends()
    {
        Register();
        _stage.Dial(options => options with { From = SipAddress.Parse("sip:alice@10.0.0.2"), Body = Sdp("offer") });
        Assert.Equal($"<{Gruu}>", Wire.Header(_stage.Peer.LastOf("INVITE"), "Contact"));
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact, sdp: "answer");
        _stage.OnLane(() => _stage.Call.Session!.Modify(new() { Body = Sdp("offer 2") }, _ => { }));
        Assert.Equal($"<{Gruu}>", Wire.Header(_stage.Peer.LastOf("INVITE"), "Contact"));
        _stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Requests.Reverse(_stage.Peer.LastOf("INVITE"), "UPDATE", 1));
        Assert.Equal($"<{Gruu}>", Wire.Header(_stage.Peer.LastOf("200 UPDATE"), "Contact"));
    }

    [Fact]
    public void A_call_to_that_address_is_answered_with_the_GRUU()
    {
        Register();
        _stage.OnInvite = call =>
        {
            call.Progress();
            call.Answer();
        };
        _stage.PeerSends(Wire.Request(to: "<sip:alice@10.0.0.2>", uri: "sip:alice@10.0.0.1:5060"));
        Assert.Equal($"<{Gruu}>", Wire.Header(_stage.Peer.LastOf("180 INVITE"), "Contact"));
        Assert.Equal($"<{Gruu}>", Wire.Header(_stage.Peer.LastOf("200 INVITE"), "Contact"));
    }

    [Fact]
    public void Other_calls_name_the_path_as_before()
    {
        Register();
        _stage.Dial();
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("INVITE"), "Contact"));
        _stage.Dial(options => options with { From = SipAddress.Parse("sip:alice@10.0.0.2"), ContactUser = "line1" });
        Assert.Equal("<sip:line1@10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("INVITE"), "Contact"));
    }

    [Fact]
    public async Task Without_its_registration_an_address_has_no_GRUU()
    {
        var registration = Register();
        var closing = registration.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("REGISTER", "200 OK");
        _stage.Await(() => closing.IsCompleted);
        await closing;
        _stage.Dial(options => options with { From = SipAddress.Parse("sip:alice@10.0.0.2") });
        Assert.Equal("<sip:alice@10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("INVITE"), "Contact"));
    }

    [Fact]
    public void A_device_registers_over_a_flow_by_each_proxy()
    {
        var set = RegisterFlows();
        var (first, second) = (_stage.Peer.LastOf("REGISTER"), _stage.Other.LastOf("REGISTER"));
        Assert.EndsWith(";reg-id=1", Wire.Header(first, "Contact"), StringComparison.Ordinal);
        Assert.EndsWith(";reg-id=2", Wire.Header(second, "Contact"), StringComparison.Ordinal);
        Assert.NotEqual(Wire.Header(first, "Call-ID"), Wire.Header(second, "Call-ID"));
        Assert.Equal(Wire.Header(first, "To"), Wire.Header(second, "To"));
        Assert.False(set.IsRegistered);
        Reply(_stage.Other, "200 OK", "Expires: 600");
        Assert.True(set.IsRegistered);
        var outcome = set.WaitAsync(TestContext.Current.CancellationToken);
        _stage.Network.Run(() => outcome);
        Assert.Equal(RegistrationState.Registered, set.Flows[1].Status.State);
    }

    [Fact]
    public void A_flow_that_fails_beside_one_that_works_is_tried_again_later_than_the_last_that_fails()
    {
        var set = RegisterFlows();
        Reply(_stage.Peer, "503 No");
        Assert.InRange(set.Flows[0].Status.NextAttempt, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        Reply(_stage.Other, "200 OK", "Expires: 600");
        _stage.Advance(30_000);
        Reply(_stage.Peer, "503 No");
        Assert.InRange(set.Flows[0].Status.NextAttempt, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(180));
    }

    [Fact]
    public void Where_no_flow_works_the_last_failure_is_told()
    {
        var set = RegisterFlows();
        Reply(_stage.Peer, "503 No");
        Reply(_stage.Other, "403 Never");
        var outcome = set.WaitAsync(TestContext.Current.CancellationToken);
        _stage.Network.Run(() => outcome);
        Assert.False(set.IsRegistered);
        Assert.All(set.Flows, flow => Assert.Equal(RegistrationState.Failed, flow.Status.State));
    }

    [Fact]
    public void Flows_need_an_instance_and_one_to_eight_proxies()
    {
        var options = new RegistrationOptions { Address = SipUri.Parse("sip:alice@10.0.0.2") };
        var proxy = SipUri.Parse("sip:10.0.0.2");
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => _stage.Endpoint.RegisterFlows(options, [proxy])).ParamName);
        options = options with { InstanceId = Instance };
        Assert.Equal("proxies", Assert.Throws<ArgumentException>(() => _stage.Endpoint.RegisterFlows(options, [])).ParamName);
        Assert.Equal("proxies", Assert.Throws<ArgumentException>(() => _stage.Endpoint.RegisterFlows(options, [.. Enumerable.Repeat(proxy, 9)])).ParamName);
    }

    private RegistrationSet RegisterFlows()
    {
        var options = new RegistrationOptions { Address = SipUri.Parse("sip:alice@example.com"), InstanceId = Instance, KeepAlive = TimeSpan.Zero };
        var set = _stage.Endpoint.RegisterFlows(options, [SipUri.Parse("sip:10.0.0.2;lr"), SipUri.Parse("sip:10.0.0.3;lr")]);
        _stage.Network.RunUntilIdle();
        return set;
    }

    private void Reply(Phone phone, string status, string more = "X: 1")
    {
        phone.Send(Responses.With(Wire.Response(phone.LastOf("REGISTER"), status, "far"), more));
        _stage.Network.RunUntilIdle();
    }
}
