namespace Parley.Media.Rtp;

/// <summary>When to send the next RTCP report (RFC 3550 §6.2, 6.3.1), for a session of two members.</summary>
public static class RtcpInterval
{
    // RFC 3550 §6.3.1 and appendix A.7: compensates for the timer reconsideration algorithm.
    private const double Compensation = Math.E - 1.5;

    // RFC 3550 §6.2: control traffic takes 5 % of the session bandwidth, here of one 64 kbit/s stream each way.
    private const double BytesPerSecond = 0.05 * 2 * 8000;

    /// <summary>Milliseconds to wait.</summary>
    /// <param name="minimum">Minimum interval in milliseconds, 5000 by the RFC; halved for the first report (§6.2).</param>
    /// <param name="initial">True before the first report.</param>
    /// <param name="averageSize">Mean size of a compound in bytes with UDP and IP headers.</param>
    /// <param name="random">Uniform in [0, 1): spreads members over 0.5–1.5 times the interval.</param>
    public static long Next(int minimum, bool initial, double averageSize, double random)
    {
        var byBandwidth = 2 * averageSize / BytesPerSecond * 1000;
        var interval = Math.Max(initial ? minimum / 2.0 : minimum, byBandwidth);
        return (long)(interval * (0.5 + random) / Compensation);
    }
}
