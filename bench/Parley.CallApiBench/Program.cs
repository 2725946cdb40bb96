// Usage: Parley.CallApiBench serve [--port 15060] [--api 15059]
//        Parley.CallApiBench latency|hold|cycles [--api 15059] [--phones 15070] [--calls N] [--rate N] [--seconds N] [--pid SERVER]
// serve:   a user agent, its calls and the call API, as in `parley serve`; SIGINT ends it, and it says how long its last 1,500 CallStarts took to their INVITEs.
// latency: from a CallStart's being sent to its INVITE's being received, with N calls up (500) and R further ones a second (50); both hops over loopback are in it.
// hold:    N calls (10,000) held by one socket that is told every event of every call, phone to phone (RFC 3725 flow I); counts what it is told.
// cycles:  CallStart, CallEnd, R times a second (200) for S seconds (300); the server's memory each ten seconds.
using System.Globalization;
using System.Runtime.InteropServices;
using Parley;
using Parley.CallApiBench;
using Parley.Control;
using Parley.Server.CallApi;
using Parley.Server.Hosting;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
switch (args.FirstOrDefault())
{
    case "serve":
        await ServeAsync();
        return 0;
    case "latency" or "hold" or "cycles":
        await using (var load = await Load.StartAsync(Number("--api", 15059), Number("--phones", 15070)))
        {
            await (args[0] switch
            {
                "latency" => load.LatencyAsync(Number("--calls", 500), Number("--rate", 50), Number("--seconds", 40)),
                "hold" => load.HoldAsync(Number("--calls", 10_000), Number("--rate", 200)),
                _ => load.CyclesAsync(Number("--rate", 200), Number("--seconds", 300), Number("--pid", 0)),
            });
        }

        return 0;
    default:
        Console.Error.WriteLine("usage: Parley.CallApiBench serve|latency|hold|cycles");
        return 2;
}

async Task ServeAsync()
{
    CallControl? control = null;
    var timed = new TimedControl { Inner = () => control! };
    await using var agent = await UserAgent.StartAsync(
        new() { Listen = [$"udp://127.0.0.1:{Number("--port", 15060)}"], MediaPorts = (20_000, 32_000), MaxCalls = 50_000, Trace = timed });
    await using var calls = control = new(agent);
    var surface = new CallApiSurface(timed);
    await using var host = await ApiHost.StartAsync(new() { Listen = new(System.Net.IPAddress.Loopback, Number("--api", 15059)) }, [surface]);
    Console.WriteLine($"ready at {host.Address}, pid {Environment.ProcessId}");
    try
    {
        await Task.Delay(Timeout.Infinite, stop.Token);
    }
    catch (OperationCanceledException)
    {
        var counters = surface.Counters;
        Console.WriteLine(FormattableString.Invariant($"commands {counters.CommandsTotal}, failed {counters.CommandsFailed}, calls left {control.Directory.Count}"));
        if (timed.Last(Number("--last", 1_500)) is { Count: > 0 } times)
            Console.WriteLine(FormattableString.Invariant($"CallStart understood to INVITE sent, the last {times.Count}: p50 {times[times.Count / 2]:0.000} p99 {times[(int)(times.Count * 0.99)]:0.000} max {times[^1]:0.000} ms"));
    }
}

int Number(string name, int fallback)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
}
