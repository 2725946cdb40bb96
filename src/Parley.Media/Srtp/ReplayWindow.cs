namespace Parley.Media.Srtp;

/// <summary>
/// The numbers of one source: which has come already, and what the part is that packets do not carry (RFC 3711 §3.3.1 and §3.3.2).
/// </summary>
internal struct ReplayWindow
{
    // RFC 3711 §3.3.2 asks for 64 at least; at fifty packets a second this is more than two seconds of disorder.
    private const int Size = 128;

    private long _newest = -1;
    private UInt128 _seen;

    public ReplayWindow()
    {
    }

    /// <summary>The whole number of a packet, of which it carries 16 bits: the one nearest to the newest.</summary>
    public readonly long Guess(ushort sequence)
    {
        if (_newest < 0)
            return sequence;
        var rollover = _newest >> 16;
        var newest = (ushort)_newest;
        if (newest < 0x8000 && sequence - newest > 0x8000 && rollover > 0)
            rollover--;
        else if (newest >= 0x8000 && newest - 0x8000 > sequence)
            rollover++;
        return (rollover << 16) | sequence;
    }

    /// <summary>True when that packet has come, or is so old that nobody knows.</summary>
    public readonly bool HasSeen(long index)
    {
        var behind = _newest - index;
        return behind >= 0 && (behind >= Size || (_seen >> (int)behind & 1) != 0);
    }

    /// <summary>It has come, and is genuine.</summary>
    public void Add(long index)
    {
        var ahead = index - _newest;
        if (_newest < 0 || ahead >= Size)
            (_newest, _seen) = (index, 1);
        else if (ahead > 0)
            (_newest, _seen) = (index, (_seen << (int)ahead) | 1);
        else
            _seen |= UInt128.One << (int)-ahead;
    }
}
