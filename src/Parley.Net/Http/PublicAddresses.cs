using System.Net;
using System.Net.Sockets;

namespace Parley.Net.Http;

/// <summary>Which addresses are of the open internet: not of this machine, this network or anybody's own (the registries of RFC 6890).</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] s_inner =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Global unicast addresses begin with 001; these of them are for documentation, tunnels and protocols.
    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] s_special = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20")];

    private static readonly IPNetwork s_sixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork s_translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True for an address of the open internet. One that stands for an IPv4 address (mapped, translated, 6to4) is what that one is.</summary>
    public static bool Contain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !s_inner.Any(network => network.Contains(address));
        if (s_translated.Contains(address))
            return Contain(Embedded(address, 12));
        if (s_sixToFour.Contains(address))
            return Contain(Embedded(address, 2));
        return s_global.Contains(address) && !s_special.Any(network => network.Contains(address));
    }

    private static IPAddress Embedded(IPAddress address, int offset) => new(address.GetAddressBytes().AsSpan(offset, 4));
}
