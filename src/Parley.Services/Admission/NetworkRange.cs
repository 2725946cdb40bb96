using System.Globalization;
using System.Net;
using Parley.Net;

namespace Parley.Services.Admission;

/// <summary>A network: an address and how many of its bits count (RFC 4632 §3.1).</summary>
public readonly record struct NetworkRange
{
    private readonly UInt128 _bits;
    private readonly UInt128 _mask;
    private readonly bool _isV6;

    private NetworkRange(UInt128 bits, UInt128 mask, bool isV6)
    {
        _bits = bits & mask;
        _mask = mask;
        _isV6 = isV6;
    }

    /// <summary>Reads <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>, or a single address.</summary>
    /// <exception cref="FormatException">It is none of these; the message says what was given.</exception>
    public static NetworkRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            throw new FormatException($"'{text}' is no network: expected something like 192.0.2.0/24 or 2001:db8::/32.");
        var endpoint = NetEndpoint.From(address, 0);
        var width = endpoint.IsV6 ? 128 : 32;
        var length = width;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > width))
            throw new FormatException($"'{text}' is no network: after the slash goes a number of bits, at most {width}.");
        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (width - length);
        return new(endpoint.AddressBits, endpoint.IsV6 ? mask : mask & uint.MaxValue, endpoint.IsV6);
    }

    /// <summary>True for an address within it; the port does not matter.</summary>
    public bool Contains(in NetEndpoint endpoint) => endpoint.HasValue && endpoint.IsV6 == _isV6 && (endpoint.AddressBits & _mask) == _bits;
}
