namespace Parley.Net;

/// <summary>A UDP socket of a virtual host.</summary>
internal sealed class VirtualSocket(VirtualLane lane, VirtualHost host, IDatagramHandler handler, DatagramOptions options) : IDatagramSocket
{
    // The longest UDP payload over IPv4: 65,535 less the headers of IP and UDP.
    private const int MaxPayload = 65_507;

    private int _closed;

    public NetEndpoint Local { get; set; }

    public VirtualLane Lane { get; } = lane;

    public IDatagramHandler Handler { get; } = handler;

    public int MaxDatagram { get; } = options.MaxDatagram;

    public bool ReusePort { get; } = options.ReusePort;

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    public bool Send(ReadOnlySpan<byte> datagram, in NetEndpoint destination)
    {
        if (IsClosed || !destination.HasValue || destination.IsV6 != Local.IsV6 || destination.Port == 0 || datagram.Length > MaxPayload)
            return Lane.Count(false);
        host.Network.Depart(host, host.SourceFor(Local, destination), destination, datagram);
        return Lane.Count(true);
    }

    public bool Send(PacketBuffer datagram, in NetEndpoint destination) => Send(datagram.Span, destination);

    public void Hold(bool hold)
    {
        // Datagrams are handed on as they come.
    }

    public void Collect()
    {
        // Nothing is held.
    }

    public int Waited => 0;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            host.Unbind(this);
            Lane.Closed();
        }

        return ValueTask.CompletedTask;
    }
}
