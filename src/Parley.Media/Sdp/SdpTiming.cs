namespace Parley.Media.Sdp;

/// <summary>A <c>t=</c> line in NTP seconds; 0 and 0 is a permanent session, which is what SIP uses (RFC 8866 §5.9, RFC 3264 §5).</summary>
/// <param name="Start">Start time.</param>
/// <param name="Stop">Stop time.</param>
public readonly record struct SdpTiming(ulong Start, ulong Stop);
