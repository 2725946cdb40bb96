using Parley.Media.Audio;

namespace Parley.Media.Tests.Audio;

public sealed class PcmQueueTests
{
    [Fact]
    public void Samples_come_out_in_their_order_whatever_the_lengths()
    {
        var queue = new PcmQueue(100_000);
        var (said, heard) = (Enumerable.Range(0, 30_000).Select(i => (short)i).ToArray(), new List<short>());
        var piece = new short[1_777];
        foreach (var part in said.Chunk(3_001))
        {
            Assert.Equal(part.Length, queue.Write(part));
            heard.AddRange(piece[..queue.Read(piece)]);
        }

        while (queue.Read(piece) is > 0 and var count)
            heard.AddRange(piece[..count]);
        Assert.Equal(said, heard);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void It_takes_no_more_than_it_has_room_for()
    {
        var queue = new PcmQueue(5_000);
        Assert.Equal(5_000, queue.Write(new short[6_000]));
        Assert.Equal(0, queue.Write(new short[1]));
        Assert.Equal(4_999, queue.Read(new short[4_999]));
        Assert.Equal(4_999, queue.Write(new short[6_000]));
        Assert.Equal(5_000, queue.Count);
    }

    [Fact]
    public void What_was_drained_is_filled_again()
    {
        var queue = new PcmQueue(1_000_000);
        var (frame, piece) = (new short[640], new short[1_024]);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 10; i++)
                queue.Write(frame);
            while (queue.Read(piece) > 0)
            {
                // Drained.
            }
        }));
    }

    [Fact]
    public void One_that_is_nearly_empty_takes_little()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var queue = new PcmQueue(1_000_000);
        queue.Write(new short[160]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 8_192);
    }

    [Fact]
    public async Task Two_threads_need_no_lock()
    {
        const int Total = 3_000_000;
        var queue = new PcmQueue(20_000);
        var writing = Task.Run(() =>
        {
            var frame = new short[331];
            for (var at = 0; at < Total;)
            {
                for (var i = 0; i < frame.Length; i++)
                    frame[i] = (short)(at + i);
                var count = queue.Write(frame.AsSpan(0, Math.Min(frame.Length, Total - at)));
                at += count;
                if (count == 0)
                    Thread.Yield();
            }
        }, TestContext.Current.CancellationToken);
        var piece = new short[1_024];
        var wrong = 0;
        for (var at = 0; at < Total;)
        {
            var count = queue.Read(piece);
            for (var i = 0; i < count; i++)
                wrong += piece[i] == (short)(at + i) ? 0 : 1;
            at += count;
            if (count == 0)
                Thread.Yield();
        }

        await writing;
        Assert.Equal(0, wrong);
    }
}
