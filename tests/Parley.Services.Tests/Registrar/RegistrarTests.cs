using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using static Parley.Services.Tests.Registrar.RegistrarStage;

namespace Parley.Services.Tests.Registrar;

/// <summary>RFC 3261 §10.3, step by step.</summary>
public sealed class RegistrarTests
{
    [Fact]
    public async Task A_contact_is_bound_and_told_back_with_its_lifetime()
    {
        await using var stage = new RegistrarStage();

        var response = stage.Register("Contact: <sip:alice@10.0.0.2:5060>\nExpires: 600");

        Assert.Equal("200 OK", Status(response));
        Assert.Equal("<sip:alice@10.0.0.2:5060>;expires=600", Header(response, "Contact"));
        Assert.EndsWith(" GMT", Header(response, "Date"), StringComparison.Ordinal);
        var binding = Assert.Single(stage.Bindings);
        Assert.Equal("sip:alice@10.0.0.2:5060", binding.Contact.ToString());
        Assert.Equal(1, binding.Q);
        Assert.Equal("one", binding.CallId);
        Assert.Equal("10.0.0.2:5060", binding.Source.ToString());
        Assert.True(binding.TryGetFlow(stage.Endpoint.Transport, out var flow));
        Assert.Equal(binding.Source, flow.Remote);
    }

    [Theory]
    [InlineData("Contact: <sip:a@10.0.0.2>", 3600)]
    [InlineData("Contact: <sip:a@10.0.0.2>\nExpires: 100", 100)]
    [InlineData("Contact: <sip:a@10.0.0.2>;expires=200\nExpires: 100", 200)]
    [InlineData("Contact: <sip:a@10.0.0.2>;expires=999999", 7200)]
    [InlineData("Contact: <sip:a@10.0.0.2>;expires=99999999999999999999", 3600)]
    [InlineData("Contact: <sip:a@10.0.0.2>;expires=soon", 3600)]
    public async Task The_lifetime_is_the_contacts_own_then_the_requests_then_the_default_and_never_above_the_longest(string lines, int expires)
    {
        await using var stage = new RegistrarStage();

        Assert.Equal($"<sip:a@10.0.0.2>;expires={expires}", Header(stage.Register(lines), "Contact"));
    }

    [Fact]
    public async Task Too_short_a_lifetime_gets_423_with_the_shortest_one_and_changes_nothing()
    {
        await using var stage = new RegistrarStage();

        var response = stage.Register("Contact: <sip:a@10.0.0.2>;expires=3000, <sip:b@10.0.0.2>;expires=59");

        Assert.Equal("423 Interval Too Brief", Status(response));
        Assert.Equal("60", Header(response, "Min-Expires"));
        Assert.Empty(stage.Bindings);
    }

    // §10.3 step 7: "smaller than one hour".
    [Fact]
    public async Task Who_asks_for_an_hour_is_never_told_that_it_is_too_short()
    {
        await using var stage = new RegistrarStage(new() { MinExpires = TimeSpan.FromHours(2), DefaultExpires = TimeSpan.FromHours(2) });

        Assert.Equal("423 Interval Too Brief", Status(stage.Register("Contact: <sip:a@10.0.0.2>;expires=3599")));
        Assert.Equal("200 OK", Status(stage.Register("Contact: <sip:a@10.0.0.2>;expires=3600")));
    }

    [Fact]
    public async Task Many_contacts_are_kept_and_found_best_first()
    {
        await using var stage = new RegistrarStage();

        var response = stage.Register("Contact: <sip:low@10.0.0.2>;q=0.2, \"Alice, at home\" <sip:high@10.0.0.2>;q=0.75\nContact: <sip:top@10.0.0.3>");
        stage.Register("Contact: <sip:newer@10.0.0.3>;q=0.75;methods=\"INVITE, BYE\"", callId: "two");

        Assert.Equal(3, Wire.Headers(response, "Contact").Count);
        Assert.Contains("\"Alice, at home\" <sip:high@10.0.0.2>;expires=3600;q=0.750", Wire.Headers(response, "Contact"));
        Assert.Equal(["top", "newer", "high", "low"], stage.Bindings.Select(binding => binding.Contact.User));
        Assert.Equal([1, 0.75, 0.75, 0.2], stage.Bindings.Select(binding => binding.Q));
        Assert.Equal(new SipParameter("methods", "\"INVITE, BYE\""), Assert.Single(stage.Bindings[1].Parameters));
        Assert.Equal("Alice, at home", stage.Bindings[2].DisplayName);
    }

    [Fact]
    public async Task Without_a_contact_the_bindings_are_told_and_nothing_changes()
    {
        await using var stage = new RegistrarStage();
        stage.Register();
        stage.Advance(100);

        var response = stage.Register("", cseq: 1, callId: "query");

        Assert.Equal("200 OK", Status(response));
        Assert.Equal("<sip:alice@10.0.0.2:5060>;expires=3500", Header(response, "Contact"));
        Assert.Equal("one", Assert.Single(stage.Bindings).CallId);
    }

