using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Tests.Support;

/// <summary>
/// A user agent at 10.0.0.1, a raw phone at 10.0.0.9, and as many further agents as a test asks for, on a network with a clock that only moves when
/// nothing is left to do. After each test everything must be back to zero.
/// </summary>
internal sealed class Stage : IDisposable
{
    public const string Us = "10.0.0.1";

    private readonly List<(UserAgent Agent, VirtualHost Host)> _agents = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    private Stage(VirtualNetwork network) => Network = network;

    public VirtualNetwork Network { get; }

    public UserAgent Agent { get; private set; } = null!;

    public RawPhone Phone { get; private set; } = null!;

    public TimeProvider Clock => Network.Clock;

    /// <summary>Runs a test; virtual time passes whenever it waits.</summary>
    public static void Run(Func<Stage, Task> body, Func<UserAgentOptions, UserAgentOptions>? options = null)
    {
        var network = new VirtualNetwork();
        using var stage = new Stage(network) { Phone = new RawPhone(network, "10.0.0.9") };
        network.Run(async () => stage.Agent = await stage.StartAgentAsync(Us, options));
        network.Run(() => body(stage), TimeSpan.FromMinutes(10));
        stage.EndClean();
    }

    /// <summary>A further user agent.</summary>
    public async Task<UserAgent> StartAgentAsync(string address, Func<UserAgentOptions, UserAgentOptions>? change = null)
    {
        var host = Network.Host(address);
        var options = new UserAgentOptions { Listen = [$"udp://{address}:5060", $"tcp://{address}:5060"], Name = "", MediaLanes = 1, Network = host };
        var agent = await UserAgent.StartAsync(change?.Invoke(options) ?? options);
        _agents.Add((agent, host));
        return agent;
    }

    /// <summary>Gives the calls of the first agent to a handler.</summary>
    public void Serve(Func<IncomingCall, CancellationToken, Task> handler) => _serving = Serve(Agent, handler);

    public Task Serve(UserAgent agent, Func<IncomingCall, CancellationToken, Task> handler) => agent.ServeAsync(handler, _stop.Token);

    /// <summary>Answers every call and keeps it up; the first is what the task gives.</summary>
    public Task<IncomingCall> AnswerAll(AnswerOptions? options = null, UserAgent? agent = null)
    {
        var first = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Serve(agent ?? Agent, async (call, _) =>
        {
            try
            {
                await call.AnswerAsync(options);
                first.TrySetResult(call);
            }
            catch (Exception e) // shown to the test
            {
                first.TrySetException(e);
                throw;
            }

            await call.WaitForEndAsync();
        });
        return first.Task;
    }

    /// <summary>Closes an agent before the end of the test.</summary>
    public async Task CloseAsync(UserAgent agent)
    {
        await agent.DisposeAsync();
        _agents.RemoveAll(entry => entry.Agent == agent);
    }

    public Task Delay(double seconds) => Network.Delay(seconds);

    /// <summary>Waits for something to happen that nobody tells of.</summary>
    public Task Until(Func<bool> condition, string what) => Network.Until(condition, what);

    public void Dispose() => _stop.Dispose();

    private void EndClean()
    {
        Network.Run(async () =>
        {
            await _stop.CancelAsync();
            await _serving;
            // A handler that is still running has its call ended under it, and must come to its end.
            foreach (var (agent, _) in _agents)
                await Until(() => agent.Calls.Count == 0, "the last call ended by itself");
        });
        Network.Advance(TimeSpan.FromSeconds(70)); // 64 × T1 twice: the transactions' longest way out
        foreach (var (agent, host) in _agents)
            AssertIdle(agent, host);
        Network.Run(async () =>
        {
            foreach (var (agent, _) in _agents)
                await agent.DisposeAsync();
        });
        Network.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, Network.Pool.Outstanding);
        foreach (var (_, host) in _agents)
            Assert.Equal((0, 0, 0), (host.Counters.Total.Timers, host.Counters.Total.Tickers, host.Counters.Total.Sockets));
    }

    /// <summary>Fails unless calls, dialogs, transactions, streams, ports and timers are all back to zero.</summary>
    public static void AssertIdle(UserAgent agent, VirtualHost host)
    {
        var signalling = agent.Endpoint.Counters;
        Assert.Equal(0, signalling.IncomingCalls + signalling.OutgoingCalls);
        Assert.Equal(0, signalling.Dialogs);
        Assert.Equal(0, signalling.PendingRequests);
        Assert.Equal(0, signalling.Transactions.Active);
        Assert.Equal(default(MediaCounters), agent.Media.Counters);
        Assert.Equal(host.ConnectionCount, host.Counters.Total.Timers); // a connection that stays open for the next request is kept alive
        Assert.Equal(0, host.Counters.Total.Tickers);
        Assert.Equal(0, host.Counters.Total.Faults);
        Assert.Equal(agent.Listeners.Count(listener => listener.Transport == Sip.Transport.SipTransport.Udp), host.Counters.Total.Sockets);
    }
}
