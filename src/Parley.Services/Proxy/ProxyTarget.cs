using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>One place a request is forwarded to (RFC 3261 §16.5). Immutable; one that is used often is best made once.</summary>
public sealed record ProxyTarget
{
    private readonly byte[] _route = [];

    /// <summary>What the request-URI becomes. Its headers and method parameter are left out (RFC 3261 §19.1.1, table 1).</summary>
    public required SipUri Uri
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            var bare = value.Scheme is SipScheme.Sip or SipScheme.Sips ? value.WithoutHeaders().WithoutParameter("method") : value;
            RequestUri = Encoding.UTF8.GetBytes(bare.ToString());
        }
    }

    /// <summary>How well it is liked, 0 to 1; the best are tried first (RFC 3261 §16.6). Default 1.</summary>
    public double Q { get; init; } = 1;

    /// <summary>Proxies on the way, the first first: the Path of a binding (RFC 3327 §5.3). Default none.</summary>
    public IReadOnlyList<SipUri> Route
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            _route = Encoding.UTF8.GetBytes(string.Join(", ", value.Select(uri => $"<{uri}>")));
            FirstRoute = value.Count == 0 ? [] : Encoding.UTF8.GetBytes(value[0].ToString());
        }
    } = [];

    /// <summary>The flow to use instead of locating anything: that of a phone behind a NAT (RFC 5626). Default none.</summary>
    public SipFlow? Flow { get; init; }

    /// <summary>
    /// Another flow to the same device, tried in its place when this one has failed (430, RFC 5626 §5.3.1): a device gets a request once. Default none.
    /// </summary>
    public ProxyTarget? Fallback { get; init; }

    /// <summary>Told on the lane that the flow has failed, so that nobody else is sent there. Default nobody.</summary>
    public Action? FlowFailed { get; init; }

    /// <summary>Headers added for this target. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Time for any response to come; then the next target is tried. Default none but the transaction's 64·T1.</summary>
    public TimeSpan? ProvisionalTimeout { get; init; }

    /// <summary>Time for the final response to come; then it is cancelled, and the next target is tried. Default none but Timer C.</summary>
    public TimeSpan? FinalTimeout { get; init; }

    /// <summary>Whatever the one who added it wants to find again. Default none.</summary>
    public object? Tag { get; init; }

    internal byte[] RequestUri { get; private init; } = [];

    internal byte[] RouteValue => _route;

    internal byte[] FirstRoute { get; private init; } = [];
}