    [Theory]
    [InlineData("sip:ALICE@10.0.0.2:5060", false)]
    [InlineData("sip:alice@10.0.0.2:5060;x=1", true)]
    [InlineData("sip:%61lice@10.0.0.2:5060", true)]
    [InlineData("sip:alice@10.0.0.2", false)]
    [InlineData("sip:alice@10.0.0.2:5060;transport=tcp", false)]
    [InlineData("sips:alice@10.0.0.2:5060", false)]
    public async Task A_contact_is_the_same_as_another_by_the_rules_for_uris(string other, bool isSame)
    {
        await using var stage = new RegistrarStage();
        stage.Register();

        stage.Register($"Contact: <{other}>", cseq: 2);

        Assert.Equal(isSame ? 1 : 2, stage.Bindings.Count);
        Assert.Equal(other, stage.Bindings[0].Contact.ToString());
    }

    [Fact]
    public async Task A_refresh_keeps_the_bindings_identity()
    {
        await using var stage = new RegistrarStage();
        stage.Register();
        var first = stage.Bindings[0];
        stage.Advance(10);

        stage.Register(cseq: 2);

        Assert.Equal(first.Id, Assert.Single(stage.Bindings).Id);
        Assert.Equal(10, (stage.Bindings[0].Expires - first.Expires).TotalSeconds, 0.1);
        Assert.Equal(2u, stage.Bindings[0].CSeq);
    }

    [Fact]
    public async Task What_a_device_sent_earlier_and_arrives_later_fails_as_a_whole()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>, <sip:b@10.0.0.2>;expires=1000", cseq: 5);

        var late = stage.Register("Contact: <sip:c@10.0.0.2>, <sip:b@10.0.0.2>;expires=0", cseq: 4);
        var equal = stage.Register("Contact: <sip:b@10.0.0.2>", cseq: 5);

