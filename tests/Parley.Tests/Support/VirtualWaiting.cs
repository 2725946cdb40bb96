using Parley.Net;

namespace Parley.Tests.Support;

/// <summary>Waits in virtual time.</summary>
internal static class VirtualWaiting
{
    public static Task Delay(this VirtualNetwork network, double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), network.Clock);

    /// <summary>Waits for something to happen that nobody tells of.</summary>
    public static async Task Until(this VirtualNetwork network, Func<bool> condition, string what)
    {
        for (var i = 0; i < 500; i++)
        {
            if (condition())
                return;
            await network.Delay(0.1);
        }

        Assert.Fail($"It did not happen within 50 s: {what}");
    }
}
