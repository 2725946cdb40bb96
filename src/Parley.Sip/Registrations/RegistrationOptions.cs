using Parley.Sip.Authentication;
using Parley.Sip.Messages;

namespace Parley.Sip.Registrations;

/// <summary>What to register, where, and how to keep it so (RFC 3261 §10).</summary>
public sealed record RegistrationOptions
{
    /// <summary>Address of record: who wants to be reached here.</summary>
    public required SipUri Address { get; init; }

    /// <summary>The registrar, as request-URI; default: the address's domain (RFC 3261 §10.2).</summary>
    public SipUri? Registrar { get; init; }

    /// <summary>Answers 401 and 407. Default: the endpoint's.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Lifetime asked for; the registrar may grant another. Default 1 h (RFC 3261 §10.2).</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>When to refresh, as a part of the lifetime granted. Default 0.8: with an hour, twelve minutes are left for further attempts.</summary>
    public double RefreshAfter { get; init; } = 0.8;

    /// <summary>Outbound proxy (RFC 3261 §8.1.2). Default none.</summary>
    public SipUri? Proxy { get; init; }

    /// <summary>User part of the Contact; default: that of the address.</summary>
    public string? ContactUser { get; init; }

    /// <summary>
    /// Identity of this device for RFC 5626, a URN such as <c>urn:uuid:…</c>; with it a registration after a restart replaces the old binding
    /// instead of adding one. Default none.
    /// </summary>
    public string? InstanceId { get; init; }

    /// <summary>Which of the device's flows this is (RFC 5626 §4.2); used with <see cref="InstanceId"/>. Default 1.</summary>
    public int RegId { get; init; } = 1;

    /// <summary>
    /// Register the address the registrar sees us under (<c>received</c> and <c>rport</c>, RFC 3581) when it differs from ours, as it does behind a NAT;
    /// over UDP only. Default true.
    /// </summary>
    public bool UsePublicAddress { get; init; } = true;

    /// <summary>Over UDP, time between the empty lines that keep a NAT's mapping alive; each is sent after 80 to 100 % of it. Zero for none. Default 29 s (RFC 5626 §4.4.2).</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(29);

    /// <summary>Longest wait before the first retry after a failure; it doubles with each further one, and half to all of it is waited. Default 30 s (RFC 5626 §4.5).</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same as <see cref="RetryBase"/>, for a flow whose device has another one that works (<c>SipEndpoint.RegisterFlows</c>). Default 90 s (RFC 5626 §4.5).</summary>
    public TimeSpan RetryBaseBeside { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Longest wait between retries; also what follows a refusal that retrying does not mend: 401, 403, 404, 407. Default 30 min (RFC 5626 §4.5).</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long disposing waits for the un-registration to be confirmed. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Further headers. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}
