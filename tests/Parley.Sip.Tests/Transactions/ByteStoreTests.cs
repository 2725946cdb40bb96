using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class ByteStoreTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(400)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(60_000)]
    public void It_keeps_bytes_in_little_more_room_than_they_take(int length)
    {
        var store = new ByteStore();
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var kept = store.Keep(bytes);
        Assert.Equal(bytes, kept.Span.ToArray());
        Assert.InRange(kept.Array!.Length, length, Math.Max(64, length + 63));
        store.Return(kept);
    }

    [Fact]
    public void What_is_given_back_is_used_again_for_the_same_size()
    {
        var store = new ByteStore();
        var first = store.Keep(new byte[300]);
        store.Return(first);
        Assert.Same(first.Array, store.Keep(new byte[310]).Array);
        Assert.NotSame(first.Array, store.Keep(new byte[300]).Array);
    }

    [Fact]
    public void Giving_back_nothing_is_allowed() => new ByteStore().Return(default);
}
