using Parley.Net;

namespace Parley.Services.Admission;

/// <summary>Who is counted as one: an IPv4 address, or the upper half of an IPv6 address.</summary>
internal readonly record struct SourceKey(ulong Bits)
{
    // IPv4 among the IPv6 networks: in ::/64, where no host has its address.
    public static SourceKey Of(in NetEndpoint source) => new(source.IsV6 ? (ulong)(source.AddressBits >> 64) : 1UL << 32 | (uint)source.AddressBits);
}
