using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Parley.Net;

/// <summary>Converts between <see cref="NetEndpoint"/> and the kernel's sockaddr_in (16 bytes) and sockaddr_in6 (28 bytes).</summary>
internal static unsafe class LinuxAddress
{
    /// <summary>Room for either form, rounded up so that an array of them stays aligned.</summary>
    public const int Size = 32;

    private const ushort Inet = 2;
    private const ushort Inet6 = 10;
    private const uint InetLength = 16;
    private const uint Inet6Length = 28;

    /// <summary>Writes the address to <paramref name="name"/>, which holds <see cref="Size"/> bytes.</summary>
    /// <returns>Bytes written.</returns>
    public static uint Write(in NetEndpoint endpoint, byte* name)
    {
        BinaryPrimitives.WriteUInt16BigEndian(new(name + 2, 2), (ushort)endpoint.Port);
        if (!endpoint.IsV6)
        {
            Unsafe.WriteUnaligned(name, Inet);
            BinaryPrimitives.WriteUInt32BigEndian(new(name + 4, 4), (uint)endpoint.AddressBits);
            Unsafe.WriteUnaligned(name + 8, 0UL);
            return InetLength;
        }

        Unsafe.WriteUnaligned(name, Inet6);
        Unsafe.WriteUnaligned(name + 4, 0u); // flow label
        BinaryPrimitives.WriteUInt128BigEndian(new(name + 8, 16), endpoint.AddressBits);
        Unsafe.WriteUnaligned(name + 24, endpoint.Scope);
        return Inet6Length;
    }

    public static NetEndpoint Read(byte* name)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(new(name + 2, 2));
        return Unsafe.ReadUnaligned<ushort>(name) switch
        {
            Inet => NetEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(new(name + 4, 4)), port),
            Inet6 => NetEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(new(name + 8, 16)), port, Unsafe.ReadUnaligned<uint>(name + 24)),
            _ => default,
        };
    }
}
