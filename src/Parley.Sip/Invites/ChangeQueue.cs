using Parley.Net;

namespace Parley.Sip.Invites;

/// <summary>
/// The changes asked of one call, one after the other (RFC 3261 §14.1: no INVITE while another is in progress). Made when the first is asked for. Its one
/// timer serves whichever change is first: to wait after a collision, for an answer after a provisional response, or for the application's ACK.
/// </summary>
internal sealed class ChangeQueue(InviteSession session) : LaneTimer
{
    private readonly List<Modification> _changes = [];
    private bool _isBackingOff;
    private bool _isStarting;

    public InviteSession Session { get; } = session;

    public int Count => _changes.Count;

    /// <summary>True while a re-INVITE of ours is under way, until its ACK has left.</summary>
    public bool IsInviting => _changes is [{ IsRunning: true, Method: Messages.SipMethod.Invite }, ..];

    public bool TryAdd(Modification change, int limit)
    {
        if (_changes.Count >= limit)
            return false;
        _changes.Add(change);
        return true;
    }

    /// <summary>Starts the first change unless something keeps it waiting; called whenever something has ended that could have.</summary>
    public void Next()
    {
        // What is told of an end may ask for the next change, which then is this loop's business.
        if (_isStarting)
            return;
        _isStarting = true;
        try
        {
            while (!_isBackingOff && _changes is [{ IsRunning: false } first, ..] && Session.MayChange(first))
                first.Start();
        }
        finally
        {
            _isStarting = false;
        }
    }

    public void TryAgainAfter(int milliseconds)
    {
        _isBackingOff = true;
        Session.Lane.Schedule(this, milliseconds);
    }

    public void WaitForAnswer(TimeSpan timeout)
    {
        if (!IsScheduled)
            Session.Lane.Schedule(this, (long)timeout.TotalMilliseconds);
    }

    public void WaitForAcknowledge() => Session.Lane.Schedule(this, 64 * Session.Ua.Profile.T1);

    public void OnOver(Modification change)
    {
        if (_changes is not [var first, ..] || first != change)
            return;
        Session.Lane.Cancel(this);
        _changes.RemoveAt(0);
        Next();
    }

    public void Drop(Modification change)
    {
        if (_changes is [var first, ..] && first == change)
        {
            _isBackingOff = false;
            OnOver(change);
        }
        else
        {
            _changes.Remove(change);
        }
    }

    /// <summary>Before a BYE of ours: an accepted re-INVITE gets its ACK.</summary>
    public void AcknowledgeNow()
    {
        if (_changes is [{ AwaitsAcknowledge: true } first, ..])
            first.Acknowledge(default, []);
    }

    public void End()
    {
        Session.Lane.Cancel(this);
        while (_changes is [.., var last])
        {
            _changes.RemoveAt(_changes.Count - 1);
            last.OnCallEnded();
        }
    }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        if (_isBackingOff)
        {
            _isBackingOff = false;
            Next();
        }
        else if (_changes is [{ AwaitsAcknowledge: true }, ..])
        {
            Session.OnNeverAcknowledged();
        }
        else if (_changes is [var first, ..])
        {
            first.GiveUp("SIP;cause=408;text=\"Not answered in time\"");
        }
    }
}
