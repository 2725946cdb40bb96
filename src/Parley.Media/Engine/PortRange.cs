namespace Parley.Media.Engine;

/// <summary>
/// Hands out even ports of a range in turn, so that a port just given back rests as long as possible: late packets of the old call
/// find nobody. It begins anywhere in the range: a program started again must not be where the calls of the one before still send to. Thread-safe.
/// </summary>
internal sealed class PortRange
{
    private readonly Lock _lock = new();
    private readonly bool[] _used;
    private int _next;

    public PortRange(int first, int last)
    {
        First = first;
        Last = last;
        _used = new bool[(last - first + 1) / 2];
        _next = Random.Shared.Next(_used.Length);
    }

    public int First { get; }

    public int Last { get; }

    /// <summary>Pairs in the range.</summary>
    public int Capacity => _used.Length;

    /// <summary>Pairs handed out.</summary>
    public int InUse { get; private set; }

    /// <summary>Takes the next free even port.</summary>
    /// <exception cref="MediaPortsExhaustedException">None is free.</exception>
    public int Take()
    {
        lock (_lock)
        {
            for (var i = 0; i < _used.Length; i++)
            {
                var at = (_next + i) % _used.Length;
                if (_used[at])
                    continue;
                _used[at] = true;
                _next = at + 1;
                InUse++;
                return First + 2 * at;
            }
        }

        throw new MediaPortsExhaustedException(First, Last);
    }

    public void Return(int port)
    {
        lock (_lock)
        {
            _used[(port - First) / 2] = false;
            InUse--;
        }
    }
}
