using System.Collections.Concurrent;

namespace Parley.Net.Tests.Lanes;

/// <summary>Keeps what a socket received; an action can be had on each.</summary>
internal sealed class Recorder(Lane lane, Action<IDatagramSocket, PacketBuffer, NetEndpoint>? also = null) : IDatagramHandler
{
    public ConcurrentQueue<(byte[] Bytes, NetEndpoint Source, bool OnLane)> Received { get; } = new();

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        Received.Enqueue((datagram.Span.ToArray(), source, lane.IsCurrent));
        also?.Invoke(socket, datagram, source);
    }
}

/// <summary>A timer that is an action.</summary>
internal sealed class ActionTimer(Action<long> action) : LaneTimer
{
    protected internal override void Fire(long now) => action(now);
}

/// <summary>A ticker that is an action.</summary>
internal sealed class ActionTicker(Action<long, int> action) : ILaneTicker
{
    public void Tick(long number, int missed) => action(number, missed);
}
