namespace Parley.Media.Rtp;

/// <summary>
/// Learns how much later than the fastest packets the others come, and tells the delay that would have caught nearly all of them. A histogram
/// that forgets by halving: a fixed amount of memory and work whatever comes.
/// </summary>
internal sealed class JitterEstimator
{
    private const int BucketMilliseconds = 4;
    private const int Buckets = 256; // up to about one second, the largest delay that can be set
    private const int Memory = 1024; // weights kept before halving: about ten seconds at 50 packets a second

    // Sender and receiver clocks drift (RFC 3550 leaves them free-running): the fastest transit is looked for in the last 10–20 s only.
    private const long BaseWindow = 10_000;

    private readonly int[] _counts = new int[Buckets];
    private int _total;
    private long _baseCurrent = long.MaxValue;
    private long _basePrevious = long.MaxValue;
    private long _windowEnds;

    /// <summary>Smallest transit time lately: arrival less timestamp, in milliseconds from an arbitrary zero.</summary>
    public long Base => Math.Min(_baseCurrent, _basePrevious);

    /// <summary>Delay in milliseconds that 97 % of packets kept.</summary>
    public int Delay { get; private set; }

    /// <summary>Adds a packet's transit time.</summary>
    public void Add(long transit, long now)
    {
        if (_baseCurrent == long.MaxValue || now >= _windowEnds)
        {
            _basePrevious = _baseCurrent;
            _baseCurrent = transit;
            _windowEnds = now + BaseWindow;
        }

        _baseCurrent = Math.Min(_baseCurrent, transit);
        var late = (int)Math.Min(transit - Base, BucketMilliseconds * Buckets - 1);
        // A packet later than planned for weighs more, so that the buffer grows within a few packets and shrinks over seconds.
        var weight = late >= Math.Max(Delay, BucketMilliseconds) ? 4 : 1;
        _counts[late / BucketMilliseconds] += weight;
        _total += weight;
        if (_total >= Memory)
            Halve();
        if (weight > 1 || (_total & 15) == 0)
            Delay = Percentile();
    }

    public void Reset()
    {
        Array.Clear(_counts);
        _total = 0;
        Delay = 0;
        ForgetBase();
    }

    /// <summary>The sender's timestamps start anew; how irregular its network is stays known.</summary>
    public void ForgetBase()
    {
        _baseCurrent = long.MaxValue;
        _basePrevious = long.MaxValue;
    }

    private int Percentile()
    {
        var allowed = _total * 3 / 100;
        var above = 0;
        for (var i = Buckets - 1; i > 0; i--)
        {
            above += _counts[i];
            if (above > allowed)
                return (i + 1) * BucketMilliseconds;
        }

        return 0;
    }

    private void Halve()
    {
        _total = 0;
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] >>= 1;
            _total += _counts[i];
        }
    }
}
