namespace Parley.Media.Engine;

/// <summary>
/// Whether a stream sends where the packets come from instead of where SDP said (symmetric RTP, RFC 4961), and whose packets it takes at all.
/// </summary>
public enum LatchPolicy
{
    /// <summary>Sends where SDP said; takes packets from that IP address, whatever the port.</summary>
    Off,

    /// <summary>
    /// Takes packets from the IP address in SDP, and from the one the peer's signalling comes from (<see cref="AudioStream.TrustSignalling"/>), which is where the
    /// packets of a phone behind NAT come from while its SDP names a private address. What is sent follows them. Nobody elsewhere can divert the stream, and a late packet
    /// of another call of the same host does for no longer than it takes the port that SDP names to send <see cref="AddressLatch.LockAfter"/> in sequence.
    /// </summary>
    SameAddress,

    /// <summary>
    /// For peers whose media comes from a host that neither SDP nor signalling names: the first source that sends <see cref="AddressLatch.LockAfter"/> packets in
    /// sequence is taken for the peer, and from then on nobody else until the next <see cref="AudioStream.Configure"/> changes the address.
    /// </summary>
    AnyUntilLocked,
}
