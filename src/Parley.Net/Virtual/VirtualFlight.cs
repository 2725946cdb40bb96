namespace Parley.Net;

/// <summary>Where something sent is going, and the source address it arrives with. Exactly one of host and NAT, or neither when nobody has the address.</summary>
internal readonly record struct VirtualRoute(NetEndpoint Source, VirtualHost? Host, VirtualNat? Nat);

/// <summary>A datagram under way. Owns a reference to its buffer until it arrives, and is used again afterwards.</summary>
internal sealed class VirtualFlight(VirtualNetwork network)
{
    public VirtualNetwork Network { get; } = network;

    public VirtualRoute Route { get; set; }

    public NetEndpoint Destination { get; set; }

    public PacketBuffer? Buffer { get; set; }
}
