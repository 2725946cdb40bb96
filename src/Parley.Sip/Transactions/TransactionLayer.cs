using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// RFC 3261 §17 between a transport and a core: every request gets a transaction, every response finds its own, what is lost is sent again
/// and what is repeated is absorbed.
/// </summary>
public sealed class TransactionLayer : ISipReceiver
{
    private readonly ISipTransport _transport;
    private readonly LaneTransactions[] _lanes;

    /// <summary>Makes the layer over a transport whose receiver it is to be.</summary>
    /// <param name="transport">The transport; its lanes are those of the transactions.</param>
    /// <param name="core">Told of what belongs to no transaction yet.</param>
    /// <param name="options">Timers and limits. Default: those of the RFC.</param>
    /// <exception cref="ArgumentOutOfRangeException">A timer is not between 1 ms and 1 h, or T2 is shorter than T1.</exception>
    public TransactionLayer(ISipTransport transport, ISipCore core, TransactionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(core);
        options ??= new();
        _transport = transport;
        var times = new TransactionTimes(options);
        var secret = HashSecret.Random();
        _lanes = new LaneTransactions[transport.Lanes.Count];
        for (var i = 0; i < _lanes.Length; i++)
            _lanes[i] = new(transport.Lanes[i], transport, core, options, times, secret);
    }

    /// <summary>Requests above this many bytes leave over TCP instead of UDP; 0 for none (<see cref="TransactionOptions.SwitchToTcpAbove"/>).</summary>
    public int SwitchToTcpAbove => _lanes[0].Options.SwitchToTcpAbove;

    /// <summary>
    /// What has happened so far and what exists now. May be read from any thread; the figures of lanes at work may be a moment apart.
    /// </summary>
    public TransactionCounters Counters
    {
        get
        {
            var sum = default(TransactionCounters);
            foreach (var lane in _lanes)
                sum = lane.Counters.AddTo(sum);
            return sum;
        }
    }

