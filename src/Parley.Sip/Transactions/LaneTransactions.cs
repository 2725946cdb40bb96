using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// The transactions of one lane: their tables, the objects to be used again, what they share. No locks: all of it happens on the lane.
/// </summary>
internal sealed partial class LaneTransactions
{
    // Objects kept for use again beyond those in use: enough that steady traffic allocates none.
    private const int KeptObjects = 4096;

    private readonly TransactionTable<ServerTransaction, ServerLinks> _servers = new();
    private readonly TransactionTable<ServerTransaction, MergeLinks> _merges = new();
    private readonly TransactionTable<ClientTransaction, ClientLinks> _clients = new();
    private readonly Stack<ServerTransaction> _freeServers = new();
    private readonly Stack<ClientTransaction> _freeClients = new();
    private readonly RequestKeys _keys;
    private readonly HashSecret _secret;
    private readonly TransactionLimits _limits;
    private readonly Lateness _lateness = new();

    // Clients that wait for a connection or hang on one.
    private ClientTransaction? _pending;

    public LaneTransactions(
        Lane lane, ISipTransport transport, ISipCore core, TransactionOptions options, TransactionTimes times, HashSecret secret)
    {
        Lane = lane;
        Transport = transport;
        Core = core;
        Options = options;
        Times = times;
        _secret = secret;
        _keys = new(secret);
        _limits = new(options, transport.Lanes.Count);
        Branches = new(HashSecret.Random());
    }

    public Lane Lane { get; }

    public ISipTransport Transport { get; }

    public ISipCore Core { get; }

    public TransactionOptions Options { get; }

    public TransactionTimes Times { get; }

    public BranchSource Branches { get; }

    public ByteStore Store { get; } = new();

    public LaneCounters Counters { get; } = new();

    public PacketPool Pool => Transport.Pool;

    public bool IsStopped { get; private set; }

    /// <summary>Why no further client transaction can begin; null when one can.</summary>
    public TransactionFailure? Refusal()
    {
        if (IsStopped)
            return TransactionFailure.Transport;
        if (Counters.Clients < _limits.Clients)
            return null;
        Counters.Refused++;
        return TransactionFailure.Overload;
    }

    public ClientTransaction RentClient() => _freeClients.TryPop(out var client) ? client : new(this);

    public void CountClient(ClientTransaction client)
    {
        Counters.ClientsCreated++;
        if (client.IsInvite)
            Counters.InviteClients++;
        else
            Counters.NonInviteClients++;
    }

    public void Add(ClientTransaction client)
    {
        _clients.Add(client);
        if (client.Flow.Channel.IsReliable)
            AddPending(client);
        else
            RemovePending(client);
    }

    public void Remove(ClientTransaction client)
    {
        _clients.Remove(client);
        RemovePending(client);
    }

    public void Recycle(ClientTransaction client)
    {
        if (client.IsInvite)
            Counters.InviteClients--;
        else
            Counters.NonInviteClients--;
        if (_freeClients.Count < KeptObjects)
            _freeClients.Push(client);
    }

    public void Remove(ServerTransaction server)
    {
        _servers.Remove(server);
        ForgetMergeKey(server);
    }

    /// <summary>
    /// After this, the same request by another path is a new one: its sender was told to try another server (RFC 3263 §4.3), which may be
    /// us again.
    /// </summary>
    public void ForgetMergeKey(ServerTransaction server)
    {
        if (!server.IsInMergeTable)
            return;
        _merges.Remove(server);
        server.IsInMergeTable = false;
    }

    public void Recycle(ServerTransaction server)
    {
        if (server.IsInvite)
            Counters.InviteServers--;
        else
            Counters.NonInviteServers--;
        if (_freeServers.Count < KeptObjects)
            _freeServers.Push(server);
    }

