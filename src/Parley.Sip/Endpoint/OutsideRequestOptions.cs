using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Endpoint;

/// <summary>What every request outside a dialog has: whom it is for, whom it is from, and the way it takes.</summary>
public abstract record OutsideRequestOptions
{
    /// <summary>The request-URI, and the To header unless <see cref="To"/> is given (RFC 3261 §8.1.1.1).</summary>
    public required SipUri Target { get; init; }

    /// <summary>The To header; default: the target.</summary>
    public SipAddress? To { get; init; }

    /// <summary>Who asks: the From header. A tag in it is replaced. Default: the endpoint's <c>Identity</c>.</summary>
    public SipAddress? From { get; init; }

    /// <summary>Outbound proxy the request is sent through, put in front of <see cref="Route"/> (RFC 3261 §8.1.2). Default none.</summary>
    public SipUri? Proxy { get; init; }

    /// <summary>Preloaded route set, e.g. a Service-Route (RFC 3608). Default none.</summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>Further headers, behind those that the endpoint writes itself; one of these is refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Answers 401 and 407. Default: the endpoint's.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Send on this flow instead of locating the target: the connection a registered device keeps open (RFC 5626). Default none.</summary>
    public SipFlow? Flow { get; init; }
}
