namespace Parley.Media.Rtp;

/// <summary>What the sequence number of a received packet says about it.</summary>
public enum RtpArrival
{
    /// <summary>The next one, or one after a gap.</summary>
    InOrder,

    /// <summary>Older than the newest, seen for the first time.</summary>
    Reordered,

    /// <summary>Seen before.</summary>
    Duplicate,

    /// <summary>Too far from all others to be believed; the next one decides whether the sender has started anew.</summary>
    Suspect,

    /// <summary>The sender has started anew: counting begins again.</summary>
    Restarted,
}
