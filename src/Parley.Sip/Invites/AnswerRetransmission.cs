using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Invites;

/// <summary>
/// A 2xx of ours that waits for its ACK: sent again after T1, then after twice as long each time up to T2, until 64·T1 are over; over any transport, because
/// hops beyond may lose it (RFC 3261 §13.3.1.4).
/// </summary>
internal sealed class AnswerRetransmission : LaneTimer, IServerTransactionUser
{
    private readonly InviteSession _session;
    private ServerTransaction? _transaction;
    private PacketBuffer? _response;
    private long _interval;
    private long _deadline;

    /// <summary>Takes over the response's reference; <see cref="Start"/> sends it.</summary>
    public AnswerRetransmission(InviteSession session, ServerTransaction transaction, PacketBuffer response, int status, uint cseq)
    {
        _session = session;
        _transaction = transaction;
        _response = response;
        Status = status;
        CSeq = cseq;
        transaction.User = this;
    }

    /// <summary>The number its ACK must carry.</summary>
    public uint CSeq { get; }

    public int Status { get; }

    /// <summary>True when it makes an offer: its ACK carries the answer.</summary>
    public bool MakesOffer { get; init; }

    /// <summary>True when it answers a re-INVITE.</summary>
    public bool IsReinvite { get; init; }

    public bool IsWaiting => _response is not null;

    /// <summary>An earlier answer whose ACK has not come either: lost, since the peer has gone on to its next request (RFC 5407 §3.1.4).</summary>
    public AnswerRetransmission? Earlier { get; init; }

    public void Start()
    {
        var lane = _session.Lane;
        _interval = _session.Ua.Profile.T1;
        _deadline = lane.Now + 64 * _session.Ua.Profile.T1;
        lane.Schedule(this, _interval);
        _transaction!.Respond(_response!.AddRef(), Status);
    }

    /// <summary>The ACK came, or nobody waits for it any more; nor then for those of earlier answers.</summary>
    public void Stop()
    {
        Earlier?.Stop();
        _session.Lane.Cancel(this);
        _transaction?.Release();
        _transaction = null;
        _response?.Release();
        _response = null;
    }

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        if (now >= _deadline)
        {
            Stop();
            _session.OnNoAck();
            return;
        }

        _session.Ua.Counts.AnswersRepeated++;
        _interval = Math.Min(_interval * 2, _session.Ua.Profile.T2);
        _session.Lane.Schedule(this, Math.Min(_interval, _deadline - now));
        _transaction?.Respond(_response!.AddRef(), Status);
    }

    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
    }

    // The connection the INVITE came by is gone; the 2xx cannot be repeated, but an ACK may still come by another (until the deadline).
    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why) => _transaction = null;
}
