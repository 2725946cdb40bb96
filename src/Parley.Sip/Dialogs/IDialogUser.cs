using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>The call a dialog belongs to: takes the requests that come within it.</summary>
internal interface IDialogUser
{
    /// <summary>A request whose place in the order has been checked.</summary>
    void OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request);

    /// <summary>The ACK for a 2xx.</summary>
    void OnAck(SipMessage ack, in SipFlow flow);
}
