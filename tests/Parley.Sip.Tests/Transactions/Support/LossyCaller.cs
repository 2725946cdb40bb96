using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>A UAC of one request: it ACKs every 2xx, cancels when told to, and notes how the request ended.</summary>
internal sealed class LossyCaller(TransactionLayer layer, Func<string, OutgoingRequest> outgoing, string callId, bool cancels) : IClientTransactionUser
{
    public ClientTransaction? Transaction { get; set; }

    public int Finals { get; private set; }

    public int Failures { get; private set; }

    public int Ends { get; private set; }

    public void OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        Assert.Equal(0, Ends);
        if (response.StatusCode < 200)
        {
            if (cancels)
                transaction.Cancel();
        }
        else if (transaction.IsInvite && response.StatusCode < 300)
        {
            Finals = 1; // each fork and repetition comes here
            layer.SendAck(transaction.Lane, outgoing(Wire.Outgoing("ACK").Replace("out-1@us", callId, StringComparison.Ordinal)), flow);
        }
        else
        {
            Finals++;
        }
    }

    public void OnFailed(ClientTransaction transaction, TransactionFailure why) => Failures++;

    public void OnEnded(ClientTransaction transaction)
    {
        Transaction = null;
        Ends++;
    }

    public void GiveUp() => Transaction?.Cancel();
}
