using System.Diagnostics;
using Xunit.Sdk;

namespace Parley.TestSupport;

/// <summary>
/// For tests whose packets travel in real time: audio that comes late because the machine let this process wait is concealed or thrown away, as a telephone has to, and then less is heard
/// than was said. Such an attempt proves nothing and is made again; one that was not disturbed counts at once.
/// </summary>
internal static class Unhurried
{
    private const int Attempts = 5;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    /// <summary>What a jitter buffer may not bridge: three packets of 20 ms.</summary>
    private static readonly TimeSpan s_disturbance = TimeSpan.FromMilliseconds(60);

    /// <summary>Passes when an attempt does; one that fails is made again where the machine kept this process waiting meanwhile.</summary>
    /// <param name="attempt">Begins from nothing each time.</param>
    public static async Task PassesAsync(Func<Task> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            using var watch = new Watch();
            try
            {
                await attempt();
                return;
            }
            catch (Exception e) when (e is not SkipException && tries < Attempts && watch.Longest > s_disturbance)
            {
                // However a disturbed attempt ended, the next one tells; the last one's failure is the test's.
            }
        }
    }

    /// <summary>A thread that only sleeps, and sees how late it is woken.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly Thread _thread;
        private long _longest;
        private volatile bool _over;

        public Watch()
        {
            _thread = new Thread(Look) { IsBackground = true };
            _thread.Start();
        }

        public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

        public void Dispose()
        {
            _over = true;
            _thread.Join();
        }

        private void Look()
        {
            while (!_over)
            {
                var begun = Stopwatch.GetTimestamp();
                Thread.Sleep(s_look);
                var late = Stopwatch.GetElapsedTime(begun) - s_look;
                if (late.Ticks > Interlocked.Read(ref _longest))
                    Interlocked.Exchange(ref _longest, late.Ticks);
            }
        }
    }
}
