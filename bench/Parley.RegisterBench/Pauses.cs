using System.Diagnostics;
using System.Globalization;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Storage.Sqlite;

namespace Parley.RegisterBench;

/// <summary>
/// A lane ticks every millisecond while so many bindings are loaded from a file beside it, and while all of them end within one second. What is told is how late the ticks
/// came: a turn of the lane, a lock it waited for, the garbage collector, or the machine's other work.
/// </summary>
internal static class Pauses
{
    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("parley-pauses-").FullName;
        try
        {
            var file = Path.Combine(folder, "bindings.db");
            await using var network = new SystemNetwork();
            var lifetime = 60 + options.Users / 2_000;
            await using (var storage = await SqliteStorage.OpenAsync(file))
            {
                await using var first = await LocationService.StartAsync(storage.Locations, new ServedDomains("example.com"));
                await Registering.RunAsync(network, first, options.Users, lifetime);
            }

            var lane = network.CreateLanes("probe", 1)[0];
            using var probe = new Probe(lane);
            await Task.Delay(TimeSpan.FromSeconds(5));
            probe.Tell("nothing else going on");
            await using (var storage = await SqliteStorage.OpenAsync(file))
            {
                await using var locations = await LocationService.StartAsync(storage.Locations, new ServedDomains("example.com"));
                probe.Tell($"{locations.Counters.Addresses} bindings loaded");
                var before = locations.Counters.Addresses;
                while (locations.Counters.Addresses > 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(200));
                probe.Tell($"{before} bindings expired");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Probe : ILaneTicker, IDisposable
    {
        private readonly List<double> _late = [];
        private readonly IDisposable _ticking;
        private TimeSpan _cpu = Cpu();
        private long _last;

        public Probe(Lane lane) => _ticking = lane.AddTicker(this, 1);

        public void Tick(long number, int missed)
        {
            var time = Stopwatch.GetTimestamp();
            if (_last != 0)
            {
                lock (_late)
                    _late.Add(Stopwatch.GetElapsedTime(_last, time).TotalMilliseconds - 1);
            }

            _last = time;
        }

        public void Tell(string during)
        {
            lock (_late)
            {
                _late.Sort();
                var cpu = Cpu();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"pause\t{_late[^1]:0.0}\tms\tlongest of {_late.Count} ticks, p99.9 {_late[(int)(_late.Count * 0.999)]:0.0} ms, {(cpu - _cpu).TotalMilliseconds:0} ms of CPU: {during}"));
                _late.Clear();
                _cpu = cpu;
            }
        }

        public void Dispose() => _ticking.Dispose();

        private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;
    }
}
