using System.Net;
using System.Net.NetworkInformation;
using Parley.Cli.Configuration;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Sip.Transport;

namespace Parley.Cli.Phones;

/// <summary>Which hosts mean this server: the domains that are configured, and its own addresses, which stand for the first of them.</summary>
internal static class DomainTable
{
    public static ServedDomains Create(ServeSettings settings, IReadOnlyList<SipListenAddress> listen)
    {
        var domains = settings.Phones.Domains is { Count: > 0 } some ? some : [new ServedDomain(PhoneSettings.DefaultDomain)];
        var own = listen.SelectMany(AddressesOf).Append("localhost").Append(Dns.GetHostName());
        if (settings.ExternalHost is { } external)
            own = own.Append(external);
        // A host that is configured for one of the domains means that one.
        var taken = new ServedDomains(domains);
        var aliases = own.Where(host => taken.Find(host) is null).Distinct(StringComparer.OrdinalIgnoreCase);
        return new([domains[0] with { Aliases = [.. domains[0].Aliases, .. aliases] }, .. domains.Skip(1)]);
    }

    private static IEnumerable<string> AddressesOf(SipListenAddress listen)
    {
        if (!listen.Local.IsAny)
            return [listen.Local.ToAddress().ToString()];
        var family = listen.Local.Family;
        return NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Where(one => one.Address.AddressFamily == family && !one.Address.IsIPv6LinkLocal)
            .Select(one => one.Address.ToString());
    }
}
