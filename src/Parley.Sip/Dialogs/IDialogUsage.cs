using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Dialogs;

/// <summary>
/// A subscription in a dialog, ours or the peer's. A dialog may carry several beside the call that made it, and lasts until the last of them has ended
/// (RFC 5057 §3.1, RFC 6665 §4.5.2).
/// </summary>
internal interface IDialogUsage
{
    /// <summary>Link of the dialog's list.</summary>
    IDialogUsage? NextUsage { get; set; }

    /// <summary>True when a request within the dialog is for this subscription: its Event header says so.</summary>
    bool Takes(SipMessage request);

    /// <summary>Such a request, whose place in the order has been checked.</summary>
    void OnRequest(ServerTransaction transaction, SipMessage request);
}
