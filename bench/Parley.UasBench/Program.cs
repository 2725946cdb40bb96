// Usage: Parley.UasBench [--port 5060] [--mode sip|call]
// sip:  answers at signalling level on the lane, as `sipp -sn uas` does (INVITE, 180, 200, ACK, BYE, 200), a fixed session description, no media.
// call: answers through the call API with an RTP port a call.
// Prints calls and CPU time per second; SIGINT prints the totals.
using System.Diagnostics;
using System.Runtime.InteropServices;
using Parley;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

var port = Option("--port", "5060");
var mode = Option("--mode", "sip");
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
var process = Process.GetCurrentProcess();

if (mode == "call")
{
    await using var agent = await UserAgent.StartAsync(new() { Listen = [$"udp://127.0.0.1:{port}"], MediaPorts = (20_000, 60_000) });
    var serving = agent.ServeAsync(async (call, ct) =>
    {
        await call.RingAsync(ct);
        await call.AnswerAsync(cancel: ct);
        await call.WaitForEndAsync(ct);
    }, stop.Token);
    await ReportAsync(() => agent.Endpoint.Counters);
    await serving;
}
else
{
    await using var network = new SystemNetwork();
    await using var endpoint = await SipEndpoint.StartAsync(
        network,
        new SipEndpointOptions { Transport = new SipTransportOptions { Listen = [$"udp:127.0.0.1:{port}"] }, Handler = new Answering() },
        CancellationToken.None);
    await ReportAsync(() => endpoint.Counters);
}

async Task ReportAsync(Func<EndpointCounters> counters)
{
    Console.WriteLine($"ready on udp:127.0.0.1:{port}, mode {mode}, pid {Environment.ProcessId}");
    var (calls, cpu) = (0L, process.TotalProcessorTime);
    using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
    try
    {
        while (await timer.WaitForNextTickAsync(stop.Token))
        {
            process.Refresh();
            var (c, t) = (counters().IncomingCallsTotal, process.TotalProcessorTime);
            if (c > calls)
            {
                Console.WriteLine(
                    $"{c - calls,6} calls/s  {(t - cpu).TotalMicroseconds / (c - calls),7:0.0} us/call  rss {process.WorkingSet64 >> 20} MB  "
                    + $"heap {GC.GetTotalMemory(false) >> 20} MB  gc {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}");
            }

            (calls, cpu) = (c, t);
        }
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine(counters());
    }
}

string Option(string name, string fallback)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
}

/// <summary>Rings and answers at once.</summary>
internal sealed class Answering : ISipEndpointHandler, IInviteSessionHandler
{
    private static readonly SipBody Sdp = new(
        "application/sdp",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n");

    public IInviteSessionHandler? OnInvite(IncomingInvite invite)
    {
        invite.Progress(180);
        invite.Answer(Sdp);
        return this;
    }

    public void OnEnded(CallEnd end, SipMessage? message)
    {
    }
}
