namespace Parley.Media.Rtp;

/// <summary>One packet of an event on its way out.</summary>
/// <param name="Payload">The event as it stands now.</param>
/// <param name="Timestamp">Timestamp of the event's (or segment's) start.</param>
/// <param name="Marker">True for the first packet of the event.</param>
public readonly record struct TelephoneEventPacket(TelephoneEventPayload Payload, uint Timestamp, bool Marker);
