using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>One UDP address: a socket, or one per lane sharing the port.</summary>
internal sealed class UdpChannel : SipChannel, IDatagramHandler
{
    private readonly MessageIntake _intake;
    private readonly IReadOnlyList<Lane> _lanes;
    private readonly IDatagramSocket[] _sockets;
    private readonly AdvertisedAddress _advertised;
    private volatile bool _open = true;

    /// <exception cref="IOException">The address is in use, not ours, or not permitted.</exception>
    public UdpChannel(INetwork network, SipListenAddress address, DatagramOptions options, IReadOnlyList<Lane> lanes, MessageIntake intake)
        : base(SipTransport.Udp)
    {
        _intake = intake;
        _lanes = lanes;
        _sockets = Bind(address.Local, options with { NoteArrivals = true }, lanes);
        Local = _sockets[0].Local;
        _advertised = new(network, address, Local);
    }

    public override NetEndpoint Local { get; }

    public override bool IsOpen => _open;

    public override NetEndpoint LocalFor(in NetEndpoint remote) => _advertised.TryFindLocal(remote, out var local) ? local : Local;

    public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => _advertised.For(remote);

    /// <summary>True when the peer can be sent to from here, as far as the machine knows.</summary>
    public bool Reaches(in NetEndpoint remote) =>
        _open && Local.IsV6 == remote.IsV6 && (!Local.IsLoopback || remote.IsLoopback) && _advertised.TryFor(remote, out _);

    public bool Send(PacketBuffer message, in NetEndpoint remote)
    {
        if (!_open)
            return false;
        // The socket of the lane that sends: there the message leaves with the others of its turn.
        for (var i = 1; i < _sockets.Length; i++)
        {
            if (_lanes[i].IsCurrent)
                return _sockets[i].Send(message, remote);
        }

        return _sockets[0].Send(message, remote);
    }

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        if (!_intake.Hears(source, SipTransport.Udp))
            return;
        if (StunKeepAlive.IsRequest(datagram.Span))
            _intake.AnswerStun(socket, datagram, source);
        else
            _intake.OnWhole(new(this, source), datagram, socket.Waited);
    }

    public async ValueTask CloseAsync()
    {
        _open = false;
        foreach (var socket in _sockets)
            await socket.DisposeAsync();
    }

    private IDatagramSocket[] Bind(NetEndpoint local, DatagramOptions options, IReadOnlyList<Lane> lanes)
    {
        var sockets = new IDatagramSocket[options.ReusePort ? lanes.Count : 1];
        try
        {
            for (var i = 0; i < sockets.Length; i++)
            {
                sockets[i] = lanes[i].BindUdp(local, this, options);
                local = sockets[i].Local;
            }

            return sockets;
        }
        catch (System.Net.Sockets.SocketException e)
        {
            foreach (var socket in sockets)
                _ = socket?.DisposeAsync().AsTask();
            throw new IOException($"Cannot listen for UDP on {local}: {e.Message}.", e);
        }
    }
}
