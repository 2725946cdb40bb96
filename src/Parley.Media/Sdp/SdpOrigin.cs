using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Parley.Media.Sdp;

/// <summary>
/// The <c>o=</c> line: who made the description and which version of it this is (RFC 8866 §5.2). Id and version are text
/// because peers exist that put something else than a number there, and nothing but equality is ever asked of a peer's.
/// </summary>
public sealed record SdpOrigin
{
    /// <summary>Login of the originator; <c>-</c> where there is none. One word.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string UserName { get; init => field = SdpText.Token(value, nameof(UserName)); } = "-";

    /// <summary>Identifies the session together with the other fields; ours is a number that stays for the session's life.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string SessionId { get; init => field = SdpText.Token(value, nameof(SessionId)); }

    /// <summary>Grows by one with each new description of the same session (RFC 3264 §8).</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string SessionVersion { get; init => field = SdpText.Token(value, nameof(SessionVersion)); }

    /// <summary>Network type; <c>IN</c> is the Internet and the only one in use.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string NetworkType { get; init => field = SdpText.Token(value, nameof(NetworkType)); } = "IN";

    /// <summary><c>IP4</c> or <c>IP6</c>.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string AddressType { get; init => field = SdpText.Token(value, nameof(AddressType)); } = "IP4";

    /// <summary>Address or host name of the originator; it says nothing about where media goes.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string Address { get; init => field = SdpText.Token(value, nameof(Address)); }

    /// <summary>An origin with a numeric id and version, as this library writes it.</summary>
    /// <param name="address">Address the description is made at.</param>
    /// <param name="sessionId">The session's id, below 2⁶³ (RFC 3264 §5).</param>
    /// <param name="sessionVersion">The description's version, below 2⁶³ − 1.</param>
    /// <param name="userName">Login of the originator.</param>
    public static SdpOrigin Create(IPAddress address, ulong sessionId, ulong sessionVersion, string userName = "-")
    {
        ArgumentNullException.ThrowIfNull(address);
        return new()
        {
            UserName = userName,
            SessionId = sessionId.ToString(CultureInfo.InvariantCulture),
            SessionVersion = sessionVersion.ToString(CultureInfo.InvariantCulture),
            AddressType = address.AddressFamily == AddressFamily.InterNetworkV6 ? "IP6" : "IP4",
            Address = address.ToString(),
        };
    }
}
