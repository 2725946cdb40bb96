using Parley.Net;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Proxy;
using Parley.Services.Tests.Messaging;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Tests.Proxy;

/// <summary>The ready-made steps: who is let in, what is ours, where somebody is.</summary>
public class LocationStepTests
{
    private static readonly DigestServer s_digest = new(new() { Realm = "example.com", Find = (_, _) => null, IsProxy = true }, TimeProvider.System);

    private readonly FakeLocations _locations = new();

    public LocationStepTests() => _locations.AddUser("bob");

    [Fact]
    public void A_user_of_ours_is_called_at_all_his_bindings()
    {
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        _locations.Bind("bob", "sip:bob@10.0.0.4:5060", b => b with { Path = [SipUri.Parse("sip:10.0.0.4:5060;lr")] });
        var stage = Stage();
        stage.Alice.Send(Wire.Request());
        Assert.Equal("sip:bob@10.0.0.3:5060", Wire.RequestUri(stage.Bob.Got("INVITE")));
        Assert.Equal("<sip:10.0.0.4:5060;lr>", Wire.Header(stage.Carol.Got("INVITE"), "Route"));
    }

    [Fact]
    public void A_phone_behind_a_NAT_is_called_over_the_flow_it_registered_by()
    {
        _locations.Bind("bob", "sip:bob@192.168.0.3:5060", b => b with { Source = NetEndpoint.V4(0x0A000003, 5060), Transport = SipTransport.Udp });
        var stage = Stage();
        stage.Alice.Send(Wire.Request());
        Assert.Equal("sip:bob@192.168.0.3:5060", Wire.RequestUri(stage.Bob.Got("INVITE")));
    }

    [Fact]
    public void Rfc5626_of_two_flows_of_one_device_the_second_is_for_when_the_first_has_failed()
    {
        _locations.Bind("bob", "sip:bob@192.168.0.3", b => b with { Instance = "urn:uuid:1", RegId = 1, Source = NetEndpoint.V4(0x0A000003, 5060), Transport = SipTransport.Udp });
        _locations.Bind("bob", "sip:bob@192.168.0.4", b => b with { Instance = "urn:uuid:1", RegId = 2, Source = NetEndpoint.V4(0x0A000004, 5060), Transport = SipTransport.Udp });
        var stage = Stage();
        stage.Alice.Send(Wire.Request());
        stage.Shows("bob: INVITE");
        stage.Bob.Reply("INVITE", "430 Flow Failed");
        stage.Shows("bob: ACK", "carol: INVITE");
        Assert.Equal("sip:bob@192.168.0.3", Assert.Single(_locations.Failed));
    }

    [Fact]
    public void Nobody_is_404_and_somebody_who_is_nowhere_480()
    {
        var stage = Stage();
        stage.Alice.Send(Wire.Request("OPTIONS", "sip:nobody@example.com"));
        stage.Alice.Send(Wire.Request("OPTIONS", branch: "z9hG4bKalice2"));
        stage.Shows("alice: 404 OPTIONS", "alice: 480 OPTIONS");
    }

    [Fact]
    public void REGISTER_is_left_to_the_registrar()
    {
        var stage = Stage();
        stage.Alice.Send(Wire.Request("REGISTER", "sip:example.com"));
        stage.Shows("alice: 405 REGISTER");
    }

    [Fact]
    public void A_stranger_does_not_get_out_through_us_and_one_of_ours_does()
    {
        var stage = Stage(new AdmissionVerdict { Status = 407, Challenger = s_digest });
        stage.Alice.Send(Wire.Request("OPTIONS", "sip:x@10.0.0.3"));
        Assert.StartsWith("Digest realm=\"example.com\"", Wire.Header(stage.Alice.Got("407 OPTIONS"), "Proxy-Authenticate"), StringComparison.Ordinal);
        var other = Stage(new AdmissionVerdict { Account = new Account { Name = "alice", Realm = "example.com" } });
        other.Alice.Send(Wire.Request("OPTIONS", "sip:x@10.0.0.3", more: "Proxy-Authorization: Digest username=\"alice\""));
        Assert.False(Wire.Has(other.Bob.Got("OPTIONS"), "Proxy-Authorization"));
    }

    [Fact]
    public void Without_admission_nothing_is_forwarded_to_other_domains()
    {
        var stage = new ProxyStage(options => options with { Steps = [.. ProxyOptions.StandardSteps, new DomainStep(_locations.Domains), new LocationStep(_locations)] });
        stage.Alice.Send(Wire.Request("OPTIONS", "sip:x@10.0.0.3"));
        stage.Alice.Send(Wire.Request("OPTIONS", branch: "z9hG4bKalice2", more: "Route: <sip:10.0.0.3;lr>"));
        stage.Shows("alice: 403 OPTIONS", "alice: 403 OPTIONS");
    }

    [Fact]
    public void Somebody_else_s_address_in_From_is_403()
    {
        var stage = Stage(new AdmissionVerdict { Account = new Account { Name = "mallory", Realm = "example.com" } });
        stage.Alice.Send(Wire.Request("OPTIONS"));
        stage.Shows("alice: 403 OPTIONS");
    }

    private ProxyStage Stage(AdmissionVerdict? verdict = null) => new(options => options with
    {
        Steps =
        [
            .. ProxyOptions.StandardSteps,
            new AdmissionStep(new FixedAdmission(verdict ?? default(AdmissionVerdict)), _locations.Domains),
            new DomainStep(_locations.Domains),
            new LocationStep(_locations),
        ],
    });

    private sealed class FixedAdmission(AdmissionVerdict verdict) : IAdmission
    {
        public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default) => new(verdict);
    }
}
