using System.Diagnostics;
using Xunit.Sdk;

namespace Parley.Interop.Tests.Harness;

/// <summary>What becomes true in its own time, on a machine that has other things to do as well.</summary>
internal static class Eventually
{
    /// <summary>Longer than any machine keeps a program waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int Attempts = 3;

    /// <summary>Waits until an assertion holds that says why it does not; a file it reads may not be there yet, or be half written.</summary>
    public static async Task AssertAsync(Action assertion)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception e) when (e is XunitException or IOException or InvalidDataException && clock.Elapsed < Patience)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>
    /// Passes when one of three attempts does. For what a phone has to hear or do whole: one that the machine keeps waiting for a second throws away what has come meanwhile, and SIPp
    /// counts what it then sends late. What the product does wrong it does wrong three times.
    /// </summary>
    /// <param name="attempt">Begins from nothing each time.</param>
    public static async Task PassesAsync(Func<Task> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (Exception e) when (e is XunitException or TimeoutException && tries < Attempts)
            {
                // The next one tells; the last one's failure is the test's.
            }
        }
    }
}
