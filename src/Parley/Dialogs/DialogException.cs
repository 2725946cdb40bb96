using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>A dialog that did not come about, or a request in one that was refused.</summary>
public sealed class DialogException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="status">SIP status that says it best.</param>
    /// <param name="reason">Reason phrase, or what went wrong on our side.</param>
    /// <param name="response">The final response; null when there was none.</param>
    public DialogException(int status, string reason, SipMessage? response = null)
        : base($"{status} {reason}")
    {
        Status = status;
        Reason = reason;
        Response = response;
    }

    /// <summary>Status of the final response; 487 after a CANCEL, 408 when nobody responded, 503 when nobody could be reached, 481 when the dialog is over.</summary>
    public int Status { get; }

    /// <summary>Reason phrase of the final response, or what went wrong on our side.</summary>
    public string Reason { get; }

    /// <summary>The final response, the receiver's to keep; null when there was none.</summary>
    public SipMessage? Response { get; }

    internal static DialogException Of(CallEnd end, SipMessage? response) => new(end.Status, end.Reason, response);

    internal static DialogException Of(SipResponse response) => new(response.Status, response.Reason, response.Message);
}
