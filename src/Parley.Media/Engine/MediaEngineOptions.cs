using System.Net;
using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>How a <see cref="MediaEngine"/> works; the defaults suit a server of up to some thousand calls.</summary>
public sealed record MediaEngineOptions
{
    /// <summary>Lanes (threads) that serve media. Default: the machine's cores, at most 2, which carry about 4,000 G.711 streams each at the kernel's limit.</summary>
    public int Lanes { get; init; } = Math.Min(Environment.ProcessorCount, 2);

    /// <summary>Address the media sockets are bound to. Default 0.0.0.0.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>First port of the range, even; RTP takes even ports and RTCP the odd one above (RFC 3550 §11). Default 10000.</summary>
    public int FirstPort { get; init; } = 10_000;

    /// <summary>Last port of the range. Default 20000: 5,000 streams.</summary>
    public int LastPort { get; init; } = 20_000;

    /// <summary>Whose packets a stream takes and where it sends. Default <see cref="LatchPolicy.SameAddress"/>.</summary>
    public LatchPolicy Latching { get; init; } = LatchPolicy.SameAddress;

    /// <summary>A stream that sends and receives and hears nothing for so long reports it (<see cref="AudioStream.ReceiveTimedOut"/>). Default zero: never.</summary>
    public TimeSpan RtpTimeout { get; init; }

    /// <summary>Least mean time between RTCP reports. Default 5 s (RFC 3550 §6.2).</summary>
    public TimeSpan RtcpInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limits of the jitter buffers.</summary>
    public JitterBufferOptions JitterBuffer { get; init; } = new();

    /// <summary>DSCP of media packets, 0–63. Default 46, expedited forwarding (RFC 4594 §4.1).</summary>
    public int Dscp { get; init; } = 46;

    internal void Validate()
    {
        if (Lanes < 1)
            throw new ArgumentException($"{nameof(Lanes)} must be at least 1, not {Lanes}.", nameof(Lanes));
        if (FirstPort is < 2 or > 65534 || FirstPort % 2 != 0)
            throw new ArgumentException($"{nameof(FirstPort)} must be an even port from 2 to 65534, not {FirstPort}.", nameof(FirstPort));
        if (LastPort <= FirstPort || LastPort > 65535)
            throw new ArgumentException($"{nameof(LastPort)} must be above {nameof(FirstPort)} ({FirstPort}) and at most 65535, not {LastPort}.", nameof(LastPort));
        if (RtpTimeout < TimeSpan.Zero)
            throw new ArgumentException($"{nameof(RtpTimeout)} must not be negative.", nameof(RtpTimeout));
        if (RtcpInterval < TimeSpan.FromSeconds(1))
            throw new ArgumentException($"{nameof(RtcpInterval)} must be at least 1 s, not {RtcpInterval.TotalSeconds} s.", nameof(RtcpInterval));
        JitterBuffer.Validate();
    }
}
