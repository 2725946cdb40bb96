using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Locating;

/// <summary>From a URI to the addresses to try, in order (RFC 3263 §4). May be used from any thread.</summary>
public sealed class SipLocator
{
    // What is looked for when the URI leaves the transport open, in the order preferred where the domain has no opinion: RFC 3263 §4.1, RFC
    // 7118 §5.3.
    private static readonly Service[] s_services =
    [
        new("SIP+D2U", "_sip._udp.", SipTransport.Udp),
        new("SIP+D2T", "_sip._tcp.", SipTransport.Tcp),
        new("SIPS+D2T", "_sips._tcp.", SipTransport.Tls),
        new("SIP+D2W", "_sip._ws.", SipTransport.Ws),
        new("SIPS+D2W", "_sips._ws.", SipTransport.Wss),
    ];

    private readonly DnsResolver _resolver;
    private readonly LocatorOptions _options;
    private readonly Random _random;

    /// <summary>Creates a locator whose lookups run on <paramref name="lane"/>.</summary>
    public SipLocator(INetwork network, Lane lane, LocatorOptions? options = null)
    {
        _options = options ?? new();
        _resolver = new(network, lane, _options.Dns);
        _random = _options.Seed is { } seed ? new(seed) : new();
    }

    /// <summary>The resolver asked, for its counters.</summary>
    public DnsResolver Resolver => _resolver;

    /// <summary>Locates a URI that holds an IP address: nothing has to be looked up.</summary>
    /// <returns>False when it holds a name, or cannot be located at all: then <see cref="LocateAsync"/> says why.</returns>
    public static bool TryLocate(in SipUriView uri, out SipTarget target)
    {
        target = default;
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return false;
        var transport = default(SipTransport?);
        if (uri.TryGetParameter("transport"u8, out var word))
        {
            if (!SipTransports.TryParse(word, out var named))
                return false;
            transport = named;
        }

        // RFC 3261 §19.1.1: maddr overrides the host as the address to contact.
        if (uri.TryGetParameter("maddr"u8, out _) || !uri.TryGetAddress(out var address)
            || !TryChoose(uri.Scheme == SipScheme.Sips, transport, out var chosen))
        {
            return false;
        }

        target = new(chosen, address.WithPort(uri.Port == 0 ? chosen.DefaultPort() : uri.Port));
        return true;
    }

    /// <summary>The targets of a URI, in the order to try them (RFC 3263 §4.3).</summary>
    /// <exception cref="LocateException">There is none; the message says what was looked for.</exception>
    public async ValueTask<IReadOnlyList<SipTarget>> LocateAsync(SipUri uri, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            throw new LocateException($"'{uri}' cannot be sent to: only sip and sips URIs have an address.");
        var named = ParseTransport(uri);
        if (!TryChoose(uri.IsSecure, named, out var transport))
            throw new LocateException($"'{uri}' cannot be sent to: {named!.Value.UriToken()} is not secure, and sips asks for that.");
        var host = uri.GetParameter("maddr") is { Length: > 0 } maddr ? maddr : uri.Host;
        if (System.Net.IPAddress.TryParse(host, out var address))
            return [new(transport, NetEndpoint.From(address, uri.Port == 0 ? transport.DefaultPort() : uri.Port))];

        try
        {
            List<SipTarget> targets = [];
            var known = uri.Port == 0 && await AddServicesAsync(uri, host, named, targets, cancel);
            if (!known)
                await AddAddressesAsync(host, uri.Port == 0 ? transport.DefaultPort() : uri.Port, transport, host, targets, cancel);
            if (targets.Count > 0)
                return targets;
        }
        catch (DnsException e)
        {
            throw new LocateException($"'{uri}' could not be located: {e.Message}", e);
        }

        throw new LocateException(
            $"'{uri}' could not be located: '{host}' has no {(uri.Port == 0 ? "usable NAPTR or SRV record and no " : "")}IP address.");
    }

    // RFC 3263 §4.1: what the URI says wins; else UDP, and TLS for sips. A sips URI with transport=tcp means TLS over TCP (RFC 5630
    // §3.1.4), ws likewise (RFC 7118 §5.3).
    private static bool TryChoose(bool secure, SipTransport? named, out SipTransport transport)
    {
        transport = (secure, named) switch
        {
            (false, null) => SipTransport.Udp,
            (false, { } open) => open,
            (true, null or SipTransport.Tcp or SipTransport.Tls) => SipTransport.Tls,
            (true, SipTransport.Ws or SipTransport.Wss) => SipTransport.Wss,
            _ => SipTransport.Udp,
        };
        return !secure || transport.IsSecure();
    }

