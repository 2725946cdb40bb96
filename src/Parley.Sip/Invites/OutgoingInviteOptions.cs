using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>How to make a call (RFC 3261 §13.2.1). The credentials are those of requests within the call as well.</summary>
public sealed record OutgoingInviteOptions : OutsideRequestOptions
{
    /// <summary>The offer, or nothing to ask the peer for one. Default nothing.</summary>
    public SipBody Body { get; init; }

    /// <summary>Chooses credentials when the first challenge has come, where none are given; on the lane, must not block. Null makes it a refusal. Default nobody.</summary>
    public Func<SipMessage, DigestCredentials?>? CredentialsFor { get; init; }

    /// <summary>Sends the request-URI as it is to where a redirection points, instead of the URI it names. Default false (RFC 3261 §8.1.3.4).</summary>
    public bool KeepUriOnRedirect { get; init; }

    /// <summary>
    /// Whether the called side may send provisional responses reliably (RFC 3262): <see cref="ReliableSupport.Supported"/>, the default, as far as the endpoint's
    /// <c>Extensions</c> name 100rel.
    /// </summary>
    public ReliableSupport Reliability { get; init; }

    /// <summary>Session timers of this call (RFC 4028). Default: the endpoint's.</summary>
    public SessionTimerOptions? SessionTimer { get; init; }

    /// <summary>How many contacts of 3xx responses are tried in all (RFC 3261 §8.1.3.4). Default 0: a redirection ends the call.</summary>
    public int MaxRedirects { get; init; }

    /// <summary>Hops the INVITE may take. Default 70 (RFC 3261 §8.1.1.6); a call made onward for another has one less than that one had.</summary>
    public int MaxForwards { get; init; } = 70;

    /// <summary>How long it may ring. Default 180 s: what a proxy's timer C would allow at least (RFC 3261 §16.6 step 11).</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Call-ID of the call; default: a random one. One that is given decides the lane.</summary>
    public string? CallId { get; init; }

    /// <summary>User part of our Contact, without escapes: they are added where needed. Default: that of the caller.</summary>
    public string? ContactUser { get; init; }

    /// <summary>Lane the call shall live on, e.g. that of the call it is bridged with. Default: the current one, else the next in turn.</summary>
    public Lane? Lane { get; init; }
}
