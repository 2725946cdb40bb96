using System.Collections.Concurrent;
using Parley.Dialogs;

namespace Parley.Interop.Tests.Flows;

/// <summary>Parley in a flow: a dialog agent on a real port, doing what the flow's host line names.</summary>
internal sealed class FlowStage : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, int> _ports;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly FlowHost _host;
    private Task _serving = Task.CompletedTask;
    private Task _acting = Task.CompletedTask;
    private readonly List<IAsyncDisposable> _owned = [];
    private long _begun;

    private FlowStage(FlowHost host, DialogAgent agent, IReadOnlyDictionary<string, int> ports, string[] arguments)
        => (_host, Agent, _ports, Arguments) = (host, agent, ports, arguments);

    public DialogAgent Agent { get; }

    /// <summary>What follows the host's name in the flow.</summary>
    public string[] Arguments { get; }

    public int Port => Agent.Listeners[0].Local.Port;

    /// <summary>What later parties have to know, such as which dialog to replace: keywords of their scenarios.</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new();

    /// <summary>Fires when the flow is over.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Parley's own session description; a later version is a change.</summary>
    public static string Sdp(string direction = "sendrecv", int version = 1) =>
        $"v=0\r\no=parley 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\n"
        + $"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na={direction}\r\n";

    public static async Task<FlowStage> StartAsync(string host, IReadOnlyDictionary<string, int> ports)
    {
        var words = host.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var behaviour = FlowHosts.Named(words[0], name => Address(name, ports), words[1..]);
        var options = new UserAgentOptions { Listen = ["udp://127.0.0.1:0"], Caller = "sip:parley@127.0.0.1", Events = ["presence"] };
        var agent = await DialogAgent.StartAsync(behaviour.Options?.Invoke(options) ?? options);
        return new(behaviour, agent, ports, words[1..]);
    }

    /// <summary>Where a party of the flow is called.</summary>
    public string UriOf(string party) => Address(party, _ports);

    /// <summary>Disposes of something when the flow is over.</summary>
    public T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Notes what is not as it should be; it fails the flow.</summary>
    public void Problem(string text) => _problems.Enqueue(text);

    public void Expect(bool isSo, string what)
    {
        if (!isSo)
            Problem(what);
    }

    /// <summary>Begins to serve, and to do what the host does of its own accord.</summary>
    public async Task BeginAsync()
    {
        if (_host.Before is { } prepare)
            await prepare(this);
        _begun = Environment.TickCount64;
        _serving = Agent.ServeAsync(_host.Routes(this), _stop.Token);
        _acting = Task.Run(async () =>
        {
            try
            {
                if (_host.Act is { } act)
                    await act(this);
            }
            catch (Exception e)
            {
                Problem($"{e}");
            }
        });
    }

    /// <summary>Waits until so many milliseconds after the beginning.</summary>
    public Task WaitAsync(int milliseconds) => Task.Delay((int)Math.Max(0, _begun + milliseconds - Environment.TickCount64));

    /// <summary>Waits until the host knows what a later party has to be told.</summary>
    public async Task WaitForKeyAsync(string key)
    {
        for (var tries = 0; tries < 300 && !Keys.ContainsKey(key); tries++)
            await Task.Delay(100);
        Expect(Keys.ContainsKey(key), $"nothing to tell as '{key}' within 30 s");
    }

    /// <summary>Runs a handler; what it throws fails the flow.</summary>
    public Func<T, CancellationToken, Task> Guarded<T>(Func<T, CancellationToken, Task> handle) => async (request, over) =>
    {
        try
        {
            await handle(request, over);
        }
        catch (Exception e) when (e is not OperationCanceledException and not DialogException)
        {
            Problem($"{e}");
            throw;
        }
    };

    /// <summary>Waits for what the host still does; says what went wrong.</summary>
    public async Task<string> FinishAsync(bool wait)
    {
        if (wait && await Task.WhenAny(_acting, Task.Delay(TimeSpan.FromSeconds(30))) != _acting)
            Problem("the host had not finished 30 s after the last party");
        return string.Join("\n", _problems);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        await Agent.DisposeAsync();
        foreach (var owned in _owned)
            await owned.DisposeAsync();
        _stop.Dispose();
    }

    private static string Address(string party, IReadOnlyDictionary<string, int> ports) => $"sip:{party}@127.0.0.1:{ports[party]}";
}

/// <summary>What Parley does in a flow.</summary>
internal sealed record FlowHost
{
    public Func<UserAgentOptions, UserAgentOptions>? Options { get; init; }

    /// <summary>What has to be there before anybody speaks.</summary>
    public Func<FlowStage, Task>? Before { get; init; }

    /// <summary>Takes what others begin.</summary>
    public Func<FlowStage, DialogRoutes> Routes { get; init; } = _ => new();

    /// <summary>What it begins itself.</summary>
    public Func<FlowStage, Task>? Act { get; init; }
}
