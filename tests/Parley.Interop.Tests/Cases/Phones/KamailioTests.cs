using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>Debian's kamailio between the phones and Parley, and behind it.</summary>
public sealed class KamailioTests
{
    private const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Phones_behind_an_outbound_proxy_register_call_hold_and_transfer()
    {
        await using var server = await ServeProcess.StartAsync(["alice", "bob", "carol"], null);
        var port = Ports.Take();
        await using var proxy = await Kamailio.StartAsync("outbound", "127.0.0.1", port, ("PARLEY", $"{server.SipPort}"));
        Task<Baresip> PhoneAsync(string name, int tone) => Baresip.StartAsync(new()
        {
            ToneHz = tone, Account = new(name, $"127.0.0.1:{server.SipPort}") { Proxy = $"sip:127.0.0.1:{port};transport=udp" },
        });
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);

        await Talk.CallAsync(alice, bob);

        await alice.HoldAsync();
        await bob.AssertHearsNothingAsync(TimeSpan.FromSeconds(1));
        await alice.ResumeAsync();
        await bob.AssertHearsAsync(Alice);

        await Talk.TransferAsync(alice, bob, carol);
        await Talk.EndAsync(carol, bob);
    }

    [Fact]
    public async Task A_trunk_registers_with_a_carrier_and_calls_pass_it_both_ways()
    {
        var port = Ports.Take();
        await using var outside = await Baresip.StartAsync(new() { ToneHz = Carol });
        var phone = outside.Uri.Split(':', ';')[2];
        await using var carrier = await Kamailio.StartAsync("carrier", "127.0.0.2", port, ("PHONE", phone));
        var settings = $$"""
            {
              "trunks": {
                "carrier": {
                  "uri": "sip:127.0.0.2:{{port}}", "user": "4930999", "password": "trunk-secret", "register": true, "sources": ["127.0.0.2"], "inbound": "alice"
                }
              },
              "routes": [{ "pattern": "0*", "trunks": "carrier", "strip": 1, "prefix": "49" }]
            }
            """;
        await using var server = await ServeProcess.StartAsync(["alice"], settings);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice, Account = new("alice", $"127.0.0.1:{server.SipPort}") });

        await alice.DialAsync($"sip:0301234@127.0.0.1:{server.SipPort}");
        await outside.WaitForAnswerAsync(Soon);
        await Talk.HearEachOtherAsync(alice, outside);
        await Talk.EndAsync(alice, outside);

        alice.ForgetEvents();
        Assert.StartsWith("404", await alice.DialRefusedAsync($"sip:0305678@127.0.0.1:{server.SipPort}"), StringComparison.Ordinal);

        outside.ForgetEvents();
        alice.ForgetEvents();
        await outside.DialAsync($"sip:4930999@127.0.0.2:{port}");
        await alice.WaitForAnswerAsync(Soon);
        await Talk.HearEachOtherAsync(alice, outside);
        await Talk.EndAsync(outside, alice);
    }
}
