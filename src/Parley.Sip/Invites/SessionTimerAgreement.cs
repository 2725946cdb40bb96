using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>What two sides have agreed on for a call's session timer: RFC 4028 §7.2 and §9 as functions of what was said.</summary>
/// <param name="Seconds">The interval; 0 for no timer.</param>
/// <param name="Refresher">Who refreshes, in the terms of the request that agreed on it.</param>
internal readonly record struct SessionTimerAgreement(int Seconds, RefresherRole Refresher)
{
    // RFC 4028 §5 has 90 s for the least. A response cannot be refused for being below, so what is shorter than this counts as this: no peer makes us
    // send requests in quick succession.
    private const int Shortest = 30;

    public bool IsNone => Seconds == 0;

    /// <summary>
    /// The headers of a 2xx that says so. With Require, for a peer that knows it: it must refresh, or may hang up when it hears of no refresh (RFC 4028 §9).
    /// </summary>
    public IReadOnlyList<SipHeader> HeadersFor(bool supported, IReadOnlyList<SipHeader>? further)
    {
        var expires = new SipHeader("Session-Expires", new SessionExpires(Seconds, Refresher).ToString());
        return supported ? [expires, new SipHeader("Require", "timer"), .. further ?? []] : [expires, .. further ?? []];
    }

    /// <summary>What the answering side puts into its 2xx (RFC 4028 §9, table 2).</summary>
    /// <param name="asked">The request's Session-Expires.</param>
    /// <param name="minimum">The request's Min-SE; 0 for none.</param>
    /// <param name="supported">Whether the requesting side supports timers.</param>
    /// <param name="options">What this side wants.</param>
    /// <param name="current">Who refreshes so far, in the terms of this request; open when nobody does.</param>
    public static SessionTimerAgreement Answer(
        SessionExpires asked, int minimum, bool supported, SessionTimerOptions options, RefresherRole current = RefresherRole.Open)
    {
        var least = Math.Max(minimum, options.MinimumSeconds);
        // Too short, and not to be refused: the side that asked is a proxy's, and would not understand (RFC 4028 §8.1).
        if (!asked.IsNone && asked.Seconds < options.MinimumSeconds)
            return default;
        var wanted = options.Seconds == 0 ? 0 : Math.Max(options.Seconds, least);
        var seconds = asked.IsNone ? wanted : wanted == 0 ? asked.Seconds : Math.Min(asked.Seconds, wanted);
        if (seconds == 0)
            return default;
        if (!supported)
            return new(seconds, RefresherRole.Uas);
        if (asked.Refresher != RefresherRole.Open)
            return new(seconds, asked.Refresher);
        return new(seconds, Chosen(options.Refresher, current, asked.IsNone));
    }

    /// <summary>What the requesting side takes from a 2xx (RFC 4028 §7.2).</summary>
    /// <param name="answered">The 2xx's Session-Expires.</param>
    /// <param name="asked">What the request asked for.</param>
    public static SessionTimerAgreement Take(SessionExpires answered, SessionExpires asked)
    {
        if (!answered.IsNone)
            return new(Math.Max(answered.Seconds, Shortest), answered.Refresher == RefresherRole.Uas ? RefresherRole.Uas : RefresherRole.Uac);
        // The peer does not know timers: it answers refreshes all the same, and a side that sends them needs no more.
        return asked.IsNone || asked.Refresher == RefresherRole.Uas ? default : new(asked.Seconds, RefresherRole.Uac);
    }

    private static RefresherRole Chosen(SessionRefresher wanted, RefresherRole current, bool isOurWish) => wanted switch
    {
        SessionRefresher.Local => RefresherRole.Uas,
        SessionRefresher.Remote => RefresherRole.Uac,
        _ when current != RefresherRole.Open => current,
        _ => isOurWish ? RefresherRole.Uas : RefresherRole.Uac,
    };
}
