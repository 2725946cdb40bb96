using Parley.Interop.Tests.Harness;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;

namespace Parley.Interop.Tests.Cases.Agents;

/// <summary>Scenarios that test somebody else's system: Debian's kamailio as registrar and proxy, with agents on all sides.</summary>
public class AgentKamailioTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task Two_agents_register_call_hold_and_hang_up(string transport) => RunAsync(transport, async (session, domain) =>
    {
        var (a, b) = (await AddAsync(session, domain, "alice", transport), await AddAsync(session, domain, "bob", transport));
        await a.DialAsync(b);
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        Assert.Equal("alice", b.Peer?.Number);
        await b.AcceptAsync();
        await UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
        await a.VerifyAudioConnectionAsync(b);
        await a.HoldAsync();
        await UntilAsync(() => Expect.That(b.CurrentCall!.Phase).IsEqualTo(CallPhase.HeldByPeer));
        await a.ResumeAsync();
        await a.VerifyAudioConnectionAsync(b);
        await b.HangupAsync();
        await UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Idle));
        Assert.Equal("Connection reset by peer", a.Reason);
    });

    [Fact]
    public Task A_caller_is_transferred_blindly_and_after_a_word() => RunAsync("udp", async (session, domain) =>
    {
        var (a, b, c) = (await AddAsync(session, domain, "alice"), await AddAsync(session, domain, "bob"), await AddAsync(session, domain, "carol"));
        await ConnectAsync(a, b);
        await b.TransferAsync(c);
        await UntilAsync(() => Expect.That(c.State).IsEqualTo(AgentState.Ringing));
        await c.AcceptAsync();
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Idle));
        await a.VerifyAudioConnectionAsync(c);

        await c.AttendedTransferAsync(b);
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        await b.AcceptAsync();
        await UntilAsync(() => Expect.That(c.Call(-1)!.Phase).IsEqualTo(CallPhase.Established));
        await c.CompleteTransferAsync();
        await UntilAsync(() => Expect.That(c.State).IsEqualTo(AgentState.Idle));
        await a.VerifyAudioConnectionAsync(b);
    });

    [Theory]
    [InlineData("refuse486", 486)]
    [InlineData("refuse503", 503)]
    [InlineData("refuse603", 603)]
    [InlineData("nobody", 404)]
    public Task Its_refusals_are_seen(string number, int status) => RunAsync("udp", async (session, domain) =>
    {
        var a = await AddAsync(session, domain, "alice");
        var call = await a.DialAsync(number);
        await UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Idle));
        Assert.Equal(status, a.StatusCode);
        Assert.Equal([407, status], call.Responses.Select(response => response.Status));
    });

    [Fact]
    public Task Whoever_is_not_answered_is_given_up_by_the_proxy() => RunAsync("udp", async (session, domain) =>
    {
        var (a, b) = (await AddAsync(session, domain, "alice"), await AddAsync(session, domain, "bob"));
        await a.DialAsync(b);
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        await UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Idle));
        Assert.Equal(408, a.StatusCode);
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Idle));
    });

    [Fact]
    public Task A_wrong_password_is_refused() => RunAsync("udp", async (session, domain) =>
    {
        var a = await session.CreateAsync("alice", new AgentOptions { Username = "alice", Domain = domain, Password = "guess" });
        await UntilAsync(() => Expect.That(a.RegistrationReason).Contains("401"));
        Assert.False(a.Registered);
    });

    private static async Task RunAsync(string transport, Func<AgentSession, string, Task> body)
    {
        var port = Ports.Take();
        await using var kamailio = await Kamailio.StartAsync("registrar", "127.0.0.1", port);
        try
        {
            await using var session = new AgentSession(new AgentSessionOptions { BindHost = "127.0.0.1" });
            await body(session, $"127.0.0.1:{port}");
            await session.DisposeAsync();
            Assert.True(session.Leftovers.IsClean, session.Leftovers.ToString());
        }
        catch (Exception e) // the boundary to the test: what kamailio wrote belongs to the failure
        {
            throw new InvalidOperationException($"{e.Message} ({transport})\nkamailio wrote:\n{kamailio.Log}", e);
        }
    }

    private static async Task<Agent> AddAsync(AgentSession session, string domain, string user, string transport = "udp")
    {
        var agent = await session.CreateAsync(user, new AgentOptions { Username = user, Domain = domain, Password = "secret", Transport = transport });
        await UntilAsync(() => Expect.That(agent.Registered).IsTrue());
        return agent;
    }

    private static async Task ConnectAsync(Agent a, Agent b)
    {
        await a.DialAsync(b);
        await UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        await b.AcceptAsync();
        await UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
    }

    private static Task UntilAsync(Action closure) => Wait.UntilAsync(closure, Soon);
}
