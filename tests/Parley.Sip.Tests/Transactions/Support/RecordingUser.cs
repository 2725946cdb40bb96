using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>Notes what transactions tell it.</summary>
internal sealed class RecordingUser(Timeline timeline) : IClientTransactionUser, IServerTransactionUser
{
    /// <summary>What it does with a response besides noting it.</summary>
    public Action<ClientTransaction, SipMessage> React { get; set; } = (_, _) => { };

    public void OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        timeline.Add($"user {response.StatusCode} {System.Text.Encoding.ASCII.GetString(response.ToTag)}".TrimEnd());
        React(transaction, response);
    }

    /// <summary>What it does about a failure besides noting it.</summary>
    public Action Failed { get; set; } = () => { };

    public void OnFailed(ClientTransaction transaction, TransactionFailure why)
    {
        timeline.Add($"user failed {why}");
        Failed();
    }

    public void OnEnded(ClientTransaction transaction) => timeline.Add("user ended");

    public void OnCancel(ServerTransaction transaction, SipMessage cancel) => timeline.Add("user cancel");

    public void OnEnded(ServerTransaction transaction, TransactionEnd why) => timeline.Add($"user ended {why}");
}
