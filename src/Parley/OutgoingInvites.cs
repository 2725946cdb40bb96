using Parley.Sip.Authentication;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>Turns what the call API was given into what signalling needs, refusing what is no address.</summary>
internal static class OutgoingInvites
{
    private static readonly SipAddress Anonymous = SipAddress.Parse("\"Anonymous\" <sip:anonymous@anonymous.invalid>"); // RFC 3323 §4.1.1.3

    private const int MostHops = 70; // RFC 3261 §8.1.1.6

    public static OutgoingInviteOptions Build(string target, DialOptions options, UserAgentOptions agent)
    {
        var caller = options.Caller ?? agent.Caller;
        var from = caller is null ? null : TargetUri.ParseAddress(caller, nameof(DialOptions.Caller));
        var headers = options.Anonymous ? [.. options.Headers, new SipHeader("Privacy", "id")] : options.Headers;
        return new OutgoingInviteOptions
        {
            Target = TargetUri.Parse(target, nameof(target)),
            From = options.Anonymous ? Anonymous : from,
            ContactUser = options.Anonymous ? null : options.ContactUser ?? from?.Uri.User, // RFC 3323 §4.1.1: the Contact would tell
            To = options.To is null ? null : TargetUri.ParseAddress(options.To, nameof(DialOptions.To)),
            Route = options.Route,
            Flow = options.Flow,
            Headers = headers,
            Credentials = options.Password is null ? null : new DigestCredentials { Username = options.UserName ?? from?.Uri.User ?? "", Password = options.Password, Realm = options.Realm },
            Proxy = options.Proxy is null ? null : TargetUri.Parse(options.Proxy, nameof(DialOptions.Proxy)),
            MaxRedirects = options.FollowRedirects,
            RingTimeout = options.RingTimeout,
            Lane = options.BridgeWith?.SignallingLane,
            MaxForwards = HopsLeft(options.BridgeWith),
        };
    }

    // A call made onward for another takes the hops that one has left, so that calls bridged in a circle come to an end (RFC 3261 §16.6 step 3).
    private static int HopsLeft(Call? other) =>
        other is { IsIncoming: true, Invite: { } invite } && invite.TryGetMaxForwards(out var hops) ? Math.Max(0, hops - 1) : MostHops;
}
