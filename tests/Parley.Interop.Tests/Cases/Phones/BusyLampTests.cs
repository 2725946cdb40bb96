using Parley.Interop.Tests.Flows;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>Somebody's calls as SIPp sees them that subscribes to them, while a baresip calls him.</summary>
public sealed class BusyLampTests(PhonesFixture fixture) : IClassFixture<PhonesFixture>
{
    [Fact]
    public async Task A_watcher_sees_a_call_try_ring_be_answered_and_end()
    {
        var server = fixture.Server;
        var domain = $"127.0.0.1:{server.SipPort}";
        var flow = Flow.Read("phones", "busy-lamp");
        int bobsPort = Ports.Take(), carolsPort = Ports.Take();
        // A phone behind a NAT is called where it registered from: the same SIPp port does both, one after the other.
        await using (var registering = await PlayAsync(flow, "bob", server, bobsPort, calls: true))
            (await registering.ResultAsync(TimeSpan.FromSeconds(40))).AssertAllSuccessful(1);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = 600, Account = new("alice", domain) });
        await using var bob = await PlayAsync(flow, "bob", server, bobsPort, calls: false);
        await using var carol = await PlayAsync(flow, "carol", server, carolsPort, calls: true);
        await WaitForSubscriptionAsync(server);
        await alice.DialAsync($"sip:bob@{domain}");
        await carol.WaitForMessageAsync("state>confirmed<"); // the end is to be told by a NOTIFY of its own
        await alice.HangUpAsync();
        foreach (var (name, sipp) in ((string, Sipp)[])[("bob", bob), ("carol", carol)])
        {
            var result = await sipp.ResultAsync(TimeSpan.FromSeconds(60));
            Assert.True(result is { ExitCode: 0, Successful: 1 }, $"{name}: SIPp ended with {result.ExitCode}\n{result.Errors}\nparley serve wrote:\n{server.Output}");
        }
    }

    private static Task<Sipp> PlayAsync(Flow flow, string name, ServeProcess server, int port, bool calls)
    {
        var party = flow.Parties.Single(one => one.Name == name && one.IsCaller == calls);
        return Sipp.PlayAsync(SippScript.Write(party), server.SipPort, port, new Dictionary<string, string>(), waits: !calls);
    }

    private static async Task WaitForSubscriptionAsync(ServeProcess server)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if ((await server.CountersAsync()).Any(one => one is { Key: "dialogs", Value: > 0 }))
                return;
            await Task.Delay(50);
        }

        Assert.Fail("carol's subscription is not there after 30 s");
    }
}
