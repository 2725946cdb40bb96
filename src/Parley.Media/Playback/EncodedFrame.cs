namespace Parley.Media.Playback;

/// <summary>One encoded payload as it was received.</summary>
/// <param name="Length">Bytes copied.</param>
/// <param name="PayloadType">RTP payload type.</param>
/// <param name="Timestamp">RTP timestamp; gaps in it are silence or loss.</param>
/// <param name="Marker">First packet of a talk spurt.</param>
public readonly record struct EncodedFrame(int Length, byte PayloadType, uint Timestamp, bool Marker);
