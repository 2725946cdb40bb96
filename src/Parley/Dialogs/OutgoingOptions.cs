using Parley.Sip.Authentication;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>What every call of ours can be given, whoever makes it: see <see cref="UacOptions"/> and <see cref="BackToBack.B2buaOptions"/>.</summary>
public abstract record OutgoingOptions
{
    /// <summary>Headers added to the INVITE. Those the endpoint writes itself have options of their own here, or are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Who calls: the From header, <c>sip:alice@example.com</c> or <c>"Alice" &lt;sip:alice@example.com&gt;</c>. Default: that of the user agent.</summary>
    public string? Caller { get; init; }

    /// <summary>The To header, where it is not the target. Default the target.</summary>
    public string? To { get; init; }

    /// <summary>User part of our Contact. Default: the caller's.</summary>
    public string? ContactUser { get; init; }

    /// <summary>Answers 401 and 407, also within the call. Default none: a challenge is then a refusal.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Chooses credentials when a challenge has come, on the call's lane: it must not block. Used when <see cref="Credentials"/> is not given; null refuses.</summary>
    public Func<SipMessage, DigestCredentials?>? CredentialsFor { get; init; }

    /// <summary>Outbound proxy, put in front of the route (RFC 3261 §8.1.2). Default none.</summary>
    public string? Proxy { get; init; }

    /// <summary>Preloaded route set, after the proxy: URIs. Default none.</summary>
    public IReadOnlyList<string> Route { get; init; } = [];

    /// <summary>Redirections (3xx) followed, in all. Default 0.</summary>
    public int FollowRedirects { get; init; }

    /// <summary>Send the same request-URI to where a redirection points, instead of the URI it names. Default false (RFC 3261 §8.1.3.4).</summary>
    public bool KeepUriOnRedirect { get; init; }

    /// <summary>Give up and CANCEL when nobody has answered for this long. Default 180 s, the least RFC 3261 §16.6 lets a proxy wait.</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often the session is to be refreshed (RFC 4028). Default: as the user agent is set up.</summary>
    public SessionTimerOptions? SessionTimer { get; init; }

    /// <summary>Told of every provisional response above 100, of every fork, in order; runs off the lanes. Default none.</summary>
    public Action<DialogProgress>? OnProgress { get; init; }

    /// <summary>Reason header of the CANCEL that a cancelled token sends (RFC 3326), e.g. <c>SIP;cause=200;text="Call completed elsewhere"</c>. Default none.</summary>
    public string? CancelReason { get; init; }
}

/// <summary>A provisional response to a call of ours.</summary>
/// <param name="Status">101–199.</param>
/// <param name="Reason">Reason phrase as received.</param>
/// <param name="Sdp">The peer's description, early media; null when it has none.</param>
/// <param name="IsReliable">True when it is confirmed by a PRACK of ours.</param>
/// <param name="Response">The whole response; its To tag tells the forks apart.</param>
public sealed record DialogProgress(int Status, string Reason, string? Sdp, bool IsReliable, SipMessage Response);
