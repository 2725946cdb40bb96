using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>The transactions of one lane: their tables, the objects to be used again, what they share. No locks: all of it happens on the lane.</summary>
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
    private ClientTransaction? _pending;

    public LaneTransactions(Lane lane, ISipTransport transport, ISipCore core, TransactionOptions options, TransactionTimes times, HashSecret secret)
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

    public bool IsFullForClients => Counters.Clients >= _limits.Clients;

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
    }

    public void Remove(ClientTransaction client)
    {
        _clients.Remove(client);
        if (client.IsPending)
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

    /// <summary>After this, the same request by another path is a new one: its sender was told to try another server (RFC 3263 §4.3), which may be us again.</summary>
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
        var hash = new KeyedHash(_secret);
        hash.AddField(branch);
        return hash.Finish();
    }

    // A function of the key alone, so that no transaction has to keep it, and a refusal without transaction gives each repetition the same one (RFC 3261 §8.2.7).
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

    private void AddPending(ClientTransaction client)
    {
        client.NextPending = _pending;
        if (_pending is not null)
            _pending.PreviousPending = client;
        _pending = client;
        client.IsPending = true;
    }

    private void RemovePending(ClientTransaction client)
    {
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

/// <summary>One lane's share of the limits of <see cref="TransactionOptions"/>.</summary>
internal readonly struct TransactionLimits(TransactionOptions options, int lanes)
{
    public int Servers { get; } = Share(options.MaxServerTransactions, lanes);

    // An eighth more for requests of calls that exist already: refusing a BYE would keep what overloads us.
    public int ServersInDialog { get; } = Share((int)Math.Min(options.MaxServerTransactions * 9L / 8, int.MaxValue), lanes);

    public int Unanswered { get; } = Share(options.MaxUnansweredTransactions, lanes);

    public int Clients { get; } = Share(options.MaxClientTransactions, lanes);

    private static int Share(int all, int lanes) => Math.Max(1, all / lanes);
}
