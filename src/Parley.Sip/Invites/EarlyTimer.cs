using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>
/// What UPDATEs of the peer have said of the session timer before the call was answered (RFC 4028 §9). Nothing runs yet: the 2xx to the INVITE begins the timer, with an interval and a
/// refresher that do not go back on this.
/// </summary>
internal sealed class EarlyTimer
{
    private int _seconds;
    private bool _weRefresh;

    /// <summary>The largest Min-SE so far; 0 for none. It goes into our later refreshes (RFC 4028 §7.4).</summary>
    public int Minimum { get; private set; }

    /// <summary>Who refreshes, in the terms of a request of the peer.</summary>
    public RefresherRole RoleInPeersRequest => _seconds == 0 ? RefresherRole.Open : _weRefresh ? RefresherRole.Uas : RefresherRole.Uac;

    /// <summary>What an answer is to be made from: no longer an interval than was agreed on.</summary>
    public SessionTimerOptions Limit(SessionTimerOptions options) =>
        _seconds == 0 || (options.Seconds > 0 && options.Seconds < _seconds) ? options : options with { Interval = TimeSpan.FromSeconds(_seconds) };

    /// <summary>The 2xx to an UPDATE, with what is agreed on.</summary>
    public Reply Accept(SessionTimerOptions options, IncomingRequest request, in Reply reply)
    {
        var asked = SessionExpires.Of(request.Message);
        if (asked.IsNone && options.Seconds == 0 && _seconds == 0)
            return reply;
        Minimum = Math.Max(Minimum, SessionExpires.MinimumOf(request.Message));
        var supported = request.Message.HasToken(HeaderId.Supported, "timer"u8);
        var agreement = SessionTimerAgreement.Answer(asked, Minimum, supported, options, RoleInPeersRequest);
        if (agreement.IsNone)
            return reply;
        (_seconds, _weRefresh) = (agreement.Seconds, agreement.Refresher == RefresherRole.Uas);
        return reply with { Headers = agreement.HeadersFor(supported, reply.Headers) };
    }
}
