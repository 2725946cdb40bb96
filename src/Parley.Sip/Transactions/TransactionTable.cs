using System.Diagnostics;
using Parley.Sip.Messages;

namespace Parley.Sip.Transactions;

/// <summary>
/// Where a node of a <see cref="TransactionTable{T, TLinks}"/> keeps its key and its link; a type without fields, so that calls to it are
/// inlined.
/// </summary>
internal interface ITableLinks<T>
    where T : class
{
    static abstract UInt128 Key(T node);

    static abstract ref T? Next(T node);

    static abstract SipMethod Method(T node);
}

/// <summary>
/// Hash table whose chains run through the nodes: 8 bytes a node and 8 a bucket, nothing allocated by adding. Several nodes may have one
/// key. The keys are keyed hashes already, so their low bits choose the bucket.
/// </summary>
internal sealed class TransactionTable<T, TLinks>
    where T : class
    where TLinks : struct, ITableLinks<T>
{
    private T?[] _buckets = new T?[64];

    public int Count { get; private set; }

    public void Add(T node)
    {
        if (Count == _buckets.Length)
            Grow();
        Link(node);
        Count++;
    }

    public void Remove(T node)
    {
        ref var link = ref _buckets[Bucket(TLinks.Key(node))];
        while (link != node)
        {
            Debug.Assert(link is not null, "removed a transaction that is not in the table");
            link = ref TLinks.Next(link);
        }

        link = TLinks.Next(node);
        TLinks.Next(node) = null;
        Count--;
    }

    /// <summary>A node with that key, whatever its method.</summary>
    public T? Find(UInt128 key) => Seek(_buckets[Bucket(key)], key);

    /// <summary>The node with that key and method.</summary>
    public T? Find(UInt128 key, SipMethod method)
    {
        var node = Find(key);
        while (node is not null && TLinks.Method(node) != method)
            node = Seek(TLinks.Next(node), key);
        return node;
    }

    /// <summary>Copies every node, for the rare walk over all of them.</summary>
    public List<T> ToList()
    {
        var all = new List<T>(Count);
        foreach (var head in _buckets)
        {
            for (var node = head; node is not null; node = TLinks.Next(node))
                all.Add(node);
        }

        return all;
    }

    private static T? Seek(T? node, UInt128 key)
    {
        while (node is not null && TLinks.Key(node) != key)
            node = TLinks.Next(node);
        return node;
    }

    private int Bucket(UInt128 key) => (int)(ulong)key & (_buckets.Length - 1);

    private void Link(T node)
    {
        ref var head = ref _buckets[Bucket(TLinks.Key(node))];
        TLinks.Next(node) = head;
        head = node;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new T?[old.Length * 2];
        foreach (var head in old)
        {
            for (var node = head; node is not null;)
            {
                var next = TLinks.Next(node);
                Link(node);
                node = next;
            }
        }
    }
}
