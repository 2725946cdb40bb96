namespace Parley.Net;

/// <summary>One direction between two addresses: draws what a link does to each datagram, and remembers enough to keep order.</summary>
internal sealed class VirtualPath(VirtualLinkOptions link)
{
    private long _lastArrival;

    public int DrawCopies(Random random)
    {
        if (link.Loss > 0 && random.NextDouble() < link.Loss)
            return 0;
        return link.Duplication > 0 && random.NextDouble() < link.Duplication ? 2 : 1;
    }

    /// <summary>Time of arrival in ticks. What is held up, by chance or by <paramref name="fate"/>, is overtaken; everything else keeps its place.</summary>
    public long DrawArrival(Random random, long now, DatagramFate? fate)
    {
        var at = now + link.Delay.Ticks;
        if (link.Jitter > TimeSpan.Zero)
            at += random.NextInt64(link.Jitter.Ticks);
        if (fate is { Delay.Ticks: > 0 } late)
            return at + late.Delay.Ticks;
        if (fate is null && link.Reordering > 0 && random.NextDouble() < link.Reordering)
            return at + link.ReorderingDelay.Ticks;
        return _lastArrival = Math.Max(at, _lastArrival);
    }
}
