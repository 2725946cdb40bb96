using System.Diagnostics;
using System.Globalization;
using System.Net;
using Parley.Media.Engine;
using Parley.MediaBench;
using Parley.Net;

// relay FIRST-PORT CALLS   call i: what comes on FIRST+4i leaves by FIRST+4i+2, and back
// echo  FIRST-PORT STREAMS stream i on FIRST+2i: jitter buffer, decoder, encoder, back to the sender
// play  FIRST-PORT STREAMS SECONDS WARM-UP   sends a tone from each stream and measures how late its packets leave, once it has run for WARM-UP seconds
// codecs                   what 20 ms of audio cost to encode and decode
if (args is ["codecs"])
    return Coding.Measure();
if (args.Length < 3 || !int.TryParse(args[1], out var first) || !int.TryParse(args[2], out var count))
{
    Console.Error.WriteLine("usage: relay|echo FIRST-PORT COUNT, or play FIRST-PORT COUNT [SECONDS [WARM-UP]], or codecs");
    return 2;
}

var relay = args[0] == "relay";
await using var network = new SystemNetwork();
await using var engine = new MediaEngine(network, new()
{
    Lanes = 1,
    BindAddress = IPAddress.Loopback,
    FirstPort = first,
    LastPort = first + 2 * count * (relay ? 2 : 1) + 1,
    Latching = LatchPolicy.SameAddress,
});

if (args[0] == "play")
    return Pacing.Measure(engine, count, Seconds(3, 10), Seconds(4, 15));

var streams = Enumerable.Range(0, relay ? 2 * count : count).Select(_ => engine.CreateStream()).ToList();
foreach (var stream in streams)
{
    stream.Configure(Pcmu.To(null));
    stream.TrustSignalling(NetEndpoint.From(IPAddress.Loopback, 0)); // the load, and after two silent seconds the next one
}

for (var i = 0; i < streams.Count; i += relay ? 2 : 1)
{
    if (relay)
        Relay.Connect(streams[i], streams[i + 1]);
    else
        streams[i].Echo();
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });
Console.Error.WriteLine($"{args[0]} {streams.Count} streams from port {first}, process {Environment.ProcessId}");
await Meter.RunAsync(streams, stop.Token);
return 0;

TimeSpan Seconds(int argument, int fallback) =>
    TimeSpan.FromSeconds(args.Length > argument ? int.Parse(args[argument], CultureInfo.InvariantCulture) : fallback);
