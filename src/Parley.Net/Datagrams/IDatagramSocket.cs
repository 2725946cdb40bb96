namespace Parley.Net;

/// <summary>A bound UDP socket of one lane.</summary>
public interface IDatagramSocket : IAsyncDisposable
{
    /// <summary>The address it is bound to, with the real port.</summary>
    NetEndpoint Local { get; }

    /// <summary>
    /// Sends one datagram. Never blocks: on the socket's lane it may be kept until the end of the turn and leave with others in one system call
    /// (the bytes are copied first); from another thread it leaves at once. A full send buffer drops the datagram and counts it, as the network would.
    /// </summary>
    /// <returns>False when it was dropped or refused at once.</returns>
    bool Send(ReadOnlySpan<byte> datagram, in NetEndpoint destination);

    /// <summary>Like <see cref="Send(ReadOnlySpan{byte}, in NetEndpoint)"/> without the copy: the buffer is referenced until it has left.</summary>
    bool Send(PacketBuffer datagram, in NetEndpoint destination);

    /// <summary>
    /// With true, datagrams may from now on wait in the system's buffer until <see cref="Collect"/>: for who looks at them at times of his own and need not be woken
    /// for each. A lane that cannot hold them hands them on as they come. On the lane only.
    /// </summary>
    void Hold(bool hold);

    /// <summary>Hands on what waits because of <see cref="Hold"/>. On the lane only; not from a handler of datagrams.</summary>
    void Collect();

    /// <summary>
    /// While a datagram is handed on: milliseconds it waited in the system's buffer, by the time the system noted at its arrival; because of <see cref="Hold"/>, or
    /// because the lane is behind. Always 0 where the system notes none, and without either <see cref="Hold"/> or <see cref="DatagramOptions.NoteArrivals"/>.
    /// </summary>
    int Waited { get; }
}

/// <summary>Receives a socket's datagrams on its lane.</summary>
public interface IDatagramHandler
{
    /// <summary>One datagram. The buffer is lent for the call: <see cref="PacketBuffer.AddRef"/> keeps it.</summary>
    void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source);
}

/// <summary>How a UDP socket is opened.</summary>
public sealed record DatagramOptions
{
    /// <summary>Kernel receive buffer in bytes; 0 leaves the system's default. Above net.core.rmem_max the kernel cuts it silently.</summary>
    public int ReceiveBuffer { get; init; }

    /// <summary>Kernel send buffer in bytes; 0 leaves the system's default.</summary>
    public int SendBuffer { get; init; }

    /// <summary>Several sockets may share the port and the kernel spreads senders over them (SO_REUSEPORT). Default false.</summary>
    public bool ReusePort { get; init; }

    /// <summary>
    /// Most datagrams taken and sent in one system call where the system can batch; above 64 counts as 64. Default 32, where the gain measured flattens.
    /// 1 suits a socket of one RTP stream: what is sent on the lane then leaves at once, without a copy, instead of at the end of the turn.
    /// </summary>
    public int Batch { get; init; } = 32;

    /// <summary>
    /// What is sent on the lane leaves at once, without a copy, although several datagrams are taken at a time: for sockets of one RTP stream, where more than one
    /// waits only when the lane was late. Default false; always so when <see cref="Batch"/> is 1.
    /// </summary>
    public bool SendAtOnce { get; init; }

    /// <summary>The system notes when each datagram comes, for <see cref="IDatagramSocket.Waited"/>. Default false; Linux only.</summary>
    public bool NoteArrivals { get; init; }

    /// <summary>Bytes a received datagram can have; longer ones are cut by the kernel and counted. Default 65536.</summary>
    public int MaxDatagram { get; init; } = PacketPool.LargeSize;

    /// <summary>DSCP class put into the IP header, 0–63; default 0. RFC 4594 §4: 46 (EF) for voice, 24 (CS3) or 40 (CS5) for signalling.</summary>
    public int Dscp { get; init; }
}
