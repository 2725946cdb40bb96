using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

// The session timer: who refreshes the call, and what happens when nobody does (RFC 4028).
public sealed partial class InviteSession
{
    private SessionTimer? _timer;

    /// <summary>The longest time between refreshes that both sides have agreed on; null without a session timer.</summary>
    public TimeSpan? SessionInterval => _timer is { IsOn: true } timer ? timer.Interval : null;

    /// <summary>True when this side refreshes the call, false when the peer does or nobody.</summary>
    public bool IsRefresher => _timer is { RoleInOurRequest: RefresherRole.Uac };

    /// <summary>What a request of ours says of the timer.</summary>
    internal TimerOffer TimerOffer => _timer?.Offer ?? default;

    /// <summary>What the first INVITE of a call says of it.</summary>
    internal static TimerOffer OfferOf(UserAgentProfile profile, SessionTimerOptions? options)
    {
        options ??= profile.SessionTimers;
        if (!profile.Timers || options.Seconds == 0)
            return default;
        var refresher = options.Refresher switch
        {
            SessionRefresher.Local => RefresherRole.Uac,
            SessionRefresher.Remote => RefresherRole.Uas,
            _ => RefresherRole.Open,
        };
        // RFC 4028 §5: 90 s goes without saying.
        return new TimerOffer(new SessionExpires(options.Seconds, refresher), options.MinimumSeconds > 90 ? options.MinimumSeconds : 0);
    }

    /// <summary>Called side: from our 200 on.</summary>
    internal void BeginTimer(SessionTimerAgreement agreement, SipMessage invite, in SipBody description, SessionTimerOptions? options, int minimum)
    {
        _timer = new SessionTimer(this, options ?? Ua.Profile.SessionTimers);
        _timer.TryRaise(Math.Max(minimum, SessionExpires.MinimumOf(invite)));
        _timer.Describe(description);
        _timer.Agree(agreement.Seconds, weRefresh: agreement.Refresher == RefresherRole.Uas);
    }

    /// <summary>Calling side: from the peer's 2xx on.</summary>
    internal void BeginTimer(SipMessage response, RequestDraft invite, SessionTimerOptions? options, int minimum)
    {
        if (!Ua.Profile.Timers)
            return;
        var agreement = SessionTimerAgreement.Take(SessionExpires.Of(response), invite.Timer.Expires);
        if (agreement.IsNone)
            return;
        _timer = new SessionTimer(this, options ?? Ua.Profile.SessionTimers);
        _timer.TryRaise(minimum);
        _timer.Describe(invite.Body);
        _timer.Agree(agreement.Seconds, weRefresh: agreement.Refresher == RefresherRole.Uac);
    }

    /// <summary>A description of ours that went out in an ACK.</summary>
    internal void Describe(in SipBody body) => _timer?.Describe(body);

    /// <summary>The 2xx to a request of ours that refreshes.</summary>
    internal void OnRefreshedByUs(SipMessage response, SessionExpires asked, in SipBody body)
    {
        if (!Ua.Profile.Timers)
            return;
        var agreement = SessionTimerAgreement.Take(SessionExpires.Of(response), asked);
        if (_timer is null && agreement.IsNone)
            return;
        _timer ??= new SessionTimer(this, Ua.Profile.SessionTimers);
        _timer.Describe(body);
        _timer.Agree(agreement.Seconds, weRefresh: agreement.Refresher == RefresherRole.Uac);
        if (!agreement.IsNone)
            Guard(this, response, static (self, message) => self._handler!.OnRefreshed(self, new SessionRefresh(false, self._timer!.Interval, message)));
    }

    /// <summary>A 422: true when sending again with a longer interval has a chance.</summary>
    internal bool TryRaiseInterval(SipMessage response) => _timer?.TryRaise(SessionExpires.MinimumOf(response)) == true;

    /// <summary>It is time for a refresh of ours: by UPDATE where the peer takes it, else by a re-INVITE that offers what there is (RFC 4028 §7.4).</summary>
    internal void Refresh()
    {
        var offer = _timer!.Description;
        var options = PeerUpdates || offer.IsNone ? new ModifyOptions { Method = ModifyMethod.Update } : new ModifyOptions { Body = offer };
        Queue(options, result =>
        {
            if (!result.IsSuccess)
                _timer.OnRefused();
        });
    }

    internal void OnExpired() => HangUp(
        [new SipHeader("Reason", "SIP;cause=408;text=\"Session timer expired\"")],
        new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, "Session timer expired"));

    // The 2xx to a request of the peer that refreshes says what holds from now on. A request that says nothing of a timer that runs leaves it running.
    private Reply WithTimer(IncomingRequest request, in Reply reply)
    {
        if (!Ua.Profile.Timers)
            return reply;
        var asked = SessionExpires.Of(request.Message);
        var options = _timer?.WishNow() ?? Ua.Profile.SessionTimers;
        if (asked.IsNone && options.Seconds == 0)
            return reply;
        var minimum = SessionExpires.MinimumOf(request.Message);
        var supported = request.Message.HasToken(HeaderId.Supported, "timer"u8);
        var agreement = SessionTimerAgreement.Answer(asked, minimum, supported, options, _timer?.RoleInPeersRequest ?? RefresherRole.Open);
        if (_timer is null && agreement.IsNone)
            return reply;
        _timer ??= new SessionTimer(this, Ua.Profile.SessionTimers);
        _timer.TryRaise(minimum);
        _timer.Describe(reply.Body);
        _timer.Agree(agreement.Seconds, weRefresh: agreement.Refresher == RefresherRole.Uas);
        _timer.RefreshedBy = agreement.IsNone ? null : request;
        return agreement.IsNone ? reply : reply with { Headers = agreement.HeadersFor(supported, reply.Headers) };
    }

    private void TellRefreshed(IncomingRequest request)
    {
        if (_timer is not { } timer || timer.RefreshedBy != request)
            return;
        timer.RefreshedBy = null;
        Guard(this, request.Message, static (self, message) => self._handler!.OnRefreshed(self, new SessionRefresh(true, self._timer!.Interval, message)));
    }
}
