using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transfers;

/// <summary>Where a REFER that is about a call is sent (RFC 7647 §4).</summary>
public enum ReferPlacement : byte
{
    /// <summary>Within the call's dialog, unless the peer's Contact is a GRUU: then outside, as RFC 7647 §4 demands, with Target-Dialog.</summary>
    Automatic,

    /// <summary>Within the call's dialog.</summary>
    WithinDialog,

    /// <summary>Outside, with a Target-Dialog that names the call (RFC 4538).</summary>
    Outside,
}

/// <summary>Whom to refer the peer to, and how (RFC 3515).</summary>
public record ReferOptions
{
    /// <summary>
    /// The Refer-To header: whom to call, and with what. <see cref="Replaces.AddTo"/> puts a Replaces into its URI; a <c>method</c> parameter asks for another
    /// request than INVITE.
    /// </summary>
    public required SipAddress ReferTo { get; init; }

    /// <summary>Who asks: the Referred-By header (RFC 3892). Default none.</summary>
    public SipAddress? ReferredBy { get; init; }

    /// <summary>
    /// Ask for reports on what comes of it. False sends <c>Refer-Sub: false</c> (RFC 4488); a peer that does not know it reports all the same. Default true.
    /// </summary>
    public bool Report { get; init; } = true;

    /// <summary>Longest time from the REFER's acceptance to the last report. Default 5 min: a call may ring for three.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Within the call's dialog or outside. Default <see cref="ReferPlacement.Automatic"/>.</summary>
    public ReferPlacement Placement { get; init; }

    /// <summary>Further headers; ones the endpoint writes itself are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}

/// <summary>A REFER outside any call.</summary>
public sealed record SipReferOptions : ReferOptions
{
    /// <summary>Who is referred: the request-URI, and the To header unless <see cref="To"/> is given.</summary>
    public required SipUri Target { get; init; }

    /// <summary>The To header; default: the target.</summary>
    public SipAddress? To { get; init; }

    /// <summary>The From header; default: the endpoint's <c>Identity</c>.</summary>
    public SipAddress? From { get; init; }

    /// <summary>Outbound proxy (RFC 3261 §8.1.2). Default none.</summary>
    public SipUri? Proxy { get; init; }

    /// <summary>Preloaded route set. Default none.</summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>Answers 401 and 407. Default: the endpoint's.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Send on this flow instead of locating the target. Default none.</summary>
    public SipFlow? Flow { get; init; }

    /// <summary>The dialog with the same peer that this is about (RFC 4538), seen from here. Default none.</summary>
    public DialogId? TargetDialog { get; init; }
}
