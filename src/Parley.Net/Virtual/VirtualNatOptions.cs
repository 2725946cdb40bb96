namespace Parley.Net;

/// <summary>How a <see cref="VirtualNat"/> maps and filters (RFC 4787 §4 and §5). The default is the kind most homes have.</summary>
public sealed record VirtualNatOptions
{
    /// <summary>What decides whether a datagram leaves by a port already mapped for its sender. Default <see cref="NatBehavior.EndpointIndependent"/>.</summary>
    public NatBehavior Mapping { get; init; } = NatBehavior.EndpointIndependent;

    /// <summary>Who may send in through a mapped port. Default <see cref="NatBehavior.AddressAndPortDependent"/>.</summary>
    public NatBehavior Filtering { get; init; } = NatBehavior.AddressAndPortDependent;

    /// <summary>A mapping that nothing left through for this long is forgotten. Default 30 s, as many devices have it, although RFC 4787 §4.3 asks for two minutes.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a NAT's mapping or filtering depends on (RFC 4787 §4.1, §5).</summary>
public enum NatBehavior
{
    /// <summary>On nothing outside: one port for all, open to all.</summary>
    EndpointIndependent,

    /// <summary>On the outside host's address.</summary>
    AddressDependent,

    /// <summary>On the outside host's address and port: as a mapping, what is called symmetric.</summary>
    AddressAndPortDependent,
}
