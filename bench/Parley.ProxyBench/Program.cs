// Usage: Parley.ProxyBench [--port 5060] [--to 127.0.0.1:5080] [--lanes 1]
// Forwards every request that is not within a dialog to one address, statefully and with Record-Route. SIGINT prints the totals.
using System.Globalization;
using System.Runtime.InteropServices;
using Parley.Net;
using Parley.Services.Proxy;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

var port = Option("--port", "5060");
var target = new ProxyTarget { Uri = SipUri.Parse($"sip:service@{Option("--to", "127.0.0.1:5080")}") };
using var stop = new ManualResetEventSlim();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Set(); });
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Set(); });

var proxy = new SipProxy(new ProxyOptions
{
    Steps =
    [
        .. ProxyOptions.StandardSteps,
        new PolicyStep(request =>
        {
            request.AddTarget(target);
            return ProxyVerdict.Forward;
        }),
    ],
});
await using var network = new SystemNetwork();
await using var endpoint = await SipEndpoint.StartAsync(network, new SipEndpointOptions
{
    Transport = new SipTransportOptions { Listen = [$"udp:127.0.0.1:{port}"], Lanes = int.Parse(Option("--lanes", "1"), CultureInfo.InvariantCulture) },
    Router = proxy,
});
Console.WriteLine($"ready on udp:127.0.0.1:{port}, pid {Environment.ProcessId}");
var allocated = GC.GetTotalAllocatedBytes();
stop.Wait();
Console.WriteLine(proxy.Counters);
Console.WriteLine(endpoint.Counters.Transactions);
Console.WriteLine($"{(GC.GetTotalAllocatedBytes() - allocated) / Math.Max(proxy.Counters.Requests / 2, 1)} B allocated a call, "
    + $"heap {GC.GetTotalMemory(false) >> 20} MB, collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}");

string Option(string name, string fallback)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
}
