namespace Parley.Net.Tests.Buffers;

public sealed class PacketPoolTests
{
    private readonly PacketPool _pool = new();

    [Theory]
    [InlineData(0, PacketPool.SmallSize)]
    [InlineData(2_048, PacketPool.SmallSize)]
    [InlineData(2_049, PacketPool.LargeSize)]
    [InlineData(65_536, PacketPool.LargeSize)]
    [InlineData(70_000, 70_000)]
    public void A_rented_buffer_holds_at_least_what_was_asked(int size, int capacity)
    {
        var buffer = _pool.Rent(size);
        Assert.Equal(capacity, buffer.Capacity);
        Assert.Equal(0, buffer.Length);
        buffer.Release();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void A_buffer_goes_back_with_its_last_reference_and_is_used_again()
    {
        var buffer = _pool.Rent();
        buffer.AddRef();
        buffer.Release();
        Assert.Equal(1, _pool.Outstanding);
        Assert.NotSame(buffer, _pool.Rent());
        buffer.Release();
        Assert.Same(buffer, _pool.Rent());
        Assert.Equal(2, _pool.Outstanding);
    }

    [Fact]
    public void More_than_the_limit_is_not_kept()
    {
        var pool = new PacketPool(keptSmall: 1, keptLarge: 0);
        var (one, two, large) = (pool.Rent(), pool.Rent(), pool.Rent(60_000));
        one.Release();
        two.Release();
        large.Release();
        Assert.Same(one, pool.Rent());
        Assert.NotSame(two, pool.Rent());
        Assert.NotSame(large, pool.Rent(60_000));
    }

    [Fact]
    public void Renting_and_releasing_allocates_nothing()
    {
        _pool.Rent().Release();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _pool.Rent(i).Release();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_leave_none_behind()
    {
        Parallel.For(0, 8, _ =>
        {
            var held = new Queue<PacketBuffer>();
            for (var i = 0; i < 20_000; i++)
            {
                held.Enqueue(_pool.Rent(i % 4 == 0 ? 3_000 : 100));
                if (held.Count > 20)
                    held.Dequeue().Release();
            }

            foreach (var buffer in held)
                buffer.Release();
        });
        Assert.Equal(0, _pool.Outstanding);
    }
}
