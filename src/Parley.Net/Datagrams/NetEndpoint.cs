using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Parley.Net;

/// <summary>An IP address and port as a value: comparing, hashing and storing it allocates nothing, unlike <see cref="IPEndPoint"/>.</summary>
public readonly struct NetEndpoint : IEquatable<NetEndpoint>
{
    private readonly UInt128 _address; // network order read as one big-endian number; IPv4 in the low 32 bits
    private readonly uint _scope;      // IPv6 zone index
    private readonly ushort _port;
    private readonly byte _family;     // 0 none, 4, 6

    private NetEndpoint(UInt128 address, uint scope, ushort port, byte family)
    {
        _address = address;
        _scope = scope;
        _port = port;
        _family = family;
    }

    /// <summary>An IPv4 endpoint from the address as a big-endian number.</summary>
    public static NetEndpoint V4(uint address, int port) => new(address, 0, (ushort)port, 4);

    /// <summary>An IPv6 endpoint from the address as a big-endian number and its zone index.</summary>
    public static NetEndpoint V6(UInt128 address, int port, uint scope = 0) => new(address, scope, (ushort)port, 6);

    /// <summary>True unless this is the default value.</summary>
    public bool HasValue => _family != 0;

    /// <summary>True for IPv6.</summary>
    public bool IsV6 => _family == 6;

    /// <summary>Port, 0–65535.</summary>
    public int Port => _port;

    /// <summary>Zone index of an IPv6 link-local address, else 0.</summary>
    public uint Scope => _scope;

    /// <summary>The address as a big-endian number; IPv4 in the low 32 bits.</summary>
    public UInt128 AddressBits => _address;

    /// <summary>True for 0.0.0.0 and ::.</summary>
    public bool IsAny => _address == 0;

    /// <summary>True for 127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsV6 ? _address == 1 : (uint)_address >> 24 == 127;

    /// <summary>The same address with another port.</summary>
    public NetEndpoint WithPort(int port) => new(_address, _scope, (ushort)port, _family);

    /// <summary>Converts from the platform's type; an IPv4-mapped IPv6 address becomes IPv4.</summary>
    public static NetEndpoint From(IPEndPoint endpoint) => From(endpoint.Address, endpoint.Port);

    /// <summary>Converts from the platform's types; an IPv4-mapped IPv6 address becomes IPv4.</summary>
    public static NetEndpoint From(IPAddress address, int port)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        UInt128 value = 0;
        foreach (var b in bytes[..written])
            value = value << 8 | b;
        return written == 4
            ? new(value, 0, (ushort)port, 4)
            : new(value, (uint)address.ScopeId, (ushort)port, 6);
    }

    /// <summary>The address in the platform's type (allocates).</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[IsV6 ? 16 : 4];
        var value = _address;
        for (var i = bytes.Length - 1; i >= 0; i--, value >>= 8)
            bytes[i] = (byte)value;
        return IsV6 ? new IPAddress(bytes, _scope) : new IPAddress(bytes);
    }

    /// <summary>The platform's type (allocates).</summary>
    public IPEndPoint ToIPEndPoint() => new(ToAddress(), _port);

    /// <summary>The address family for sockets.</summary>
    public AddressFamily Family => IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Reads <c>1.2.3.4:5060</c> or <c>[::1]:5060</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetEndpoint endpoint)
    {
        endpoint = default;
        if (!IPEndPoint.TryParse(text, out var parsed))
            return false;
        endpoint = From(parsed);
        return true;
    }

    /// <summary>Writes the address without port as SIP and SDP write hosts' numbers: IPv6 without brackets, no zone.</summary>
    /// <returns>Number of bytes written; <paramref name="destination"/> must hold 45.</returns>
    public int FormatAddress(Span<byte> destination)
    {
        if (IsV6)
        {
            ((IUtf8SpanFormattable)new IPAddress(ToAddress().GetAddressBytes())).TryFormat(destination, out var n, default, null);
            return n;
        }

        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            ((byte)(_address >> shift)).TryFormat(destination[at..], out var n, default, null);
            at += n;
            if (shift > 0)
                destination[at++] = (byte)'.';
        }

        return at;
    }

    /// <inheritdoc/>
    public bool Equals(NetEndpoint other) =>
        _address == other._address && _port == other._port && _family == other._family && _scope == other._scope;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NetEndpoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((ulong)_address, (ulong)(_address >> 64), _port);

    /// <summary>Equality of address, port, family and zone.</summary>
    public static bool operator ==(NetEndpoint left, NetEndpoint right) => left.Equals(right);

    /// <summary>Inequality of address, port, family or zone.</summary>
    public static bool operator !=(NetEndpoint left, NetEndpoint right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => HasValue ? ToIPEndPoint().ToString() : "-";
}
