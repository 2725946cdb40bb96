using System.Diagnostics;
using Parley.Media.Engine;

namespace Parley.MediaBench;

/// <summary>Every five seconds of running: packets, CPU time per packet, collections.</summary>
internal static class Meter
{
    public static async Task RunAsync(IReadOnlyList<AudioStream> streams, CancellationToken stop)
    {
        var process = Process.GetCurrentProcess();
        var (packets, cpu, system, allocated) = Read(process, streams);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(5000, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            var (packetsNow, cpuNow, systemNow, allocatedNow) = Read(process, streams);
            if (packetsNow > packets)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{(packetsNow - packets) / 5.0:F0} packets/s, {(cpuNow - cpu).TotalMicroseconds / (packetsNow - packets):F2} µs a packet ({(cpuNow - cpu - (systemNow - system)).TotalMicroseconds / (packetsNow - packets):F2} of them in user space), {(double)(allocatedNow - allocated) / (packetsNow - packets):F3} B a packet, {GC.CollectionCount(0)} collections"));
            }

            (packets, cpu, system, allocated) = (packetsNow, cpuNow, systemNow, allocatedNow);
        }
    }

    private static (long Packets, TimeSpan Cpu, TimeSpan System, long Allocated) Read(Process process, IReadOnlyList<AudioStream> streams)
    {
        var sent = streams.Sum(stream => stream.GetStatistics().PacketsSent);
        process.Refresh();
        return (sent, process.TotalProcessorTime, process.PrivilegedProcessorTime, GC.GetTotalAllocatedBytes());
    }
}
