using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>What to dial to reach a listener.</summary>
internal static class DialAddress
{
    /// <summary>The URI of an extension on a listener: <c>sip:echo@192.0.2.1</c>, with port and transport where they are not the default.</summary>
    public static string UriOf(string extension, SipListener listener)
    {
        var address = HostFor(listener.Local);
        var host = listener.ExternalHost ?? (address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString());
        var port = listener.AdvertisedPort == listener.Transport.DefaultPort() ? "" : $":{listener.AdvertisedPort}";
        var transport = listener.Transport == SipTransport.Udp ? "" : $";transport={listener.Transport.UriToken()}";
        return $"sip:{extension}@{host}{port}{transport}";
    }

    /// <summary>The URI of an extension for calls from here to ourselves.</summary>
    public static string LocalUriOf(string dialled, SipListener listener)
    {
        var local = listener.Local;
        var host = !local.IsAny ? local.ToAddress() : local.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var uri = SipUri.Create(dialled, host.ToString(), local.Port);
        return listener.Transport == SipTransport.Udp ? uri.ToString() : uri.WithParameter("transport", listener.Transport.UriToken()).ToString();
    }

    /// <summary>The listener's address; for one on all interfaces an address of this machine that others reach, or else loopback.</summary>
    public static IPAddress HostFor(in NetEndpoint local)
    {
        if (!local.IsAny)
            return local.ToAddress();
        var family = local.Family;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address)
            .FirstOrDefault(address => address.AddressFamily == family && !address.IsIPv6LinkLocal)
            ?? (family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback);
    }
}
