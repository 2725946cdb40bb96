using System.Text;
using System.Text.RegularExpressions;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Messages;
using static Parley.Services.Tests.Registrar.RegistrarStage;

namespace Parley.Services.Tests.Registrar;

/// <summary>Path (RFC 3327), Service-Route (3608), outbound (5626), GRUU (5627).</summary>
public sealed partial class ExtensionTests
{
    private const string Instance = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"";
    private const string Urn = "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF";

    [Fact]
    public async Task A_path_is_kept_in_order_and_told_back()
    {
        await using var stage = new RegistrarStage();

        var response = stage.Register("Supported: path\nPath: <sip:p1.example.net;lr>,<sip:p2.example.net;lr>\nPath: <sip:p3.example.net;lr>\nContact: <sip:a@10.0.0.2>");

        Assert.Equal("200 OK", Status(response));
        Assert.Equal(["<sip:p1.example.net;lr>,<sip:p2.example.net;lr>", "<sip:p3.example.net;lr>"], Wire.Headers(response, "Path"));
        var binding = Assert.Single(stage.Bindings);
        Assert.Equal(["p1.example.net", "p2.example.net", "p3.example.net"], binding.Path.Select(uri => uri.Host));
        Assert.False(binding.Source.HasValue);
        Assert.False(binding.TryGetFlow(stage.Endpoint.Transport, out _));
    }

    [Fact]
    public async Task A_path_the_device_knows_nothing_of_gets_420_unless_told_otherwise()
    {
        const string lines = "Path: <sip:p1.example.net;lr>\nContact: <sip:a@10.0.0.2>";
        await using var strict = new RegistrarStage();
        await using var lenient = new RegistrarStage(new() { RequirePathSupport = false });

        var refusal = strict.Register(lines);

        Assert.Equal("420 Bad Extension", Status(refusal));
        Assert.Equal("path", Header(refusal, "Unsupported"));
        Assert.Empty(strict.Bindings);
        Assert.Equal("200 OK", Status(lenient.Register(lines)));
        Assert.Single(lenient.Bindings[0].Path);
    }

    [Theory]
    [InlineData("Path: <sip:p1.example.net;lr")]
    [InlineData("Path: <tel:+1>")]
    public async Task A_path_that_cannot_be_read_gets_400(string path)
    {
        await using var stage = new RegistrarStage();

        Assert.Equal("400 Path cannot be read", Status(stage.Register($"Supported: path\n{path}\nContact: <sip:a@10.0.0.2>")));
    }

    [Fact]
    public async Task The_service_route_is_told()
    {
        await using var stage = new RegistrarStage(new() { ServiceRoute = [SipUri.Parse("sip:orig@proxy.example.com;lr"), SipUri.Parse("sip:p2.example.com;lr")] });

        Assert.Equal("<sip:orig@proxy.example.com;lr>, <sip:p2.example.com;lr>", Header(stage.Register(), "Service-Route"));
    }

