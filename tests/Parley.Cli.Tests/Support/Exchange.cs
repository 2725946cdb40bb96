using System.Text;
using Parley.Cli.Extensions;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Net;

namespace Parley.Cli.Tests.Support;

/// <summary>The extensions at 10.0.0.1 and a caller at 10.0.0.9, on a network whose clock moves only when nothing is left to do.</summary>
internal sealed class Exchange
{
    private readonly StringBuilder _lines = new();

    private Exchange(VirtualNetwork network) => Network = network;

    public VirtualNetwork Network { get; }

    public UserAgent Caller { get; private set; } = null!;

    /// <summary>A folder of this run alone, taken away afterwards.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("parley-cli-").FullName;

    /// <summary>What was logged; whole once the run has ended.</summary>
    public string Log => _lines.ToString();

    /// <summary>Runs a test; afterwards nothing may be in use any more.</summary>
    public static Exchange Run(Func<Exchange, Task> body)
    {
        var exchange = new Exchange(new VirtualNetwork());
        try
        {
            exchange.Network.Run(() => exchange.RunAsync(body), TimeSpan.FromMinutes(30));
            return exchange;
        }
        finally
        {
            Directory.Delete(exchange.Data, recursive: true);
        }
    }

    /// <summary>A further user agent.</summary>
    public Task<UserAgent> StartAsync(string address) =>
        UserAgent.StartAsync(new() { Listen = [$"udp:{address}:5060"], Network = Network.Host(address), MediaLanes = 1 });

    public Task<OutgoingCall> DialAsync(string extension) => Caller.DialAsync($"sip:{extension}@10.0.0.1");

    /// <summary>Status and reason of a refusal.</summary>
    public async Task<int> RefusalAsync(string extension, DialOptions? options = null)
    {
        var result = await Caller.TryDialAsync($"sip:{extension}@10.0.0.1", options);
        Assert.Null(result.Call);
        return result.End!.Value.Status;
    }

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Network.Time);

    private async Task RunAsync(Func<Exchange, Task> body)
    {
        using var stop = new CancellationTokenSource();
        await using (var lines = new StringWriter(_lines))
        await using (var log = new ServeLog(lines))
        await using (var agent = await StartAsync("10.0.0.1"))
        await using (Caller = await StartAsync("10.0.0.9"))
        {
            var services = new ExtensionServices(agent, log, new BridgePolicy([]), new RecordingFolder(Data), Network.Time);
            await using var control = new CallControl(agent);
            var serving = agent.ServeAsync(new Switchboard(services, control.Directory).HandleAsync, stop.Token);
            await body(this);
            await agent.DrainAsync();
            await stop.CancelAsync();
            await serving;
            Assert.Equal(0, agent.Media.Counters.Ports);
        }
    }
}
