using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class TransactionTableTests
{
    [Fact]
    public void It_finds_what_was_added_and_not_removed_through_growth_and_collisions()
    {
        var table = new TransactionTable<Node, Links>();
        var kept = new List<Node>();
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            if (kept.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(kept.Count);
                table.Remove(kept[at]);
                Assert.Null(table.Find(kept[at].Key, kept[at].Method));
                kept.RemoveAt(at);
                continue;
            }

            // Low bits shared by many: keys collide in their bucket; methods share a key.
            var node = new Node { Key = new UInt128((ulong)i, (ulong)random.Next(64)), Method = (SipMethod)random.Next(4) };
            table.Add(node);
            kept.Add(node);
        }

        Assert.Equal(kept.Count, table.Count);
        Assert.All(kept, node => Assert.Same(node, table.Find(node.Key, node.Method)));
        Assert.Equal(kept.ToHashSet(), table.ToList().ToHashSet());
    }

    [Fact]
    public void Nodes_of_one_key_are_told_apart_by_method()
    {
        var table = new TransactionTable<Node, Links>();
        var invite = new Node { Key = 5, Method = SipMethod.Invite };
        var cancel = new Node { Key = 5, Method = SipMethod.Cancel };
        table.Add(invite);
        table.Add(cancel);
        Assert.Same(invite, table.Find(5, SipMethod.Invite));
        Assert.Same(cancel, table.Find(5, SipMethod.Cancel));
        Assert.Null(table.Find(5, SipMethod.Bye));
        Assert.NotNull(table.Find(5));
    }

    private sealed class Node
    {
        public Node? Following;

        public UInt128 Key { get; init; }

        public SipMethod Method { get; init; }
    }

    private readonly struct Links : ITableLinks<Node>
    {
        public static UInt128 Key(Node node) => node.Key;

        public static SipMethod Method(Node node) => node.Method;

        public static ref Node? Next(Node node) => ref node.Following;
    }
}