    /// <summary>
    /// Sends a request to the first of the targets that takes it (RFC 3263 §4.3): the next one is tried on a 503, and on a time-out or
    /// transport failure before any response. On the lane only.
    /// </summary>
    /// <param name="lane">The lane of the request's Call-ID.</param>
    /// <param name="request">The request; taken over. Not an ACK: see <see cref="SendAck(Lane, in OutgoingRequest, in SipFlow)"/>.</param>
    /// <param name="targets">Where to, in the order to try; kept until the transaction is over.</param>
    /// <param name="user">Told what comes of it, never before this method has returned.</param>
    /// <returns>The transaction, valid until <see cref="IClientTransactionUser.OnEnded"/>.</returns>
    /// <exception cref="ArgumentException">The request is an ACK or a CANCEL, which are sent otherwise.</exception>
    public ClientTransaction Send(Lane lane, in OutgoingRequest request, IReadOnlyList<SipTarget> targets, IClientTransactionUser user)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (TryRent(lane, request, user, out var transaction))
            transaction.Begin(request, targets, user);
        return transaction;
    }

    /// <summary>Sends a request over one flow, e.g. the one its dialog came by (RFC 5626). On the lane only.</summary>
    /// <param name="lane">The lane of the request's Call-ID.</param>
    /// <param name="request">The request; taken over.</param>
    /// <param name="flow">What to send it over.</param>
    /// <param name="user">Told what comes of it, never before this method has returned.</param>
    /// <returns>The transaction, valid until <see cref="IClientTransactionUser.OnEnded"/>.</returns>
    /// <exception cref="ArgumentException">The request is an ACK or a CANCEL, which are sent otherwise.</exception>
    public ClientTransaction Send(Lane lane, in OutgoingRequest request, in SipFlow flow, IClientTransactionUser user)
    {
        if (TryRent(lane, request, user, out var transaction))
            transaction.Begin(request, flow, user);
        return transaction;
    }

    /// <summary>Sends the ACK for a 2xx, which is no transaction (RFC 3261 §13.2.2.4), with a Via of its own. On the lane only.</summary>
    /// <param name="lane">The lane of its Call-ID.</param>
    /// <param name="ack">The ACK; taken over.</param>
    /// <param name="flow">What to send it over.</param>
    /// <returns>False when it could not be sent.</returns>
    public bool SendAck(Lane lane, in OutgoingRequest ack, in SipFlow flow)
    {
        var home = Home(lane);
        var branch = default(Branch);
        home.Branches.Next(ref branch);
        var message = RequestAssembly.WithVia(home.Pool, ack, flow, branch);
        ack.Bytes.Release();
        var sent = _transport.Send(flow, message);
        message.Release();
        return sent;
    }

    /// <summary>
    /// Like <see cref="SendAck(Lane, in OutgoingRequest, in SipFlow)"/>, opening a connection if it takes one. On the lane only.
    /// </summary>
    /// <param name="lane">The lane of its Call-ID.</param>
    /// <param name="ack">The ACK; taken over.</param>
    /// <param name="target">Where to: the next hop of the dialog's route set, or its remote target.</param>
    public void SendAck(Lane lane, in OutgoingRequest ack, in SipTarget target)
    {
        if (_transport.TryGetFlow(target, out var flow))
            SendAck(lane, ack, flow);
        else if (target.Transport.IsReliable())
            _transport.Open(target, lane, new AckWaiting(this, lane, ack));
        else
            ack.Bytes.Release();
    }

    /// <summary>Sends a request without a transaction, as a stateless proxy does (RFC 3261 §16.11), opening a connection if it takes one. On its lane only.</summary>
    /// <param name="lane">The lane of its Call-ID.</param>
    /// <param name="request">The request, of any method; taken over.</param>
    /// <param name="target">Where to.</param>
    /// <param name="branch">The branch of the Via it gets; kept while a connection is being opened.</param>
    public void SendStateless(Lane lane, in OutgoingRequest request, in SipTarget target, byte[] branch)
    {
        ArgumentNullException.ThrowIfNull(branch);
        if (_transport.TryGetFlow(target, out var flow))
            SendStateless(request, flow, branch);
        else if (target.Transport.IsReliable())
            _transport.Open(target, lane, new StatelessWaiting(this, request, branch));
        else
            request.Bytes.Release();
    }

    private void SendStateless(in OutgoingRequest request, in SipFlow flow, byte[] branch)
    {
        var message = RequestAssembly.WithVia(_transport.Pool, request, flow, branch);
        request.Bytes.Release();
        _transport.Send(flow, message);
        message.Release();
    }

    /// <inheritdoc/>
    public void OnMessage(SipMessage message, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(message);
        var home = _lanes.Length == 1 ? _lanes[0] : Home(_transport.LaneFor(message.CallId));
        home.Receive(message, flow);
    }

    /// <inheritdoc/>
    public void OnChannelClosed(SipChannel channel)
    {
        foreach (var home in _lanes)
        {
            if (home.Lane.IsCurrent)
                home.ConnectionLost(channel);
        }
    }

    /// <summary>
    /// Ends every transaction at once, without a word to the peers: their users are told of a transport failure. What arrives later is
    /// dropped, what is sent later fails. For the moment before the transport is closed.
    /// </summary>
    public Task StopAsync() => Task.WhenAll(_lanes.Select(StopAsync));

    // False when the lane has too many already: then it has been told so, and is not to be begun.
    private bool TryRent(Lane lane, in OutgoingRequest request, IClientTransactionUser user, out ClientTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(user);
        RequireOwnTransaction(request);
        var home = Home(lane);
        transaction = home.RentClient();
        if (home.Refusal() is not { } why)
            return true;
        transaction.BeginRefused(request, user, why);
        return false;
    }

    private static void RequireOwnTransaction(in OutgoingRequest request)
    {
        if (request.Method is SipMethod.Ack or SipMethod.Cancel)
            throw new ArgumentException($"{request.Method} is sent by SendAck, or by Cancel of the INVITE's transaction.", nameof(request));
    }

    private static Task StopAsync(LaneTransactions home)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        home.Lane.Run(_ =>
        {
            try
            {
                home.Stop();
            }
            finally
            {
                stopped.SetResult(); // a user's fault is the lane's to report
            }
        }, null);
        return stopped.Task;
    }

    private LaneTransactions Home(Lane lane) => _lanes[lane.Index];

    /// <summary>A request without transaction whose connection is being opened. Without one it is lost, and its sender repeats it or gives up.</summary>
    private sealed class StatelessWaiting(TransactionLayer layer, OutgoingRequest request, byte[] branch) : IFlowRequest
    {
        public void OnOpened(in SipFlow flow) => layer.SendStateless(request, flow, branch);

        public void OnFailed(string why) => request.Bytes.Release();
    }

    /// <summary>An ACK whose connection is being opened. Without one it is lost, and the 2xx comes again.</summary>
    private sealed class AckWaiting(TransactionLayer layer, Lane lane, OutgoingRequest ack) : IFlowRequest
    {
        public void OnOpened(in SipFlow flow) => layer.SendAck(lane, ack, flow);

        public void OnFailed(string why) => ack.Bytes.Release();
    }
}
