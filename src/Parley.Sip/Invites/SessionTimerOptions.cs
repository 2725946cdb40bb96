namespace Parley.Sip.Invites;

/// <summary>Which side of a call refreshes it (RFC 4028).</summary>
public enum SessionRefresher : byte
{
    /// <summary>Whoever the other side names, else who asked for the timer.</summary>
    Any,

    /// <summary>This side.</summary>
    Local,

    /// <summary>The peer.</summary>
    Remote,
}

/// <summary>
/// Session timers (RFC 4028): a call that is not refreshed for an interval is ended, so that neither side keeps one whose other side is gone. A timer the peer
/// asks for is honoured whatever is set here, as far as the endpoint's <c>Extensions</c> name <c>timer</c>.
/// </summary>
public sealed record SessionTimerOptions
{
    /// <summary>
    /// The longest time between refreshes that this side wants, asked for in its INVITEs and in its answers; in whole seconds, at least <see cref="Minimum"/>.
    /// Default null: not asked for. 1,800 s is what RFC 4028 §4 recommends.
    /// </summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The shortest time this side accepts; a request for a shorter one is answered 422. Default and least 90 s (RFC 4028 §5).</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Who shall refresh, where the peer leaves it open. Default: who asked for the timer.</summary>
    public SessionRefresher Refresher { get; init; }

    internal int Seconds => Interval is { } interval ? (int)Math.Ceiling(interval.TotalSeconds) : 0;

    internal int MinimumSeconds => (int)Math.Ceiling(Minimum.TotalSeconds);

    /// <exception cref="ArgumentException">A time that is too short, or an interval without the extension; names <paramref name="argument"/>.</exception>
    internal static void Require(SessionTimerOptions? options, bool supported, string argument)
    {
        if (options is null)
            return;
        if (options.Interval is not null && !supported)
            throw new ArgumentException("A session interval can only be asked for when the endpoint's Extensions name timer.", argument);
        if (options.Minimum < TimeSpan.FromSeconds(90) || options.Minimum > TimeSpan.FromDays(1))
            throw new ArgumentException("The shortest session interval to accept is 90 s to a day (RFC 4028 §5).", argument);
        if (options.Interval is { } interval && (interval < options.Minimum || interval > TimeSpan.FromDays(7)))
            throw new ArgumentException("The session interval is at least the minimum, and at most 7 days.", argument);
    }
}

/// <summary>A session timer was restarted.</summary>
/// <param name="ByPeer">True when the peer's request did it, false when ours did.</param>
/// <param name="Interval">The time until the next is due at the latest.</param>
/// <param name="Message">The peer's request, or the response to ours; lent for the call.</param>
public sealed record SessionRefresh(bool ByPeer, TimeSpan Interval, Messages.SipMessage Message);