        Assert.Equal("500 CSeq out of order", Status(late));
        Assert.Equal("1", Header(late, "Retry-After"));
        Assert.Equal("500 CSeq out of order", Status(equal));
        Assert.Equal(["b", "a"], stage.Bindings.Select(binding => binding.Contact.User));
        Assert.Equal("200 OK", Status(stage.Register("Contact: <sip:b@10.0.0.2>;expires=0", cseq: 1, callId: "restarted")));
        Assert.Equal("a", Assert.Single(stage.Bindings).Contact.User);
    }

    [Fact]
    public async Task A_lifetime_of_zero_takes_one_binding_away()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>, <sip:b@10.0.0.2>");

        var response = stage.Register("Contact: <sip:a@10.0.0.2>\nExpires: 0", cseq: 2);

        Assert.Equal("<sip:b@10.0.0.2>;expires=3600", Header(response, "Contact"));
        Assert.Equal("b", Assert.Single(stage.Bindings).Contact.User);
    }

    [Fact]
    public async Task A_star_takes_all_away()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>, <sip:b@10.0.0.2>");

        var response = stage.Register("Contact: *\nExpires: 0", cseq: 2);

        Assert.Equal("200 OK", Status(response));
        Assert.Empty(Wire.Headers(response, "Contact"));
        Assert.Empty(stage.Bindings);
        Assert.Equal(0, stage.Locations.Counters.Addresses);
    }

    [Theory]
    [InlineData("Contact: *")]
    [InlineData("Contact: *\nExpires: 10")]
    [InlineData("Contact: *, <sip:a@10.0.0.2>\nExpires: 0")]
    [InlineData("Contact: <sip:a@10.0.0.2>\nContact: *\nExpires: 0")]
    public async Task A_star_with_anything_else_gets_400(string lines)
    {
        await using var stage = new RegistrarStage();
        stage.Register();

        Assert.StartsWith("400 ", Status(stage.Register(lines, cseq: 2)), StringComparison.Ordinal);
        Assert.Single(stage.Bindings);
    }

    [Fact]
    public async Task A_star_that_was_overtaken_takes_nothing_away()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>", callId: "other");
        stage.Register("Contact: <sip:b@10.0.0.2>", cseq: 3);

        Assert.Equal("500 CSeq out of order", Status(stage.Register("Contact: *\nExpires: 0", cseq: 3)));
        Assert.Equal(2, stage.Bindings.Count);
    }

    [Theory]
    [InlineData("Contact: <sip:a@10.0.0.2>;q=2", "400 Bad q in Contact")]
    [InlineData("Contact: <sip:a@10.0.0.2>;q=0.1234", "400 Bad q in Contact")]
    [InlineData("Contact: <sip:a@10.0.0.2>;reg-id=0", "400 Bad reg-id in Contact")]
    [InlineData("Contact: <sip:a@10.0.0.2>;+sip.instance=\"x\"", "400 Bad +sip.instance in Contact")]
    [InlineData("Contact: <sip:a@10.0.0.2>, <sip:b@[1:2>", "400 Contact cannot be read")]
    [InlineData("Contact: <mailto:alice@example.com>", "403 Contact must be a SIP URI")]
    [InlineData("Contact: <sip:alice@example.com>", "403 Contact leads back to the address of record")]
    public async Task A_contact_that_cannot_be_used_refuses_the_request(string line, string status)
    {
        await using var stage = new RegistrarStage();

        Assert.Equal(status, Status(stage.Register("Contact: <sip:good@10.0.0.2>\n" + line)));
        Assert.Empty(stage.Bindings);
    }

    [Theory]
    [InlineData("sip:alice@elsewhere.com", "sip:example.com")]
    [InlineData("sip:alice@example.com", "sip:elsewhere.com")]
    [InlineData("sip:example.com", "sip:example.com")]
    public async Task An_address_that_is_not_ours_gets_404(string to, string uri)
    {
        await using var stage = new RegistrarStage();

        Assert.Equal("404 Not Found", Status(stage.Register(to: to, uri: uri)));
    }

    [Fact]
    public async Task The_address_of_record_is_the_same_however_it_is_written()
    {
        await using var stage = new RegistrarStage();

        stage.Register("Contact: <sip:a@10.0.0.2>", to: "sips:%61lice@EXAMPLE.com:5061;user=phone", uri: "sip:10.0.0.1:5060");

        Assert.Equal("a", Assert.Single(stage.Bindings).Contact.User);
    }

    [Fact]
    public async Task Somebody_elses_address_of_record_gets_403()
    {
        await using var stage = new RegistrarStage(admission: new Mallory());

        Assert.Equal("403 Not your address of record", Status(stage.Register()));
        Assert.Empty(stage.Bindings);
    }

    [Fact]
    public async Task An_option_nobody_here_knows_gets_420()
    {
        await using var stage = new RegistrarStage();

        var response = stage.Register("Require: path, weird\nContact: <sip:a@10.0.0.2>");

        Assert.Equal("420 Bad Extension", Status(response));
        Assert.Equal("weird", Header(response, "Unsupported"));
    }

    [Fact]
    public async Task Only_so_many_bindings_fit_on_one_address_of_record()
    {
        await using var stage = new RegistrarStage(limits: new() { MaxBindings = 2 });
        stage.Register("Contact: <sip:a@10.0.0.2>, <sip:b@10.0.0.2>");

        Assert.Equal("403 Too many bindings", Status(stage.Register("Contact: <sip:c@10.0.0.2>", cseq: 2)));
        Assert.Equal("200 OK", Status(stage.Register("Contact: <sip:c@10.0.0.2>, <sip:a@10.0.0.2>;expires=0", cseq: 3)));
        Assert.Equal(["c", "b"], stage.Bindings.Select(binding => binding.Contact.User));
    }

    [Fact]
    public async Task Only_so_many_addresses_of_record_are_kept_and_one_that_ends_makes_room()
    {
        await using var stage = new RegistrarStage(limits: new() { MaxAddresses = 1 });
        stage.Register();

        var full = stage.Register(to: "sip:bob@example.com", callId: "bob");
        Assert.Equal("503 Service Unavailable", Status(full));
        Assert.Equal("30", Header(full, "Retry-After"));

        stage.Register("Contact: *\nExpires: 0", cseq: 2);
        Assert.Equal("200 OK", Status(stage.Register(to: "sip:bob@example.com", cseq: 2, callId: "bob")));
    }

    [Fact]
    public async Task A_binding_that_is_too_long_gets_400()
    {
        await using var stage = new RegistrarStage(limits: new() { MaxBindingBytes = 300 });

        Assert.StartsWith("400 ", Status(stage.Register($"Contact: <sip:{new string('a', 300)}@10.0.0.2>")), StringComparison.Ordinal);
        Assert.Empty(stage.Bindings);
    }

    [Theory]
    [InlineData("sip:alice@10.0.0.2:5060", true)]
    [InlineData("sip:alice@192.168.1.5:5060", false)]
    [InlineData("sip:alice@phone.example.org", false)]
    public async Task A_contact_of_somebody_else_is_not_sent_to_where_the_request_came_from(string contact, bool hasSource)
    {
        await using var stage = new RegistrarStage();

        stage.Register($"Contact: <{contact}>");

        Assert.Equal(hasSource, stage.Bindings[0].Source.HasValue);
    }

    [Fact]
    public async Task A_phone_behind_a_NAT_is_reached_where_its_request_came_from()
    {
        await using var stage = new RegistrarStage();
        var text = stage.Text("Contact: <sip:alice@192.168.1.5:5060>").Replace("UDP 10.0.0.2", "UDP 192.168.1.5", StringComparison.Ordinal);

        var response = stage.Send(text);

        Assert.Contains("received=10.0.0.2;rport=5060", Header(response, "Via"), StringComparison.Ordinal);
        Assert.Equal("10.0.0.2:5060", stage.Bindings[0].Source.ToString());
        Assert.Equal("192.168.1.5", stage.Bindings[0].Contact.Host);
    }

    private sealed class Mallory : IAdmission
    {
        public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default) =>
            new(new AdmissionVerdict { Account = new Account { Name = "mallory", Realm = "example.com" } });
    }
}
