using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Registrations;

public class RegistrationTests
{
    private readonly EndpointStage _stage = new();

    private string Last => _stage.Peer.LastOf("REGISTER");

    // Without retransmissions.
    private int Sent => _stage.Peer.Received.Where(message => Wire.Summary(message) == "REGISTER").Select(message => Wire.Header(message, "CSeq")).Distinct().Count();

    [Fact]
    public void A_REGISTER_names_domain_address_and_contact()
    {
        Register();
        Assert.StartsWith("REGISTER sip:10.0.0.2 SIP/2.0\r\n", Last, StringComparison.Ordinal);
        Assert.StartsWith("<sip:alice@10.0.0.2>;tag=", Wire.Header(Last, "From"), StringComparison.Ordinal);
        Assert.Equal("<sip:alice@10.0.0.2>", Wire.Header(Last, "To"));
        Assert.Equal("<sip:alice@10.0.0.1:5060>", Wire.Header(Last, "Contact"));
        Assert.Equal("3600", Wire.Header(Last, "Expires"));
    }

    [Fact]
    public void It_is_refreshed_at_four_fifths_of_what_was_granted_with_the_same_call_and_the_next_number()
    {
        var registration = Register(options => options with { KeepAlive = TimeSpan.Zero });
        var first = Last;
        _stage.PeerReplies("REGISTER", "200 OK", more: "Contact: <sip:other@10.0.0.9>;expires=60, <sip:alice@10.0.0.1:5060>;expires=600");
        Assert.Equal((RegistrationState.Registered, TimeSpan.FromSeconds(600)), (registration.Status.State, registration.Status.Lifetime));
        _stage.Advance(479_999);
        Assert.Equal(1, Sent);
        _stage.Advance(1);
        Assert.Equal(2, Sent);
        Assert.Equal(Wire.Header(first, "Call-ID"), Wire.Header(Last, "Call-ID"));
        Assert.Equal(Wire.Header(first, "From"), Wire.Header(Last, "From"));
        Assert.Equal("2 REGISTER", Wire.Header(Last, "CSeq"));
    }

    [Fact]
    public void The_Expires_header_counts_when_our_contact_has_none()
    {
        var registration = Register();
        _stage.PeerReplies("REGISTER", "200 OK", more: "Contact: <sip:alice@10.0.0.1:5060>\nExpires: 120");
        Assert.Equal(TimeSpan.FromSeconds(120), registration.Status.Lifetime);
    }

