using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>
/// One question on its way: server after server, try after try, over UDP, and over TCP when the answer was cut (RFC 1035 §4.2). Each try
/// has its own socket and a random id, so that an answer can be forged only by guessing both (RFC 5452 §9).
/// </summary>
internal sealed class DnsQuery : LaneTimer, IDatagramHandler
{
    private static readonly DatagramOptions s_socket = new() { Batch = 1 };

    private readonly INetwork _network;
    private readonly Lane _lane;
    private readonly DnsOptions _options;
    private readonly string _name;
    private readonly DnsType _type;
    private readonly TaskCompletionSource<DnsMessage> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDatagramSocket? _socket;
    private ushort _id;
    private int _tries;
    private string _lastFault = "";

    public DnsQuery(INetwork network, Lane lane, DnsOptions options, string name, DnsType type)
    {
        _network = network;
        _lane = lane;
        _options = options;
        _name = name;
        _type = type;
    }

    private NetEndpoint Server => _options.Servers[(_tries - 1) % _options.Servers.Count];

    /// <summary>Asks.</summary>
    /// <exception cref="DnsException">No server gave an answer.</exception>
    public Task<DnsMessage> RunAsync()
    {
        _lane.Run(static query => ((DnsQuery)query!).Try(), this);
        return _done.Task;
    }

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        // An answer to a former try, or from somebody else: the wait goes on.
        if (socket != _socket || source != Server || DnsMessage.Read(datagram.Span, _id, _name, _type) is not { } message)
            return;
        if (message.IsTruncated)
        {
            CloseSocket();
            _ = AskByTcpAsync(Server, _tries);
            return;
        }

        Judge(message);
    }

    protected override void Fire(long now)
    {
        _lastFault = $"{Server} did not answer within {_options.Timeout.TotalSeconds:0.#} s";
        Try();
    }

    private void Try()
    {
        CloseSocket();
        _lane.Cancel(this);
        if (_tries >= _options.Attempts * _options.Servers.Count)
        {
            _done.TrySetException(new DnsException($"No answer for {_type} of '{_name}': {_lastFault}."));
            return;
        }

        _tries++;
        _id = (ushort)RandomNumberGenerator.GetInt32(65536);
        _lane.Schedule(this, (long)_options.Timeout.TotalMilliseconds);
        try
        {
            var query = DnsMessage.WriteQuery(_id, _name, _type);
            _socket = _lane.BindUdp(Server.IsV6 ? NetEndpoint.V6(0, 0) : NetEndpoint.V4(0, 0), this, s_socket);
            _socket.Send(query, Server);
        }
        catch (DnsException e)
        {
            Finish();
            _done.TrySetException(e);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            Finish();
            _done.TrySetException(new DnsException($"No socket to ask {Server} for '{_name}': {e.Message}.", e));
        }
    }

    // RFC 1035 §4.1.1: 0 no error, 3 the name does not exist; everything else is the server's trouble, and another may know.
    private void Judge(DnsMessage message)
    {
        if (message.Status is not (0 or 3))
        {
            _lastFault = $"{Server} answered with status {message.Status}";
            Try();
            return;
        }

        Finish();
        _done.TrySetResult(message);
    }

    private async Task AskByTcpAsync(NetEndpoint server, int attempt)
    {
        DnsMessage? answer = null;
        var fault = $"{server} cut its answer and closed the TCP connection";
        try
        {
            using var limit = new CancellationTokenSource(_options.Timeout, _network.Time);
            var connection = await _network.ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = server, Timeout = _options.Timeout });
            await using var owned = connection;
            var query = DnsMessage.WriteQuery(_id, _name, _type);
            Send(connection, query);
            await connection.ReceiveAsync(bytes => (answer = ReadFramed(bytes)) is null ? 0 : -1, limit.Token);
        }
        catch (OperationCanceledException)
        {
            fault = $"{server} cut its answer and gave none over TCP either";
        }
        catch (IOException e)
        {
            fault = e.Message;
        }

        _lane.Post(
            _ =>
            {
                if (_done.Task.IsCompleted || attempt != _tries) // the next try is under way
                    return;
                _lastFault = fault;
                if (answer is null)
                    Try();
                else
                    Judge(answer);
            },
            null);
    }

    private void Send(IStreamConnection connection, byte[] query)
    {
        var buffer = _network.Pool.Rent(query.Length + 2);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.Array, (ushort)query.Length);
        query.CopyTo(buffer.Array, 2);
        buffer.Length = query.Length + 2;
        connection.Send(buffer);
        buffer.Release();
    }

    private DnsMessage? ReadFramed(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length < 2)
            return null;
        Span<byte> prefix = stackalloc byte[2];
        bytes.Slice(0, 2).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        return bytes.Length < 2 + length ? null : DnsMessage.Read(bytes.Slice(2, length).ToArray(), _id, _name, _type);
    }

    private void Finish()
    {
        CloseSocket();
        _lane.Cancel(this);
    }

    private void CloseSocket()
    {
        if (_socket is not { } socket)
            return;
        _socket = null;
        _ = socket.DisposeAsync().AsTask();
    }
}
