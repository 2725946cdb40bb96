using Parley.Net;

namespace Parley.Sip.Invites;

/// <summary>
/// Watches a ringing call: repeats the provisional response every minute, because proxies on the way give up after three (RFC 3261 §13.3.1.1), and ends
/// what has rung too long.
/// </summary>
internal sealed class RingTimer : LaneTimer
{
    private const long RepeatMilliseconds = 60_000;

    private readonly IncomingInvite _invite;
    private readonly long _since;
    private PacketBuffer? _response;
    private int _status;

    public RingTimer(IncomingInvite invite)
    {
        _invite = invite;
        _since = invite.Lane.Now;
        Wait(_since);
    }

    /// <summary>The response to repeat, referenced until the next one or the end; null where a fresh one has to be made each time.</summary>
    public void Ringing(PacketBuffer? response, int status)
    {
        _response?.Release();
        _response = response?.AddRef();
        _status = status;
        Wait(_invite.Lane.Now);
    }

    public void Stop()
    {
        _invite.Lane.Cancel(this);
        _response?.Release();
        _response = null;
    }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        if (now - _since >= _invite.MaxRinging)
        {
            _invite.OnRungTooLong();
            return;
        }

        Wait(now);
        if (_response is not null)
            _invite.Transaction?.Respond(_response.AddRef(), _status);
        else if (_status != 0)
            _invite.RepeatReliably(_status);
    }

    private void Wait(long now) => _invite.Lane.Schedule(this, Math.Clamp(_since + _invite.MaxRinging - now, 0, RepeatMilliseconds));
}
