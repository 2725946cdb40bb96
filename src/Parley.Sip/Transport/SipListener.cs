using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>An address that is being listened on.</summary>
public sealed class SipListener
{
    private readonly SipListenAddress _asked;

    internal SipListener(SipListenAddress asked, NetEndpoint local)
    {
        _asked = asked;
        Local = local;
    }

    /// <summary>What it listens for.</summary>
    public SipTransport Transport => _asked.Transport;

    /// <summary>The bound address, with the real port.</summary>
    public NetEndpoint Local { get; }

    /// <summary>Host told to peers instead of the local address; null when there is none.</summary>
    public string? ExternalHost => _asked.ExternalHost;

    /// <summary>Port told to peers.</summary>
    public int AdvertisedPort => _asked.ExternalPort != 0 ? _asked.ExternalPort : Local.Port;

    internal SipListenAddress Address => _asked;

    /// <summary>As in <see cref="SipListenAddress"/>, with the real port: <c>udp:127.0.0.1:5060</c>.</summary>
    public override string ToString() => (_asked with { Local = Local }).ToString();
}