    [Fact]
    public void A_refresh_uses_the_nonce_on_with_a_higher_count()
    {
        Register(options => options with { Credentials = new() { Username = "alice", Password = "secret" }, KeepAlive = TimeSpan.Zero });
        _stage.PeerReplies("REGISTER", "401 Unauthorized", more: "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"");
        _stage.PeerReplies("REGISTER", "200 OK", more: "Expires: 100");
        _stage.Advance(80_000);
        Assert.Equal("3 REGISTER", Wire.Header(Last, "CSeq"));
        Assert.Contains("nc=00000002", Wire.Header(Last, "Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_423_is_met_with_the_lifetime_it_asks_for()
    {
        Register(options => options with { Expires = TimeSpan.FromSeconds(60) });
        _stage.PeerReplies("REGISTER", "423 Interval Too Brief", more: "Min-Expires: 1800");
        Assert.Equal("1800", Wire.Header(Last, "Expires"));
        Assert.Equal(2, Sent);
    }

    [Fact]
    public void A_registrar_that_keeps_asking_for_more_is_a_failure()
    {
        var registration = Register();
        for (var i = 2; i < 6; i++)
            _stage.PeerReplies("REGISTER", "423 Interval Too Brief", more: $"Min-Expires: {i * 3600}");
        Assert.Equal(3, Sent);
        Assert.Equal((RegistrationState.Failed, 423), (registration.Status.State, registration.Status.Status));
    }

    [Fact]
    public void A_failure_is_tried_again_after_a_pause_that_grows()
    {
        var registration = Register(options => options with { KeepAlive = TimeSpan.Zero });
        _stage.PeerReplies("REGISTER", "500 Oops");
        Assert.Equal((RegistrationState.Failed, 500, "Oops"), (registration.Status.State, registration.Status.Status, registration.Status.Reason));
        Assert.InRange(registration.Status.NextAttempt, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        _stage.Advance(30_000);
        Assert.Equal(2, Sent);
        _stage.PeerReplies("REGISTER", "500 Oops");
        Assert.InRange(registration.Status.NextAttempt, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Silence_is_a_failure_too()
    {
        var registration = Register();
        _stage.Advance(32_000);
        Assert.Equal((RegistrationState.Failed, 408), (registration.Status.State, registration.Status.Status));
    }

    [Fact]
    public void Disposing_takes_back_our_own_binding_only()
    {
        var registration = Register();
        _stage.PeerReplies("REGISTER", "200 OK", more: "Expires: 3600");
        var disposing = registration.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        Assert.Equal("<sip:alice@10.0.0.1:5060>", Wire.Header(Last, "Contact"));
        Assert.Equal("0", Wire.Header(Last, "Expires"));
        _stage.PeerReplies("REGISTER", "200 OK");
        _stage.Network.Run(() => disposing);
        Assert.Equal(RegistrationState.Closed, registration.Status.State);
        Assert.Equal(0, _stage.Endpoint.Counters.Registrations);
        Assert.Equal(2, Sent);
        _stage.EndsClean();
    }

    [Fact]
    public void What_was_never_bound_is_not_taken_back()
    {
        var registration = Register();
        _stage.PeerReplies("REGISTER", "403 Forbidden");
        _stage.Network.Run(() => registration.DisposeAsync().AsTask());
        Assert.Equal(1, Sent);
    }

    [Fact]
    public void Disposing_during_an_attempt_waits_for_its_answer_first()
    {
        var registration = Register();
        var disposing = registration.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        Assert.Equal(1, Sent);
        _stage.PeerReplies("REGISTER", "200 OK", more: "Expires: 3600");
        Assert.Equal(2, Sent);
        Assert.Equal("0", Wire.Header(Last, "Expires"));
        _stage.PeerReplies("REGISTER", "200 OK");
        _stage.Network.Run(() => disposing);
    }

    [Fact]
    public void Behind_a_NAT_the_address_the_registrar_sees_replaces_ours()
    {
        var registration = Register();
        ReplySeenAt("203.0.113.9", 4711);
        Assert.Equal(2, Sent);
        Assert.Contains("Contact: <sip:alice@203.0.113.9:4711>\r\n", Last, StringComparison.Ordinal);
        Assert.Contains("Contact: <sip:alice@10.0.0.1:5060>;expires=0\r\n", Last, StringComparison.Ordinal);
        ReplySeenAt("203.0.113.9", 4711);
        Assert.Equal(2, Sent);
        Assert.Equal("203.0.113.9:4711", registration.Status.PublicAddress.ToString());
        Assert.Equal(RegistrationState.Registered, registration.Status.State);
    }

    [Fact]
    public void The_service_route_is_kept()
    {
        var registration = Register();
        _stage.PeerReplies("REGISTER", "200 OK", more: "Service-Route: <sip:p1.example;lr>, <sip:p2.example;lr>\nExpires: 3600");
        Assert.Equal(["sip:p1.example;lr", "sip:p2.example;lr"], registration.Status.ServiceRoute.Select(uri => uri.ToString()));
    }

    [Fact]
    public void Empty_lines_keep_the_way_through_a_NAT_open()
    {
        Register();
        _stage.PeerReplies("REGISTER", "200 OK", more: "Expires: 3600");
        var before = _stage.Network.Datagrams.Count;
        _stage.Advance(29_000);
        var sent = Assert.Single(_stage.Network.Datagrams.Skip(before));
        Assert.Equal("\r\n\r\n", System.Text.Encoding.ASCII.GetString(sent.Payload.Span));
    }

    [Fact]
    public void An_instance_id_makes_it_an_outbound_registration()
    {
        Register(options => options with { InstanceId = "urn:uuid:00000000-0000-1000-8000-000A95A0E128", RegId = 2 });
        Assert.Equal("<sip:alice@10.0.0.1:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";reg-id=2", Wire.Header(Last, "Contact"));
        Assert.Equal("path, outbound, gruu", Wire.Header(Last, "Supported"));
    }

    [Fact]
    public void An_instance_id_with_a_line_break_is_refused() =>
        Assert.Throws<ArgumentException>(() => Register(options => options with { InstanceId = "urn:x\r\nContact: *" }));

    [Fact]
    public void Waiting_brings_the_first_outcome_and_changes_bring_each()
    {
        var registration = Register(options => options with { KeepAlive = TimeSpan.Zero });
        var states = new List<RegistrationState>();
        var reading = ReadAsync(registration, states);
        _stage.PeerReplies("REGISTER", "200 OK", more: "Expires: 100");
        RegistrationStatus? first = null;
        _stage.Network.Run(async () => first = await registration.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(RegistrationState.Registered, first!.State);
        var disposing = registration.DisposeAsync().AsTask();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("REGISTER", "200 OK");
        _stage.Network.Run(() => disposing);
        _stage.Network.Run(() => reading);
        Assert.Equal([RegistrationState.Registering, RegistrationState.Registered, RegistrationState.Closed], states);
    }

    [Theory]
    [InlineData(1, 500, 0, 0, 15_000)]
    [InlineData(1, 500, 0, 1, 30_000)]
    [InlineData(3, 503, 0, 1, 120_000)]
    [InlineData(20, 503, 0, 1, 1_800_000)]
    [InlineData(1, 503, 90, 0, 90_000)]
    [InlineData(1, 503, 999_999, 0, 1_800_000)]
    [InlineData(1, 403, 0, 1, 1_800_000)]
    public void Pauses_double_up_to_half_an_hour(int failures, int status, int retryAfter, double random, long expected)
    {
        var times = new AttemptTimes(0.8, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(29));
        Assert.Equal(expected, times.Retry(failures, status, retryAfter, random));
    }

    [Fact]
    public void A_registrar_that_grants_nothing_does_not_make_us_hurry() =>
        Assert.Equal(5_000, new AttemptTimes(0.8, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(29)).Refresh(0));

    private static async Task ReadAsync(Registration registration, List<RegistrationState> states)
    {
        await foreach (var status in registration.Changes(TestContext.Current.CancellationToken))
            states.Add(status.State);
    }

    private Registration Register(Func<RegistrationOptions, RegistrationOptions>? change = null)
    {
        var options = new RegistrationOptions { Address = SipUri.Parse("sip:alice@10.0.0.2") };
        var registration = _stage.Endpoint.Register(change?.Invoke(options) ?? options);
        _stage.Network.RunUntilIdle();
        return registration;
    }

    private void ReplySeenAt(string address, int port)
    {
        var response = Wire.Response(Last, "200 OK", "reg").ReplaceLineEndings("\r\n");
        var via = Wire.Header(response, "Via");
        _stage.PeerSends(Responses.With(response.Replace(via, via.Replace(";rport", $";rport={port};received={address}", StringComparison.Ordinal), StringComparison.Ordinal), "Expires: 3600"));
    }
}
