using System.Diagnostics;
using Parley.BenchSupport;

namespace Parley.VoiceBench;

/// <summary>Many bots at once: each hears a voice come and go, speaks, and is recorded; a program watches each.</summary>
internal static class Load
{
    public static async Task MeasureAsync(int calls, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("parley-bench-");
        try
        {
            await using var rig = await Rig.StartAsync(10 * (seconds + 60), folder.FullName);
            await rig.CallAsync(bot: true);
            await Task.Delay(1000); // what is there once only
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 1; i < calls; i++)
                await rig.CallAsync(bot: true);
            await Task.Delay(TimeSpan.FromSeconds(10)); // code is being compiled
            await Pace.MeasureAsync(rig.Lines, seconds);
            var after = GC.GetTotalMemory(forceFullCollection: true);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(FormattableString.Invariant(
                $"memory: {(after - before) / 1024.0 / (calls - 1):F0} kB of objects a call, its program and socket on both sides included, with up to 30 s of speech waiting; working set {process.WorkingSet64 >> 20} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
