namespace Parley.Interop.Tests.Harness;

/// <summary>What phones do with each other; whom each of them hears is told by the tones they speak.</summary>
internal static class Talk
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    /// <summary>From now on each of two hears the other.</summary>
    public static Task HearEachOtherAsync(Baresip one, Baresip other) => Task.WhenAll(one.AssertHearsAsync(other.ToneHz), other.AssertHearsAsync(one.ToneHz));

    /// <summary>One calls another who answers.</summary>
    public static async Task CallAsync(Baresip caller, Baresip called)
    {
        await caller.DialAsync(called.Uri);
        await called.WaitForAnswerAsync(s_soon);
        await HearEachOtherAsync(caller, called);
    }

    /// <summary>One of two hands the other on to a third, and is out of it.</summary>
    public static async Task TransferAsync(Baresip by, Baresip other, Baresip to)
    {
        await by.TransferAsync(to.Uri);
        await to.WaitForAnswerAsync(s_soon);
        await by.WaitForEndAsync(s_soon);
        await HearEachOtherAsync(other, to);
    }

    /// <summary>One of two hangs up, and the other's call ends.</summary>
    public static async Task EndAsync(Baresip by, Baresip other)
    {
        await by.HangUpAsync();
        await other.WaitForEndAsync(s_soon);
    }
}
