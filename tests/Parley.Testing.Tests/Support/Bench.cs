using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Local;

namespace Parley.Testing.Tests.Support;

/// <summary>A session of agents and a local server on a network with a clock that only moves when nothing is left to do. After each test nothing may be left.</summary>
internal sealed class Bench
{
    public const string ServerHost = "10.0.0.1";
    public const string AgentHost = "10.0.0.2";

    private Bench(VirtualNetwork network, AgentSessionOptions options)
    {
        Network = network;
        Session = new AgentSession(options with { Network = network.Host(AgentHost), BindHost = AgentHost, OnEvent = told => Add(told) });
    }

    public VirtualNetwork Network { get; }

    public AgentSession Session { get; }

    public LocalServer Server { get; private set; } = null!;

    public List<AgentEvent> Events { get; } = [];

    public TimeProvider Time => Network.Time;

    public static void Run(Func<Bench, Task> body, AgentSessionOptions? options = null)
    {
        var network = new VirtualNetwork();
        var bench = new Bench(network, options ?? new());
        network.Run(
            async () =>
            {
                bench.Server = await LocalServer.StartAsync(new LocalServerOptions { Network = network.Host(ServerHost), Host = ServerHost });
                await body(bench);
                await bench.Session.DisposeAsync();
                Assert.Equal(new SessionLeftovers(), bench.Session.Leftovers);
                await bench.Server.DisposeAsync();
            },
            TimeSpan.FromMinutes(30));
        network.Advance(TimeSpan.FromSeconds(70));
        var held = network.Host(AgentHost).Counters.Total;
        Assert.Equal((0, 0, 0), (held.Timers, held.Tickers, held.Sockets));
        Assert.Equal(0, network.Pool.Outstanding);
    }

    /// <summary>An agent of the local server that has registered.</summary>
    public async Task<Agent> AddAsync(string name, Func<AgentOptions, AgentOptions>? change = null)
    {
        var options = new AgentOptions { Username = name.ToLowerInvariant(), Domain = Server.Domain };
        var agent = await Session.CreateAsync(name, change?.Invoke(options) ?? options);
        if (agent.Options.RegInt > 0)
            await Until(() => Expect.That(agent.Registered).IsTrue());
        return agent;
    }

    /// <summary>Both in a call that is answered.</summary>
    public async Task ConnectAsync(Agent a, Agent b)
    {
        await a.DialAsync(b);
        await Until(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        await b.AcceptAsync();
        await Until(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
    }

    public Task Until(Action closure, double seconds = 15) => Wait.UntilAsync(closure, TimeSpan.FromSeconds(seconds), time: Time);

    public Task UntilState(Agent agent, AgentState state) => Until(() => Expect.That(agent.State, $"{agent.Name} state").IsEqualTo(state));

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Time);

    private void Add(AgentEvent told)
    {
        lock (Events)
            Events.Add(told);
    }
}
