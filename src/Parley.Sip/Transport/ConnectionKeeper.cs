using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>Looks at all connections once a second while there are any: keep-alives, and the end of those that idle or stall.</summary>
internal sealed class ConnectionKeeper : LaneTimer
{
    // The shortest of the times it watches are seconds.
    private const int Period = 1000;

    private readonly Lane _lane;
    private readonly ConnectionTable _table;
    private readonly SipTransportOptions _options;

    public ConnectionKeeper(Lane lane, ConnectionTable table, SipTransportOptions options)
    {
        _lane = lane;
        _table = table;
        _options = options;
    }

    /// <summary>Begins to look, if it does not already. From any thread.</summary>
    public void Start() => _lane.Run(
        static state =>
        {
            var keeper = (ConnectionKeeper)state!;
            if (!keeper.IsScheduled)
                keeper._lane.Schedule(keeper, Period);
        },
        this);

    /// <summary>Looks no more. From any thread.</summary>
    public void Stop() => _lane.Run(
        static state =>
        {
            var keeper = (ConnectionKeeper)state!;
            keeper._lane.Cancel(keeper);
        },
        this);

    protected override void Fire(long now)
    {
        var any = false;
        foreach (var channel in _table.Channels)
        {
            any = true;
            // Closing waits for what is queued; the lane does not.
            if (!channel.Keep(_options))
                _ = channel.CloseAsync().AsTask();
        }

        if (any)
            _lane.Schedule(this, Period);
    }
}