    private static SipTransport? ParseTransport(SipUri uri)
    {
        if (uri.Transport is not { Length: > 0 } word)
            return null;
        return SipTransports.TryParse(System.Text.Encoding.UTF8.GetBytes(word), out var transport)
            ? transport
            : throw new LocateException($"'{uri}' cannot be sent to: there is no transport '{word}' here.");
    }

    /// <returns>True when DNS has said which services there are, so that the host's own address must not be tried.</returns>
    private async ValueTask<bool> AddServicesAsync(SipUri uri, string host, SipTransport? named, List<SipTarget> targets, CancellationToken cancel)
    {
        if (named is null && await AddPointedAsync(uri, host, targets, cancel))
            return true;
        var any = false;
        foreach (var service in s_services)
        {
            if (IsWanted(service, uri.IsSecure, named))
                any |= await AddServersAsync(service.Prefix + host, service.Transport, host, targets, cancel);
        }

        return any;
    }

    private static bool IsWanted(Service service, bool secure, SipTransport? named)
    {
        if (named is not null)
            return TryChoose(secure, named, out var transport) && service.Transport == transport;
        // Nobody who leaves the transport open means WebSocket unless the domain's NAPTR says so; sip prefers the plain ones (RFC 3263
        // §4.1).
        return secure ? service.Transport == SipTransport.Tls : service.Transport is SipTransport.Udp or SipTransport.Tcp or SipTransport.Tls;
    }

    private async ValueTask<bool> AddPointedAsync(SipUri uri, string host, List<SipTarget> targets, CancellationToken cancel)
    {
        var any = false;
        var pointers = await _resolver.PointersAsync(host, cancel);
        foreach (var pointer in pointers.OrderBy(p => p.Order).ThenBy(p => p.Preference).Take(_options.MaxTargets))
        {
            var service = Array.Find(s_services, s => s.Naptr.Equals(pointer.Service, StringComparison.OrdinalIgnoreCase));
            if (service is null || (uri.IsSecure && !service.Transport.IsSecure()) || !pointer.Flags.Equals("s", StringComparison.OrdinalIgnoreCase))
                continue;
            // RFC 3403 §4.1: "." goes with a regular expression, which RFC 3263 §4.1 has no use for here. There is no name to ask for.
            if (pointer.Replacement.Length == 0)
                continue;
            any |= await AddServersAsync(pointer.Replacement, service.Transport, host, targets, cancel);
        }

        return any;
    }

    private async ValueTask<bool> AddServersAsync(
        string name, SipTransport transport, string domain, List<SipTarget> targets, CancellationToken cancel)
    {
        var servers = await _resolver.ServicesAsync(name, cancel);
        List<SrvRecord> ordered;
        lock (_random)
            ordered = SrvOrder.Sort(servers, _random);
        // A zone must not make one look-up into hundreds: what could not become a target any more is not asked for.
        foreach (var server in ordered.Take(_options.MaxTargets - targets.Count))
        {
            // RFC 2782: a target "." says that the service is decidedly not offered.
            if (server.Target.Length > 0)
                await AddAddressesAsync(server.Target, server.Port, transport, domain, targets, cancel);
        }

        return servers.Count > 0;
    }

    // The certificate must carry the domain that was asked for, not the host that DNS led to (RFC 5922 §7.3).
    private async ValueTask AddAddressesAsync(
        string host, int port, SipTransport transport, string domain, List<SipTarget> targets, CancellationToken cancel)
    {
        foreach (var v6 in (bool[])[_options.PreferV6, !_options.PreferV6])
        {
            if (v6 && !_options.UseV6)
                continue;
            foreach (var address in await FindAddressesAsync(host, v6, targets.Count > 0, cancel))
            {
                var target = new SipTarget(transport, address.WithPort(port), domain);
                if (targets.Count < _options.MaxTargets && !targets.Contains(target))
                    targets.Add(target);
            }
        }
    }

    // What one lookup could not tell does not hide what the ones before it found.
    private async ValueTask<IReadOnlyList<NetEndpoint>> FindAddressesAsync(string host, bool v6, bool optional, CancellationToken cancel)
    {
        try
        {
            return await _resolver.AddressesAsync(host, v6, cancel);
        }
        catch (DnsException) when (optional)
        {
            return [];
        }
    }

    private sealed record Service(string Naptr, string Prefix, SipTransport Transport);
}
