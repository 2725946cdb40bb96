namespace Parley.Media.Rtp;

/// <summary>What to play next.</summary>
public enum JitterPull
{
    /// <summary>Nothing to say: the other side is silent or has not begun, or its packets are still being collected.</summary>
    Silence,

    /// <summary>The packet in the frame; the caller releases its buffer.</summary>
    Packet,

    /// <summary>A packet is missing, or the delay has to grow by one: conceal it.</summary>
    Conceal,
}
