using System.Globalization;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.RegisterBench;

/// <summary>What is on the heap for each binding when that many devices have registered over UDP, each with one Contact.</summary>
internal static class Memory
{
    public static async Task RunAsync(Options options)
    {
        await using var network = new SystemNetwork();
        await using var locations = await LocationService.StartAsync(null, new ServedDomains("example.com"));
        var before = Heap();
        await Registering.RunAsync(network, locations, options.Users);
        // Transactions linger for 32 s; what is left after that are the bindings.
        await Task.Delay(TimeSpan.FromSeconds(35));
        var after = Heap();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"memory\t{(after - before) / (double)locations.Counters.Addresses:0}\tbytes a binding\t{locations.Counters.Addresses} bindings"));
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