    public UInt128 ClientKey(ReadOnlySpan<byte> branch)
    {
        // A mark behind the branch is not part of what identifies it: nobody can guess the branch without having seen it.
        if (branch.Length == Branch.Length + Forwarding.LoopMark.Length)
            branch = branch[..Branch.Length];
        var hash = new KeyedHash(_secret);
        hash.AddField(branch);
        return hash.Finish();
    }

    // A function of the key alone, so that no transaction has to keep it, and a refusal without transaction gives each repetition the same
    // one (RFC 3261 §8.2.7).
    public void WriteTag(UInt128 key, Span<byte> destination)
    {
        var hash = new KeyedHash(_secret);
        hash.AddNumber((uint)key);
        hash.AddNumber((uint)(key >> 32));
        hash.AddNumber((uint)(key >> 64));
        hash.AddNumber((uint)(key >> 96));
        TokenText.Write(hash.Finish(), destination);
    }

    /// <summary>A message of ours, read again; null only if it was not built well.</summary>
    public SipMessage? Parse(PacketBuffer buffer)
    {
        if (SipParser.TryParse(buffer.AddRef(), Transport.Limits, Transport.Messages, out var message, out _))
            return message;
        buffer.Release();
        return null;
    }

    public void ConnectionLost(SipChannel channel)
    {
        var lost = new List<ClientTransaction>();
        for (var client = _pending; client is not null; client = client.NextPending)
        {
            if (client.Flow.Channel == channel)
                lost.Add(client);
        }

        foreach (var client in lost)
        {
            // What one of them tells its user may have ended another.
            if (client.IsPending && client.Flow.Channel == channel)
                client.OnConnectionLost();
        }
    }

    /// <summary>Ends everything, at once and without a word to the peers; what still arrives is dropped.</summary>
    public void Stop()
    {
        IsStopped = true;
        var clients = _clients.ToList();
        for (var client = _pending; client is not null; client = client.NextPending)
        {
            if (client.State == TransactionState.Connecting)
                clients.Add(client);
        }

        // What one of them tells its user may end another, or make it start anew; an object that serves somebody else by then must be left
        // alone.
        foreach (var (client, life) in clients.ConvertAll(client => (client, client.Life)))
        {
            if (client.Life == life)
                client.Abandon();
        }

        foreach (var (server, life) in _servers.ToList().ConvertAll(server => (server, server.Life)))
        {
            if (server.Life == life)
                server.Abandon();
        }
    }

    public void AddPending(ClientTransaction client)
    {
        if (client.IsPending)
            return;
        client.NextPending = _pending;
        if (_pending is not null)
            _pending.PreviousPending = client;
        _pending = client;
        client.IsPending = true;
    }

    public void RemovePending(ClientTransaction client)
    {
        if (!client.IsPending)
            return;
        if (client.PreviousPending is { } previous)
            previous.NextPending = client.NextPending;
        else
            _pending = client.NextPending;
        if (client.NextPending is { } next)
            next.PreviousPending = client.PreviousPending;
        client.PreviousPending = null;
        client.NextPending = null;
        client.IsPending = false;
    }

    private readonly struct ServerLinks : ITableLinks<ServerTransaction>
    {
        public static UInt128 Key(ServerTransaction node) => node.Key;

        public static SipMethod Method(ServerTransaction node) => node.Method;

        public static ref ServerTransaction? Next(ServerTransaction node) => ref node.NextByKey;
    }

    private readonly struct MergeLinks : ITableLinks<ServerTransaction>
    {
        public static UInt128 Key(ServerTransaction node) => node.MergeKey;

        public static SipMethod Method(ServerTransaction node) => node.Method;

        public static ref ServerTransaction? Next(ServerTransaction node) => ref node.NextByMergeKey;
    }

    private readonly struct ClientLinks : ITableLinks<ClientTransaction>
    {
        public static UInt128 Key(ClientTransaction node) => node.Key;

        public static SipMethod Method(ClientTransaction node) => node.Method;

        public static ref ClientTransaction? Next(ClientTransaction node) => ref node.NextByKey;
    }
}
