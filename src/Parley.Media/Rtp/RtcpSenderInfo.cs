namespace Parley.Media.Rtp;

/// <summary>The sender's part of a sender report (RFC 3550 §6.4.1).</summary>
/// <param name="Ntp">Wall-clock time, NTP format.</param>
/// <param name="RtpTimestamp">The same moment on the RTP clock.</param>
/// <param name="Packets">Packets sent.</param>
/// <param name="Bytes">Payload bytes sent.</param>
public readonly record struct RtcpSenderInfo(ulong Ntp, uint RtpTimestamp, uint Packets, uint Bytes);
