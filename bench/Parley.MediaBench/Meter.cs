using System.Diagnostics;
using Parley.Media.Engine;

namespace Parley.MediaBench;

/// <summary>Every five seconds of running: packets, CPU time per packet, collections.</summary>
internal static class Meter
{
    public static async Task RunAsync(IReadOnlyList<AudioStream> streams, CancellationToken stop)
    {
        var process = Process.GetCurrentProcess();
        var (packets, cpu, allocated) = Read(process, streams);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(5000, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            var (packetsNow, cpuNow, allocatedNow) = Read(process, streams);
            if (packetsNow > packets)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{(packetsNow - packets) / 5.0:F0} packets/s, {(cpuNow - cpu).TotalMicroseconds / (packetsNow - packets):F2} µs a packet, {(double)(allocatedNow - allocated) / (packetsNow - packets):F3} B a packet, {GC.CollectionCount(0)} collections"));
            }

            (packets, cpu, allocated) = (packetsNow, cpuNow, allocatedNow);
        }
    }

    private static (long Packets, TimeSpan Cpu, long Allocated) Read(Process process, IReadOnlyList<AudioStream> streams)
    {
        var sent = streams.Sum(stream => stream.GetStatistics().PacketsSent);
        process.Refresh();
        return (sent, process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
    }
}