    [Fact]
    public async Task A_connection_that_is_lost_takes_its_flow_with_it_before_anybody_looks()
    {
        await using var stage = new RegistrarStage();
        var told = new List<bool>();
        using var watching = stage.Locations.Watch(new Watcher(told));
        IStreamConnection connection = null!;
        var answers = new List<string>();
        var phone = stage.Network.Host("10.0.0.7");
        stage.Network.Run(async () => connection = await phone.ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = NetEndpoint.V4(0x0A000001, 5060) }));
        var reading = connection.ReceiveAsync(
            bytes =>
            {
                answers.Add(Encoding.UTF8.GetString(bytes));
                return (int)bytes.Length;
            },
            CancellationToken.None);
        var text = stage.Text($"Supported: outbound\nContact: <sip:alice@10.0.0.7;transport=tcp>;reg-id=1;{Instance}", from: "10.0.0.7").Replace("/UDP", "/TCP", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        var buffer = stage.Network.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        connection.Send(buffer);
        buffer.Release();
        stage.Network.RunUntil(() => answers.Count > 0, TimeSpan.FromSeconds(5));
        Assert.Equal("200 OK", Status(answers[0]));
        Assert.Equal([true], told);

        stage.Network.Run(async () => await connection.DisposeAsync());
        stage.Network.RunUntil(() => told.Count > 1, TimeSpan.FromSeconds(5));
        Assert.Equal([true, false], told);
        Assert.Equal(0, stage.Locations.Counters.Addresses);
        stage.Network.Run(() => reading);
    }

    [Fact]
    public async Task A_flow_is_bound_by_device_and_number_whatever_its_contact_says()
    {
        await using var stage = new RegistrarStage(new() { FlowTimer = TimeSpan.FromSeconds(25) });

        var response = stage.Register($"Supported: path, outbound\nContact: <sip:a@192.168.1.2>;reg-id=1;{Instance}");
        stage.Register($"Supported: outbound\nContact: <sip:a@192.168.1.2>;reg-id=2;{Instance}", callId: "two");
        stage.Register($"Supported: outbound\nContact: <sip:b@192.168.1.9>;reg-id=1;{Instance.ToLowerInvariant()}", callId: "restarted");

        Assert.Equal("outbound", Header(response, "Require"));
        Assert.Equal("25", Header(response, "Flow-Timer"));
        Assert.EndsWith($";{Instance};reg-id=1", Header(response, "Contact"), StringComparison.Ordinal);
        Assert.Equal([(1, "b"), (2, "a")], stage.Bindings.Select(binding => (binding.RegId, binding.Contact.User)));
        Assert.All(stage.Bindings, binding => Assert.Equal("10.0.0.2:5060", binding.Source.ToString()));
    }

    [Fact]
    public async Task Without_outbound_nothing_requires_it()
    {
        await using var stage = new RegistrarStage();

        Assert.Empty(Wire.Headers(stage.Register($"Supported: outbound\nContact: <sip:a@10.0.0.2>;{Instance}"), "Require"));
        Assert.Empty(Wire.Headers(stage.Register("Supported: outbound\nContact: <sip:b@10.0.0.2>;reg-id=1", cseq: 2), "Require"));
        Assert.All(stage.Bindings, binding => Assert.Equal(0, binding.RegId));
    }

    [Fact]
    public async Task A_flow_through_a_proxy_that_keeps_none_gets_439()
    {
        await using var stage = new RegistrarStage();
        string Through(string lines) => stage.Text(lines, callId: Guid.NewGuid().ToString())
            .Replace("Max-Forwards", "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKfar\nMax-Forwards", StringComparison.Ordinal);
        var contact = $"Contact: <sip:a@192.168.1.2>;reg-id=1;{Instance}";

        Assert.Equal("439 First Hop Lacks Outbound Support", Status(stage.Send(Through($"Supported: path, outbound\n{contact}"))));
        Assert.Equal("439 First Hop Lacks Outbound Support", Status(stage.Send(Through($"Supported: path, outbound\nPath: <sip:p.example.net;lr>\n{contact}"))));
        Assert.Empty(stage.Bindings);

        Assert.Equal("200 OK", Status(stage.Send(Through($"Supported: path, outbound\nPath: <sip:token@p.example.net;lr;ob>\n{contact}"))));
        Assert.Equal(1, stage.Bindings[0].RegId);
        Assert.Equal("200 OK", Status(stage.Send(Through(contact))));
        Assert.Equal([0, 1], stage.Bindings.Select(binding => binding.RegId));
    }

    [Fact]
    public async Task Two_flows_at_once_get_400_but_a_flow_may_take_others_away()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:old@10.0.0.2>", callId: "old");

        Assert.Equal("400 One flow at a time", Status(stage.Register($"Contact: <sip:a@10.0.0.2>;reg-id=1;{Instance}, <sip:b@10.0.0.2>")));
        Assert.Equal("200 OK", Status(stage.Register($"Contact: <sip:a@10.0.0.2>;reg-id=1;{Instance}, <sip:old@10.0.0.2>;expires=0", cseq: 2)));
        Assert.Equal("a", Assert.Single(stage.Bindings).Contact.User);
    }

    [Fact]
    public async Task A_failed_flow_takes_its_binding_away_unless_it_was_refreshed_since()
    {
        await using var stage = new RegistrarStage();
        stage.Register($"Supported: outbound\nContact: <sip:a@10.0.0.2>;reg-id=1;{Instance}");
        var failed = stage.Bindings[0];
        stage.Register($"Supported: outbound\nContact: <sip:a@10.0.0.2>;reg-id=1;{Instance}", cseq: 2);

        await stage.Locations.FlowFailedAsync(Alice, failed);
        Assert.Single(stage.Bindings);

        await stage.Locations.FlowFailedAsync(Alice, stage.Bindings[0]);
        Assert.Empty(stage.Bindings);
    }

    [Fact]
    public async Task A_device_is_given_a_public_GRUU_that_leads_to_it_alone()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:desk@10.0.0.3>", callId: "desk");

        var response = stage.Register($"Supported: gruu\nContact: <sip:a@10.0.0.2>;{Instance}");
        var gruu = Match(PublicGruu(), response);
        var answer = stage.Resolve(gruu);

        Assert.Equal($"sip:alice@example.com;gr={Urn}", gruu);
        Assert.Equal(LocationOutcome.Found, answer.Outcome);
        Assert.Equal("a", Assert.Single(answer.Bindings).Contact.User);
        Assert.Equal(Alice, answer.Address);
        stage.Register("Contact: *\nExpires: 0", callId: "end");
        Assert.Equal(LocationOutcome.Offline, stage.Resolve(gruu).Outcome);
    }

    [Fact]
    public async Task Temporary_GRUUs_differ_each_time_hide_who_they_are_for_and_work_while_the_device_is_registered()
    {
        await using var stage = new RegistrarStage();
        var contact = $"Supported: gruu\nContact: <sip:a@10.0.0.2>;{Instance}";

        var first = Match(TemporaryGruu(), stage.Register(contact));
        var second = Match(TemporaryGruu(), stage.Register(contact, cseq: 2));

        Assert.NotEqual(first, second);
        Assert.DoesNotContain("alice", first, StringComparison.Ordinal);
        Assert.All([first, second], gruu => Assert.Equal("a", Assert.Single(stage.Resolve(gruu).Bindings).Contact.User));
        Assert.Equal(Urn, stage.Resolve(first).Instance);
        stage.Register("Contact: *\nExpires: 0", cseq: 3);
        Assert.Equal(LocationOutcome.Unknown, stage.Resolve(first).Outcome);
        stage.Register(contact, cseq: 4);
        Assert.Equal(LocationOutcome.Unknown, stage.Resolve(first).Outcome);
    }

    // RFC 5627 §5.1
    [Fact]
    public async Task Another_Call_ID_ends_the_devices_temporary_GRUUs()
    {
        await using var stage = new RegistrarStage();
        var contact = $"Supported: gruu\nContact: <sip:a@10.0.0.2>;{Instance}";
        var old = Match(TemporaryGruu(), stage.Register(contact));

        var fresh = Match(TemporaryGruu(), stage.Register(contact, callId: "two"));

        Assert.Equal(LocationOutcome.Unknown, stage.Resolve(old).Outcome);
        Assert.Equal(LocationOutcome.Found, stage.Resolve(fresh).Outcome);
    }

    [Theory]
    [InlineData("sip:tgruu.AAAA@example.com;gr")]
    [InlineData("sip:tgruu.!!!!@example.com;gr")]
    [InlineData("sip:tgruu.@example.com;gr")]
    public async Task A_temporary_GRUU_that_is_not_ours_leads_nowhere(string uri)
    {
        await using var stage = new RegistrarStage();

        Assert.Equal(LocationOutcome.Unknown, stage.Resolve(uri).Outcome);
    }

    [Fact]
    public async Task Who_does_not_ask_for_GRUUs_gets_none_and_who_registers_one_gets_403()
    {
        await using var stage = new RegistrarStage();
        var gruu = Match(TemporaryGruu(), stage.Register($"Supported: gruu\nContact: <sip:a@10.0.0.2>;{Instance}"));

        Assert.DoesNotContain("gruu", stage.Register($"Contact: <sip:a@10.0.0.2>;{Instance}", cseq: 2), StringComparison.Ordinal);
        Assert.StartsWith("403 ", Status(stage.Register($"Contact: <{gruu}>", cseq: 3)), StringComparison.Ordinal);
    }

    private static string Match(Regex pattern, string response)
    {
        var match = pattern.Match(response);
        Assert.True(match.Success, response);
        return match.Groups[1].Value;
    }

    [GeneratedRegex("pub-gruu=\"([^\"]+)\"")]
    private static partial Regex PublicGruu();

    [GeneratedRegex("temp-gruu=\"([^\"]+)\"")]
    private static partial Regex TemporaryGruu();

    private sealed class Watcher(List<bool> reachable) : ILocationWatcher
    {
        public void OnChanged(LocationChange change) => reachable.Add(change.IsReachable);
    }
}
