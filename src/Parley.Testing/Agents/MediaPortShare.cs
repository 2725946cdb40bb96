namespace Parley.Testing.Agents;

/// <summary>Cuts ports for audio into shares of those who speak at the same time, so that none of them asks for another's in vain.</summary>
internal static class MediaPortShare
{
    /// <summary>One share. When there are more takers than shares, they begin again from the first.</summary>
    /// <param name="range">All ports, the last one included.</param>
    /// <param name="number">Which share, from 0.</param>
    /// <param name="ports">Ports in a share.</param>
    /// <param name="reserve">Ports behind a share that it may go on into where others on the machine have taken its own.</param>
    public static (int First, int Last) Of((int First, int Last) range, int number, int ports, int reserve)
    {
        // RTP has even ports, RTCP the odd ones above them (RFC 3550 §11).
        var first = range.First + (range.First & 1);
        var size = Math.Max(2, ports & ~1);
        var shares = Math.Max(1, (range.Last - first + 1 - reserve) / size);
        var from = first + (number % shares * size);
        return (from, Math.Min(range.Last, from + size - 1 + reserve));
    }
}
