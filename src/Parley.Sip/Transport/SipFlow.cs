using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>A path between this side and one peer (RFC 5626 §3.1): what a message came over, and what answers go back on.</summary>
/// <param name="Channel">The socket or connection.</param>
/// <param name="Remote">The peer's address.</param>
public readonly record struct SipFlow(SipChannel Channel, NetEndpoint Remote)
{
    /// <summary><c>host:port</c> for Via's sent-by and for Contact towards this peer.</summary>
    public ReadOnlyMemory<byte> SentBy => Channel.SentByFor(Remote);

    /// <summary>What it runs over.</summary>
    public SipTransport Transport => Channel.Transport;
}

/// <summary>An address to send a request to: what locating ends in (RFC 3263 §4).</summary>
/// <param name="Transport">What to send over.</param>
/// <param name="Remote">Address and port.</param>
/// <param name="HostName">
/// The domain asked for, which the peer's certificate must carry (RFC 5922 §7.3); null when the URI held an address.
/// </param>
public readonly record struct SipTarget(SipTransport Transport, NetEndpoint Remote, string? HostName = null);

/// <summary>Told how the opening of a flow ended; exactly one of its methods is called, once, on the lane that asked.</summary>
public interface IFlowRequest
{
    /// <summary>The flow can be used.</summary>
    void OnOpened(in SipFlow flow);

    /// <summary>There is no flow; <paramref name="why"/> is one sentence for logs and for the caller.</summary>
    void OnFailed(string why);
}
