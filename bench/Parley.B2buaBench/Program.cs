// Usage: Parley.B2buaBench [--port 5060] [--to 127.0.0.1:5080] [--media anchored|direct] [--ports 20000-40000]
// Makes every call onward to one address. Prints, each second and at SIGINT, calls up, calls so far, datagrams sent, processor time and heap; with calls up and none coming,
// also what each of those holds.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Parley;
using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Net;

var port = Option("--port", "5060");
var target = $"sip:service@{Option("--to", "127.0.0.1:5080")}";
var ports = Option("--ports", "20000-40000").Split('-');
var options = new B2buaOptions { Media = Option("--media", "anchored") == "anchored" ? new AnchorOptions() : null };
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

await using var network = new SystemNetwork();
await using var agent = await DialogAgent.StartAsync(new UserAgentOptions
{
    Network = network,
    Listen = [$"udp://127.0.0.1:{port}"],
    MediaLanes = 1,
    MediaPorts = (Number(ports[0]), Number(ports[1])),
    MaxCalls = 50_000,
});
Console.WriteLine($"ready on udp:127.0.0.1:{port}, pid {Environment.ProcessId}");
var allocated = GC.GetTotalAllocatedBytes();
var reporting = ReportAsync();
await agent.ServeAsync(new DialogRoutes { OnInvite = (invite, cancel) => agent.TryCreateB2buaAsync(invite, [target], options, cancel) }, stop.Token);
await reporting;
Console.WriteLine($"{(GC.GetTotalAllocatedBytes() - allocated) / Math.Max(agent.Endpoint.Counters.IncomingCallsTotal, 1)} B allocated a call, "
    + $"collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}");
var idle = GC.GetTotalMemory(forceFullCollection: true);
Console.WriteLine($"heap at the end {idle >> 10} kB");

async Task ReportAsync()
{
    var process = Process.GetCurrentProcess();
    var (lastCalls, lastSent, lastTime) = (0L, 0L, process.TotalProcessorTime);
    var quiet = 0;
    var empty = GC.GetTotalMemory(forceFullCollection: true);
    while (!stop.IsCancellationRequested)
    {
        await Task.Delay(1000);
        process.Refresh();
        var counters = agent.Endpoint.Counters;
        var calls = counters.IncomingCallsTotal - lastCalls;
        var time = process.TotalProcessorTime - lastTime;
        var sent = network.Counters.Total.DatagramsOut - lastSent;
        (lastCalls, lastSent, lastTime) = (counters.IncomingCallsTotal, lastSent + sent, process.TotalProcessorTime);
        var each = calls == 0 ? 0 : time.TotalMicroseconds / calls;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{counters.IncomingCalls} up, {counters.IncomingCallsTotal} in all, {calls}/s, {each:0} us a call, {sent} datagrams out/s, {(sent == 0 ? 0 : time.TotalMicroseconds / sent):0.0} us each, heap {GC.GetTotalMemory(false) >> 10} kB, resident {process.WorkingSet64 >> 10} kB"));
        // Every fifth second: a collection is work too.
        if (calls == 0 && counters.IncomingCalls > 0 && ++quiet % 5 == 0)
            Console.WriteLine($"{(GC.GetTotalMemory(forceFullCollection: true) - empty) / counters.IncomingCalls} B held a call");
    }
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

string Option(string name, string fallback)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
}
