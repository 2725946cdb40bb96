using Parley.Media.Rtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>Sends a stream's RTCP reports when they are due. Lane only.</summary>
internal sealed class RtcpAgent : LaneTimer
{
    private readonly AudioStream _stream;
    private readonly Lane _lane;
    private readonly int _interval;

    public RtcpAgent(AudioStream stream, Lane lane, RtcpSession session, TimeSpan interval)
    {
        _stream = stream;
        _lane = lane;
        Session = session;
        _interval = (int)interval.TotalMilliseconds;
    }

    /// <summary>The reports' own state.</summary>
    public RtcpSession Session { get; }

    /// <summary>Begins, or goes on after a change: a re-INVITE never stops the reports.</summary>
    public void Start()
    {
        if (!IsScheduled)
            Schedule();
    }

    public void Stop() => _lane.Cancel(this);

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        _stream.SendReport(goodbye: false);
        Schedule();
    }

    private void Schedule() => _lane.Schedule(this, Session.NextInterval(_interval, Random.Shared.NextDouble()));
}
