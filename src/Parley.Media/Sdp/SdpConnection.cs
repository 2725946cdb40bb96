using System.Net;
using System.Net.Sockets;

namespace Parley.Media.Sdp;

/// <summary>A <c>c=</c> line: where media is to be sent (RFC 8866 §5.7).</summary>
public sealed record SdpConnection
{
    /// <summary>Network type; <c>IN</c> is the Internet.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string NetworkType { get; init => field = SdpText.Token(value, nameof(NetworkType)); } = "IN";

    /// <summary><c>IP4</c> or <c>IP6</c>.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string AddressType { get; init => field = SdpText.Token(value, nameof(AddressType)); } = "IP4";

    /// <summary>Address or host name as written, with the TTL and count suffix of a multicast group if there is one.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string Address { get; init => field = SdpText.Token(value, nameof(Address)); }

    /// <summary><see cref="Address"/> without multicast suffix.</summary>
    public string Host => Address.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? Address[..slash] : Address;

    /// <summary>The address as a value; null when <see cref="Host"/> is a name that has to be looked up.</summary>
    public IPAddress? IPAddress => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary>True for <c>0.0.0.0</c> and <c>::</c>, the older way to say "send me nothing" (RFC 3264 §8.4).</summary>
    public bool IsUnspecified => IPAddress is { } address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>True for a multicast group.</summary>
    public bool IsMulticast =>
        IPAddress is { } address
        && (address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && (address.GetAddressBytes()[0] & 0xF0) == 0xE0));

    /// <summary>The line for an address.</summary>
    /// <param name="address">Address at which media is received.</param>
    public static SdpConnection Create(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new()
        {
            AddressType = address.AddressFamily == AddressFamily.InterNetworkV6 ? "IP6" : "IP4",
            Address = address.ToString(),
        };
    }
}
