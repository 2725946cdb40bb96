using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// A request that goes out, from its sending until nothing of it can come back any more (RFC 3261 §17.1). When a target fails and there are
/// others, the request goes to the next one as a new transaction on the wire, with a new branch, and stays this object to its user
/// (RFC 3263 §4.3). Lives on its lane; every member is for use there only.
/// </summary>
/// <remarks>Objects are used again: after <see cref="IClientTransactionUser.OnEnded"/> nothing here may be touched any more.</remarks>
public sealed partial class ClientTransaction : ITimedTransaction
{
    private readonly LaneTransactions _home;
    private readonly TransactionTimer _timer;
    private IClientTransactionUser? _user;
    private OutgoingRequest _request;
    private IReadOnlyList<SipTarget>? _targets;
    private int _nextTarget;
    private SipFlow _flow;
    private Branch _branch;
    private PacketBuffer? _sent;
    private KeptBytes _ack;
    private CancelState _cancel;
    private SipHeader? _cancelReason;
    private TransactionFailure? _pendingFailure;

    // Counts attempts over all lives of the object, so that the opening of a connection for an earlier one is recognised.
    private int _attempt;
    private bool _isListed;

    // A provisional response came: this target has the request, and another must not get it as well.
    private bool _isTaken;

    internal ClientTransaction(LaneTransactions home)
    {
        _home = home;
        _timer = new(home.Lane, this);
    }

    private enum CancelState : byte
    {
        No,
        Wanted,
        Sent,
    }

    /// <summary>The lane all this happens on.</summary>
    public Lane Lane => _home.Lane;

    /// <summary>What the request left by; without value while <see cref="State"/> is <see cref="TransactionState.Connecting"/>.</summary>
    public SipFlow Flow => _flow;

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>True for INVITE, whose machine is its own.</summary>
    public bool IsInvite => Method == SipMethod.Invite;

    /// <summary>Where the machine stands.</summary>
    public TransactionState State { get; private set; }

    /// <summary>The branch parameter of the Via the request left with.</summary>
    public ReadOnlySpan<byte> Branch => _branch;

    /// <summary>True once <see cref="Cancel"/> was called, whether or not a CANCEL has left yet.</summary>
    public bool IsCancelled => _cancel != CancelState.No;

    // Links and key, owned by LaneTransactions.
    internal UInt128 Key;
    internal ClientTransaction? NextByKey;
    internal ClientTransaction? PreviousPending;
    internal ClientTransaction? NextPending;
    internal bool IsPending;

    // Counts the requests the object has served.
    internal int Life;

    private bool IsReliable => _flow.Channel.IsReliable;

    /// <summary>
    /// Cancels an INVITE that has no final response. The CANCEL leaves at once when a provisional response has come, otherwise with the
    /// first one (RFC 3261 §9.1); if nothing has been sent yet, the transaction fails with <see cref="TransactionFailure.Cancelled"/>. A
    /// 2xx may still win the race. Without any final response the transaction times out 64·T1 after the CANCEL. No further target is tried.
    /// </summary>
    /// <param name="reason">A header to put in, for <c>Reason</c> (RFC 3326). Default none.</param>
    /// <returns>False when there is nothing to cancel: not an INVITE, or over, or cancelled before.</returns>
    public bool Cancel(SipHeader? reason = null)
    {
        if (!IsInvite || IsCancelled || _pendingFailure is not null)
            return false;
        switch (State)
        {
            case TransactionState.Connecting:
                _cancel = CancelState.Wanted;
                FailSoon(TransactionFailure.Cancelled);
                return true;
            case TransactionState.Calling:
                _cancel = CancelState.Wanted;
                _cancelReason = reason;
                return true;
            case TransactionState.Proceeding:
                _cancelReason = reason;
                SendCancel();
                return true;
            default:
                return false;
        }
    }

    private void SendCancel()
    {
        _cancel = CancelState.Sent;
        _timer.End(_home.Times.T1x64);
        if (_home.Parse(_sent!) is not { } invite)
            return;
        var cancel = RequestAssembly.Cancel(_home.Pool, invite, _cancelReason);
        invite.Release();
        _home.RentClient().BeginCancel(this, cancel);
    }

    // A transaction of its own with the INVITE's branch, on the same flow (§9.1), that nobody listens to.
    private void BeginCancel(ClientTransaction invite, PacketBuffer cancel)
    {
        Method = SipMethod.Cancel;
        _branch = invite._branch;
        _sent = cancel;
        _home.CountClient(this);
        Launch(invite._flow);
    }
}
