using System.Text;
using Parley.Media.Codecs;
using Parley.Media.Srtp;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>How a call is dialled. Also what <see cref="UserAgent.CreateCallAsync"/> builds a call from before its INVITE leaves. Its text form shows no secrets.</summary>
public sealed record DialOptions
{
    /// <summary>Who calls: the From header, <c>sip:alice@example.com</c> or <c>"Alice" &lt;sip:alice@example.com&gt;</c>. Default <see cref="UserAgentOptions.Caller"/>.</summary>
    public string? Caller { get; init; }

    /// <summary>Hide the caller: From becomes anonymous and Privacy: id is added (RFC 3323 §4.1). Default false.</summary>
    public bool Anonymous { get; init; }

    /// <summary>User name for a 401 or 407 challenge. Default: the caller's user part.</summary>
    public string? UserName { get; init; }

    /// <summary>The realm user name and password are for: a challenge of another one is a refusal. Default any.</summary>
    public string? Realm { get; init; }

    /// <summary>User part of our Contact, without escapes. Default that of the caller.</summary>
    public string? ContactUser { get; init; }

    /// <summary>Password for a 401 or 407 challenge. Default none: a challenge is then a refusal.</summary>
    public string? Password { get; init; }

    /// <summary>Outbound proxy: a SIP URI that the INVITE is sent to, put in front of the route (RFC 3261 §8.1.2). Default none.</summary>
    public string? Proxy { get; init; }

    /// <summary>Whom the call is for: the To header, where the target is only the way there. Default the target.</summary>
    public string? To { get; init; }

    /// <summary>Proxies on the way, the nearest first: the Path of a registered phone (RFC 3327 §5.4). Default none.</summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>Send on this flow instead of locating the target: what a registered phone keeps open (RFC 5626). Default none.</summary>
    public SipFlow? Flow { get; init; }

    /// <summary>Call-ID of the call (RFC 3261 §8.1.1.4). Default one of our own making.</summary>
    public string? CallId { get; init; }

    /// <summary>Headers added to the INVITE. Those the engine owns (Via, From, To, Call-ID, CSeq, Contact, Content-*) are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Codecs offered, best first. Default <see cref="UserAgentOptions.Codecs"/>.</summary>
    public IReadOnlyList<AudioCodec>? Codecs { get; init; }

    /// <summary>Whether the audio is encrypted. Default <see cref="UserAgentOptions.MediaEncryption"/>.</summary>
    public MediaEncryption? MediaEncryption { get; init; }

    /// <summary>
    /// The call this one is to be bridged with: its codec is offered unless <see cref="Codecs"/> says otherwise, so that packets can pass untouched, its lanes are used, and
    /// of the hops it came with one less is left (RFC 3261 §16.6). Default none.
    /// </summary>
    public Call? BridgeWith { get; init; }

    /// <summary>Give up and CANCEL when nobody has answered for this long. Default 180 s, the least RFC 3261 §16.6 lets a proxy wait.</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Redirections (3xx) followed before the call counts as refused. Default 0.</summary>
    public int FollowRedirects { get; init; }

    /// <summary>Told of every provisional response, in order and before whoever waits for the answer goes on; runs off the lanes. Default none.</summary>
    public Action<CallProgress>? OnProgress { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Caller = {Caller}, UserName = {UserName}, Realm = {Realm}, Proxy = {Proxy}, To = {To}, CallId = {CallId}, RingTimeout = {RingTimeout}");
        return true;
    }
}

/// <summary>A provisional response to a call being dialled.</summary>
/// <param name="Status">101–199.</param>
/// <param name="Reason">Reason phrase as received.</param>
/// <param name="EarlyMedia">True when it carried a session description: the call can be listened to already.</param>
/// <param name="Response">The whole response.</param>
public sealed record CallProgress(int Status, string Reason, bool EarlyMedia, SipMessage Response);
