namespace Parley.Media.Rtp;

/// <summary>What a jitter buffer did so far.</summary>
/// <param name="Played">Packets handed out.</param>
/// <param name="Late">Packets that came after their turn.</param>
/// <param name="Duplicates">Packets it held already.</param>
/// <param name="Concealed">Frames asked to be concealed because a packet was missing or not yet there.</param>
/// <param name="Dropped">Packets thrown away to shorten the delay or because the buffer was full.</param>
/// <param name="Stretched">Frames inserted to lengthen the delay.</param>
/// <param name="TargetDelay">Delay aimed at, ms.</param>
public readonly record struct JitterBufferStatistics(
    long Played, long Late, long Duplicates, long Concealed, long Dropped, long Stretched, int TargetDelay);
