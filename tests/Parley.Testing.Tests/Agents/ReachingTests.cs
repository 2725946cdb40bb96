using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Local;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>Agents behind a NAT, and agents on TLS.</summary>
public class ReachingTests
{
    [Fact]
    public void Behind_a_NAT_an_agent_shows_the_address_a_STUN_server_told_it() => Run(async (network, server) =>
    {
        var nat = network.Nat("198.51.100.1");
        await using var inside = new AgentSession(new AgentSessionOptions { Network = nat.Host("192.168.0.5"), BindHost = "192.168.0.5" });
        await using var outside = new AgentSession(new AgentSessionOptions { Network = network.Host("10.0.0.7"), BindHost = "10.0.0.7" });
        var a = await inside.CreateAsync("A", new AgentOptions { Username = "a", Domain = server.Domain, StunServer = $"stun:{server.Domain}" });
        var b = await outside.CreateAsync("B", new AgentOptions { Username = "b", Domain = server.Domain });
        await UntilAsync(network, () => Expect.That(a.Registered && b.Registered).IsTrue());
        var call = await a.DialAsync(b);
        await UntilAsync(network, () => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        Assert.Contains("c=IN IP4 198.51.100.1", call.SdpOffered, StringComparison.Ordinal);
        await b.AcceptAsync();
        await UntilAsync(network, () => Expect.That(a.State).IsEqualTo(AgentState.Established));
        await a.HangupAsync();
    });

    [Theory]
    [InlineData("stun:10.9.9.9", "agent `A`: connect failed: the STUN server `stun:10.9.9.9` does not answer")]
    [InlineData("stun:10.9.9.9:many", "agent `A`: connect failed: `stun:10.9.9.9:many` is no STUN server: write stun:host:port")]
    public void A_STUN_server_that_is_none_is_told(string stun, string problem) => Run(async (network, server) =>
    {
        await using var session = new AgentSession(new AgentSessionOptions { Network = network.Host("10.0.0.7"), BindHost = "10.0.0.7" });
        var failure = await Assert.ThrowsAsync<AgentException>(() => session.CreateAsync("A", new AgentOptions { Username = "a", Domain = server.Domain, StunServer = stun }));
        Assert.Equal(problem, failure.Message);
        Assert.Empty(session.Agents);
    });

    [Fact]
    public async Task Over_TLS_agents_call_each_other_with_certificates_of_their_own()
    {
        await using var session = new AgentSession(new AgentSessionOptions { BindHost = "127.0.0.1", Direct = true, VerifyCertificates = false });
        var options = new AgentOptions { Domain = "127.0.0.1", RegInt = 0, Transport = "tls", MediaEncryption = "srtp-mand" };
        var (a, b) = (await session.CreateAsync("A", options with { Username = "a" }), await session.CreateAsync("B", options with { Username = "b" }));
        await a.DialAsync(b);
        await Wait.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(15));
        await b.AcceptAsync();
        await a.VerifyAudioConnectionAsync(b);
        Assert.Equal(Sip.Transport.SipTransport.Tls, b.CurrentCall!.Underlying.Transport);
        Assert.True(a.CurrentCall!.Encrypted);
        await a.HangupAsync();
        await Wait.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Idle), TimeSpan.FromSeconds(15));
        await session.DisposeAsync();
        Assert.True(session.Leftovers.IsClean, session.Leftovers.ToString());
    }

    private static void Run(Func<VirtualNetwork, LocalServer, Task> body)
    {
        var network = new VirtualNetwork();
        network.Run(async () =>
        {
            await using var server = await LocalServer.StartAsync(new LocalServerOptions { Network = network.Host(Bench.ServerHost), Host = Bench.ServerHost });
            await body(network, server);
        });
    }

    private static Task UntilAsync(VirtualNetwork network, Action closure) => Wait.UntilAsync(closure, TimeSpan.FromSeconds(15), time: network.Time);
}
