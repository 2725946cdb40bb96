using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>
/// What a proxy changes in a request it passes on (RFC 3261 §16.6), for <see cref="SipWriter.Forward(SipMessage, in RequestEdits)"/>. Everything it does not
/// name goes on as it came.
/// </summary>
public readonly ref struct RequestEdits
{
    /// <summary>Where the request came from: its top Via gets <c>received</c> and <c>rport</c> by it (RFC 3261 §18.2.1, RFC 3581 §4).</summary>
    public required NetEndpoint Source { get; init; }

    /// <summary>The request-URI to write; empty keeps the one that came.</summary>
    public ReadOnlySpan<byte> RequestUri { get; init; }

    /// <summary>Value of Max-Forwards.</summary>
    public required int MaxForwards { get; init; }

    /// <summary>Value of Max-Breadth (RFC 5393 §5.3); 0 keeps the one that came, or none.</summary>
    public int MaxBreadth { get; init; }

    /// <summary>Route values taken away from the front.</summary>
    public int RoutesRemoved { get; init; }

    /// <summary>True takes away the last Route value: the one a strict router has us put into the request-URI (RFC 3261 §16.4).</summary>
    public bool LastRouteRemoved { get; init; }

    /// <summary>Route values put before those left, as the value of one line; empty for none.</summary>
    public ReadOnlySpan<byte> RoutesBefore { get; init; }

    /// <summary>A URI put behind those left, without angle brackets: the request-URI on the way to a strict router (RFC 3261 §16.6 item 6).</summary>
    public ReadOnlySpan<byte> RouteAfter { get; init; }

    /// <summary>Header fields taken away. Default none.</summary>
    public ReadOnlySpan<HeaderId> Removed { get; init; }

    /// <summary>Lines added behind the others. Default none.</summary>
    public IReadOnlyList<SipHeader>? Added { get; init; }

    internal bool ChangesRoutes => RoutesRemoved > 0 || LastRouteRemoved;
}
