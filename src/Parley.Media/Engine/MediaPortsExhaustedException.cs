namespace Parley.Media.Engine;

/// <summary>Every port pair of the configured range is in use, by this engine or by others on the machine.</summary>
public sealed class MediaPortsExhaustedException : IOException
{
    internal MediaPortsExhaustedException(int first, int last)
        : base($"No free RTP port pair is left in {first}-{last}: end calls or widen the range.")
    {
        FirstPort = first;
        LastPort = last;
    }

    /// <summary>First port of the range.</summary>
    public int FirstPort { get; }

    /// <summary>Last port of the range.</summary>
    public int LastPort { get; }
}
