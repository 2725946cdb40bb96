using System.Diagnostics;
using System.Runtime.InteropServices;
using Parley.Net;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Authentication;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.RegisterBench;

internal static class Serving
{
    public static async Task RunAsync(Options options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
        await using var store = await options.OpenAsync();
        await using var network = new SystemNetwork();
        var domains = new ServedDomains("127.0.0.1");
        await using var locations = await LocationService.StartAsync(store, domains);
        var guard = new SourceGuard(new() { Exempt = [], MessageRate = 1_000_000, MessageBurst = 1_000_000, UnauthenticatedRate = 1_000_000, UnauthenticatedBurst = 1_000_000 });
        await using var accounts = new MemoryAccountStore(Enumerable.Range(0, options.Auth == "digest" ? options.Users : 0).Select(i => Account.Create($"u{i}", "127.0.0.1", "secret")));
        IAdmission admission = options.Auth == "digest"
            ? new AdmissionService(new AccountDirectory(accounts), domains, guard, new() { Algorithms = [DigestAlgorithm.Md5], MaxNonces = 2_000_000 })
            : new OpenDoor();
        var registrar = new RegistrarService(locations, admission);
        await using var endpoint = await SipEndpoint.StartAsync(network, new SipEndpointOptions
        {
            Transport = new SipTransportOptions { Listen = [$"udp:127.0.0.1:{options.Port}"], Gate = guard },
            Handler = new RegistrarHandler(registrar),
            Methods = [SipMethod.Register],
            Extensions = RegistrarService.Extensions,
        });
        Console.WriteLine($"ready on udp:127.0.0.1:{options.Port}, store {options.Store}, auth {options.Auth}, pid {Environment.ProcessId}");
        await ReportAsync(endpoint, locations, stop.Token);
    }

    private static async Task ReportAsync(SipEndpoint endpoint, LocationService locations, CancellationToken stop)
    {
        var process = Process.GetCurrentProcess();
        var (requests, cpu) = (0L, process.TotalProcessorTime);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                process.Refresh();
                var (r, t) = (endpoint.Transport.Counters.Received(SipTransport.Udp), process.TotalProcessorTime);
                if (r > requests)
                {
                    Console.WriteLine(
                        $"{r - requests,6} requests/s  {(t - cpu).TotalMicroseconds / (r - requests),6:0.0} us each  {locations.Counters}  "
                        + $"rss {process.WorkingSet64 >> 20} MB  gc {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}");
                }

                (requests, cpu) = (r, t);
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine(endpoint.Counters);
        }
    }
}
