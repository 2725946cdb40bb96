using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>One way to reach somebody: what a REGISTER bound to an address of record (RFC 3261 §10). Immutable.</summary>
public sealed record Binding
{
    /// <summary>Tells the bindings of one address of record apart, for as long as the binding lasts, refreshes included.</summary>
    public required string Id { get; init; }

    /// <summary>The Contact's URI: the request-URI of what is sent there.</summary>
    public required SipUri Contact { get; init; }

    /// <summary>The display name of the Contact; null when it had none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Preference, 0 to 1 (RFC 3261 §20.10). Default 1, as when the Contact named none.</summary>
    public double Q { get; init; } = 1;

    /// <summary>When it ends unless it is refreshed.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>When it was made or refreshed last.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>Proxies on the way to it, nearest to us first: the Route of what is sent there (RFC 3327 §5.4). Empty when there are none.</summary>
    public IReadOnlyList<SipUri> Path { get; init; } = [];

    /// <summary>The device's URN, without angle brackets (RFC 5626 §4.1); null when it named none.</summary>
    public string? Instance { get; init; }

    /// <summary>Which of the device's flows this is (RFC 5626 §4.2); 0 when outbound is not used for it.</summary>
    public int RegId { get; init; }

    /// <summary>Other parameters of the Contact, as written: capabilities (RFC 3840) and what nobody here knows.</summary>
    public IReadOnlyList<SipParameter> Parameters { get; init; } = [];

    /// <summary>Call-ID of the REGISTER that made or refreshed it last.</summary>
    public string CallId { get; init; } = "";

    /// <summary>CSeq number of that REGISTER.</summary>
    public uint CSeq { get; init; }

    /// <summary>The device's User-Agent; empty when it sent none.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>
    /// Where the REGISTER came from when that is where to send to: it came straight from the device and its Contact names the device itself. No value when there is a
    /// <see cref="Path"/>, or somebody registered a Contact elsewhere: then the first of the path, or the Contact, is located.
    /// </summary>
    public NetEndpoint Source { get; init; }

    /// <summary>What the REGISTER came over.</summary>
    public SipTransport Transport { get; init; }

    /// <summary>
    /// What it came over, while that exists; null after a restart, and when <see cref="Source"/> has no value. Use <see cref="TryGetFlow"/>, which finds another way where there is one.
    /// </summary>
    public SipFlow? Flow { get; init; }

    /// <summary>True when the device keeps this very flow open for us (RFC 5626): it failing means the device cannot be reached by this binding any more.</summary>
    public bool IsOutbound => RegId != 0;

    /// <summary>
    /// The flow to send requests on, so that they pass the device's NAT. False when the target is to be located instead, and when the device's connection is gone; for an
    /// <see cref="IsOutbound"/> binding with a <see cref="Source"/> false means 430 (RFC 5626 §5.3.1): report it by <see cref="ILocationService.FlowFailedAsync"/>.
    /// </summary>
    /// <param name="transport">The transport of the endpoint that sends.</param>
    /// <param name="flow">The flow.</param>
    public bool TryGetFlow(ISipTransport transport, out SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(transport);
        flow = default;
        if (!Source.HasValue)
            return false;
        if (Flow is { Channel.IsOpen: true } live)
        {
            flow = live;
            return true;
        }

        // A socket of ours on the same port is the same flow to a NAT; a connection that the device opened is not to be had again.
        return !Transport.IsReliable() && transport.TryGetFlow(new SipTarget(Transport, Source), out flow);
    }
}
