using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>
/// A UAS that rings, accepts, refuses or waits for CANCEL as the last digit of the Call-ID says, and repeats its 2xx until the ACK comes.
/// </summary>
internal sealed class LossyCallee : ISipCore, IServerTransactionUser
{
    private readonly Dictionary<ServerTransaction, Accepted> _accepted = [];
    private readonly Dictionary<string, ServerTransaction> _byCall = [];
    private readonly HashSet<ServerTransaction> _ringing = [];

    public int Requests { get; private set; }

    public int Ended { get; private set; }

    public void OnRequest(ServerTransaction transaction, SipMessage request)
    {
        Requests++;
        transaction.User = this;
        if (!transaction.IsInvite)
        {
            transaction.Respond(200);
            return;
        }

        transaction.Respond(180);
        var digit = request.CallId[^1] % 3;
        if (digit == 0)
            transaction.Respond(486);
        else if (digit == 1)
            Accept(transaction, request);
        else
            _ringing.Add(transaction);
    }

    public void OnAck(SipMessage ack, in SipFlow flow)
    {
        if (!_byCall.Remove(ack.GetString(HeaderId.CallId)!, out var transaction))
            return;
        End(transaction);
        transaction.Release();
    }

    public void OnStrayResponse(SipMessage response, in SipFlow flow) => Assert.Fail("a callee gets no responses");

    public void OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
        _ringing.Remove(transaction);
        transaction.Respond(487);
    }

    /// <summary>Refuses what nobody has cancelled.</summary>
    public void GiveUp()
    {
        foreach (var transaction in _ringing)
            transaction.Respond(480);
        _ringing.Clear();
    }

    public void OnEnded(ServerTransaction transaction, TransactionEnd why) => End(transaction);

    private void Accept(ServerTransaction transaction, SipMessage request)
    {
        var text = System.Text.Encoding.UTF8.GetString(request.Bytes);
        var accepted = new Accepted(transaction, Wire.Bytes(Wire.Response(text, "200 OK", "callee")));
        _accepted.Add(transaction, accepted);
        _byCall[request.GetString(HeaderId.CallId)!] = transaction;
        accepted.Send();
    }

    private void End(ServerTransaction transaction)
    {
        Ended++;
        if (_accepted.Remove(transaction, out var accepted))
            accepted.Stop();
    }

    private sealed class Accepted(ServerTransaction transaction, byte[] ok) : LaneTimer
    {
        public void Send()
        {
            var buffer = transaction.Lane.Pool.Rent(ok.Length);
            ok.CopyTo(buffer.Array, 0);
            buffer.Length = ok.Length;
            transaction.Respond(buffer, 200);
            transaction.Lane.Schedule(this, 500);
        }

        public void Stop() => transaction.Lane.Cancel(this);

        protected override void Fire(long now) => Send();
    }
}
