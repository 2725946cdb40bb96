using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// A request that came in, from its arrival until nothing of it can arrive any more (RFC 3261 §17.2). Lives on its lane; every member is
/// for use there only.
/// </summary>
/// <remarks>
/// Objects are used again. After <see cref="IServerTransactionUser.OnEnded"/>, after <see cref="Release"/>, and for a transaction without a
/// user after its final response, nothing here may be touched any more.
/// </remarks>
public sealed partial class ServerTransaction : ITimedTransaction
{
    /// <summary>Bytes that <see cref="CopyTag"/> writes: 65 random bits, of which RFC 3261 §19.3 wants 32.</summary>
    public const int TagLength = 13;

    private readonly LaneTransactions _home;
    private readonly TransactionTimer _timer;
    private SipMessage? _request;
    private SipFlow _flow;
    private PacketBuffer? _provisional;
    private KeptBytes _final;

    internal ServerTransaction(LaneTransactions home)
    {
        _home = home;
        _timer = new(home.Lane, this);
    }

    /// <summary>The request, until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">A final response was sent: what is needed longer must be kept by the user.</exception>
    public SipMessage Request => _request ?? throw new InvalidOperationException("The request is gone: a final response was sent.");

    /// <summary>What the request came over; responses go back on it.</summary>
    public SipFlow Flow => _flow;

    /// <summary>The lane all this happens on.</summary>
    public Lane Lane => _home.Lane;

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>True for INVITE, whose machine is its own.</summary>
    public bool IsInvite => Method == SipMethod.Invite;

    /// <summary>Where the machine stands.</summary>
    public TransactionState State { get; private set; }

    /// <summary>True once a final response was sent.</summary>
    public bool IsAnswered => State is not (TransactionState.Trying or TransactionState.Proceeding);

    /// <summary>Who is told of CANCEL and of the end. Set in <see cref="ISipCore.OnRequest"/>.</summary>
    public IServerTransactionUser? User { get; set; }

    // Links and keys of the two tables, owned by LaneTransactions.
    internal UInt128 Key;
    internal UInt128 MergeKey;
    internal ServerTransaction? NextByKey;
    internal ServerTransaction? NextByMergeKey;
    internal bool IsInMergeTable;

    // Counts the requests the object has served.
    internal int Life;

    /// <summary>
    /// The To tag for responses to a request that has none: the same for every response of this transaction, and in the 200 for its CANCEL
    /// (RFC 3261 §9.2).
    /// </summary>
    /// <param name="destination">At least <see cref="TagLength"/> bytes.</param>
    public void CopyTag(Span<byte> destination) => _home.WriteTag(Key, destination[..TagLength]);

    /// <summary>
    /// Sends a response, and again as the RFC says. The first final one decides; a further one is dropped, except that 2xx to INVITE may be
    /// given again and again until the ACK comes (RFC 3261 §13.3.1.4).
    /// </summary>
    /// <param name="response">The response; its reference is taken over.</param>
    /// <param name="status">Its status code.</param>
    /// <returns>False when nothing was sent: the transaction already had its final response, or the status is one that RFC 4320 §4 forbids
    /// for a non-INVITE (408, which ends the transaction in silence, and 1xx other than 100).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is not 100 to 699.</exception>
    public bool Respond(PacketBuffer response, int status)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        var sent = TryRespond(response, status);
        response.Release();
        return sent;
    }

    /// <summary>Sends a response without body, made from the request: Via, From, To with this transaction's tag, Call-ID, CSeq.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="reason">The reason phrase; default: the standard one.</param>
    /// <returns>As for <see cref="Respond(PacketBuffer, int)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is not 100 to 699.</exception>
    /// <exception cref="ArgumentException"><paramref name="reason"/> holds a control character.</exception>
    public bool Respond(int status, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        if (_request is null)
            return false;
        return Respond(Plain(status, ResponseAssembly.Reason(reason)), status);
    }

    /// <summary>
    /// Lets go of a transaction that was answered: there will be no call to its user any more, not even the last one. For a 2xx to INVITE
    /// once its ACK has come.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no final response yet.</exception>
    public void Release()
    {
        if (!IsAnswered)
            throw new InvalidOperationException("A transaction cannot be let go before its final response.");
        User = null;
    }

    internal void Begin(SipMessage request, in SipFlow flow, UInt128 key)
    {
        _request = request.AddRef();
        _flow = flow;
        Key = key;
        Method = request.Method;
        State = IsInvite ? TransactionState.Proceeding : TransactionState.Trying;
    }

    private PacketBuffer Plain(int status, ReadOnlySpan<byte> reason)
    {
        Span<byte> tag = stackalloc byte[TagLength];
        CopyTag(tag);
        return ResponseAssembly.Plain(_home.Pool, Request, _flow.Remote, status, reason, tag);
    }

    private bool TryRespond(PacketBuffer response, int status)
    {
        if (!IsInvite && !IsAnswered)
        {
            if (status == 408)
            {
                // RFC 4320 §4.2: it could only come too late and would be taken for the next hop's failure.
                Take(ServerInput.Timeout);
                return false;
            }

            if (status is > 100 and < 200)
                return false;
        }

        var input = status < 200 ? ServerInput.Provisional : status < 300 ? ServerInput.Success : ServerInput.Failure;
        var step = Next(input);
        if ((step.Effects & ServerEffects.Send) == 0)
            return false;
        if (status == 503)
            _home.ForgetMergeKey(this);
        Apply(step, response, status, null);
        return true;
    }
}
