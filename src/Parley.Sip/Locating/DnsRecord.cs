using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>The kinds of DNS record locating asks for (RFC 1035 §3.2.2, 3596, 2782, 3403).</summary>
public enum DnsType : ushort
{
    /// <summary>IPv4 address.</summary>
    A = 1,

    /// <summary>Another name for the name.</summary>
    Cname = 5,

    /// <summary>Start of a zone; says how long a "there is none" holds (RFC 2308 §5).</summary>
    Soa = 6,

    /// <summary>IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>Servers of a service.</summary>
    Srv = 33,

    /// <summary>Services of a domain.</summary>
    Naptr = 35,
}

/// <summary>One DNS record.</summary>
/// <param name="Name">The name it is of, in lower case, without a dot at the end.</param>
/// <param name="Ttl">How long it holds.</param>
public abstract record DnsRecord(string Name, TimeSpan Ttl);

/// <summary>An A or AAAA record.</summary>
/// <param name="Name">The name it is of.</param>
/// <param name="Ttl">How long it holds.</param>
/// <param name="Address">The address; its port is 0.</param>
public sealed record AddressRecord(string Name, TimeSpan Ttl, NetEndpoint Address) : DnsRecord(Name, Ttl);

/// <summary>A CNAME record.</summary>
/// <param name="Name">The name it is of.</param>
/// <param name="Ttl">How long it holds.</param>
/// <param name="Target">The name to look at instead.</param>
public sealed record CnameRecord(string Name, TimeSpan Ttl, string Target) : DnsRecord(Name, Ttl);

/// <summary>An SRV record (RFC 2782).</summary>
/// <param name="Name">The name it is of.</param>
/// <param name="Ttl">How long it holds.</param>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share among those of one priority.</param>
/// <param name="Port">Port of the service.</param>
/// <param name="Target">Host of the service; empty when the service is decidedly not offered.</param>
public sealed record SrvRecord(string Name, TimeSpan Ttl, int Priority, int Weight, int Port, string Target) : DnsRecord(Name, Ttl);

/// <summary>A NAPTR record (RFC 3403 §4.1).</summary>
/// <param name="Name">The name it is of.</param>
/// <param name="Ttl">How long it holds.</param>
/// <param name="Order">Lower ones must be tried first.</param>
/// <param name="Preference">Lower ones should be tried first among those of one order.</param>
/// <param name="Flags"><c>s</c> when the replacement is to be looked up as SRV, <c>a</c> as address.</param>
/// <param name="Service">Such as <c>SIP+D2U</c>.</param>
/// <param name="Pattern">The regular expression, which SIP does not use (RFC 3263 §4.1).</param>
/// <param name="Replacement">The name to go on with.</param>
public sealed record NaptrRecord(
    string Name, TimeSpan Ttl, int Order, int Preference, string Flags, string Service, string Pattern, string Replacement) : DnsRecord(Name, Ttl);

/// <summary>How a lookup ended that did not end in records.</summary>
public sealed class DnsException : Exception
{
    /// <summary>Creates it with a message that says which name, which server and what went wrong.</summary>
    public DnsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with a message and a cause.</summary>
    public DnsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates it without a message.</summary>
    public DnsException()
    {
    }
}
