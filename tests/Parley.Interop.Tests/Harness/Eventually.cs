using System.Diagnostics;
using Xunit.Sdk;

namespace Parley.Interop.Tests.Harness;

/// <summary>What becomes true in its own time, on a machine that has other things to do as well.</summary>
internal static class Eventually
{
    /// <summary>Longer than any machine keeps a program waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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
}
