using Parley.Dialogs;
using Parley.Net;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>
/// A dialog agent at 10.0.0.1 and three peers that say what they are told, on a network with a clock that only moves when nothing is left to do. After each test everything
/// must be back to zero.
/// </summary>
internal sealed class DialogStage : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly VirtualHost _host;
    private Task _serving = Task.CompletedTask;

    private DialogStage(VirtualNetwork network)
    {
        Network = network;
        _host = network.Host(Stage.Us);
        Alice = new Peer(network, "alice", "10.0.0.9");
        Bob = new Peer(network, "bob", "10.0.0.8");
        Carol = new Peer(network, "carol", "10.0.0.7");
    }

    public const string OurSdp = """
        v=0
        o=us 5 1 IN IP4 10.0.0.1
        s=-
        c=IN IP4 10.0.0.1
        t=0 0
        m=audio 6000 RTP/AVP 0 8 101

        """;

    public VirtualNetwork Network { get; }

    public DialogAgent Agent { get; private set; } = null!;

    public Peer Alice { get; }

    public Peer Bob { get; }

    public Peer Carol { get; }

    public static void Run(Func<DialogStage, Task> body, Func<UserAgentOptions, UserAgentOptions>? change = null)
    {
        var network = new VirtualNetwork();
        using var stage = new DialogStage(network);
        network.Run(async () =>
        {
            var options = new UserAgentOptions
            {
                Listen = [$"udp://{Stage.Us}:5060"], Name = "", MediaLanes = 1, Network = stage._host, Caller = "sip:us@10.0.0.1", Events = ["presence"],
            };
            stage.Agent = await DialogAgent.StartAsync(change?.Invoke(options) ?? options);
        });
        network.Run(() => body(stage), TimeSpan.FromMinutes(30));
        stage.EndClean();
    }

    public void Serve(DialogRoutes routes) => _serving = Agent.ServeAsync(routes, _stop.Token);

    /// <summary>Gives calls to a handler, whose first result is what the task gives.</summary>
    public Task<T> Serve<T>(Func<InviteRequest, CancellationToken, Task<T>> handler)
    {
        var first = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(new DialogRoutes
        {
            OnInvite = async (invite, cancel) =>
            {
                try
                {
                    first.TrySetResult(await handler(invite, cancel));
                }
                catch (Exception e) // shown to the test
                {
                    first.TrySetException(e);
                    _ = first.Task.Exception;
                    throw;
                }
            },
        });
        return first.Task;
    }

    /// <summary>A call of Alice's that is answered and confirmed.</summary>
    public async Task<(InviteDialog Dialog, string Answer)> CalledAsync(DialogHandlers? handlers = null, string sdp = OurSdp)
    {
        var dialog = Serve((invite, cancel) => Agent.CreateUasAsync(invite, new UasOptions { Sdp = sdp, Handlers = handlers ?? new() }, cancel));
        var answer = await Alice.Call(Alice.Sdp());
        await Delay(0.1);
        return (await dialog, answer);
    }

    public Task Delay(double seconds) => Network.Delay(seconds);

    public Task Until(Func<bool> condition, string what) => Network.Until(condition, what);

    public void Dispose() => _stop.Dispose();

    private void EndClean()
    {
        Network.Run(async () =>
        {
            await _stop.CancelAsync();
            await _serving;
            foreach (var dialog in Agent.Dialogs)
                await dialog.DestroyAsync();
        });
        Network.Advance(TimeSpan.FromSeconds(140)); // 64 × T1 over and over: the transactions' longest way out, and what peers here leave unanswered
        Assert.Empty(Agent.Dialogs);
        Stage.AssertIdle(Agent.Phone, _host);
        Network.Run(async () => await Agent.DisposeAsync());
        Network.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, Network.Pool.Outstanding);
        Assert.Equal((0, 0, 0), (_host.Counters.Total.Timers, _host.Counters.Total.Tickers, _host.Counters.Total.Sockets));
    }
}
