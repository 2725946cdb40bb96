using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Dialogs;

/// <summary>A REFER that waits for the application (RFC 3515). Members may be used from any thread.</summary>
public sealed class TransferRequest
{
    private readonly IncomingRefer _refer;

    internal TransferRequest(IncomingRefer refer)
    {
        _refer = refer;
        Message = refer.Request.ToOwned();
        Target = refer.Target;
        Method = refer.Method;
        Replaces = refer.Replaces;
        TargetHeaders = refer.TargetHeaders;
        ReferredBy = refer.ReferredBy;
    }

    /// <summary>The REFER.</summary>
    public SipMessage Message { get; }

    /// <summary>Whom to call: Refer-To without headers and method.</summary>
    public SipUri Target { get; }

    /// <summary>What to send there. INVITE unless Refer-To says otherwise.</summary>
    public SipMethod Method { get; }

    /// <summary>The call the new one is to take the place of (RFC 3891): an attended transfer. Null for a blind one.</summary>
    public Replaces? Replaces { get; }

    /// <summary>Headers Refer-To wants in the new request, those that are safe to pass, Replaces among them.</summary>
    public IReadOnlyList<SipHeader> TargetHeaders { get; }

    /// <summary>Who asks, if the REFER says so (RFC 3892).</summary>
    public SipAddress? ReferredBy { get; }

    /// <summary>Accepts it, and reports 100 Trying where reports are wanted.</summary>
    /// <param name="status">200 (RFC 7647 §5) or 202. Default 200.</param>
    public Task AcceptAsync(int status = 200) => _refer.Lane.RunAsync(() => _refer.Accept(status));

    /// <summary>Refuses it.</summary>
    /// <param name="status">300–699. Default 603 Decline.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    public Task RejectAsync(int status = 603, string? reason = null) => _refer.Lane.RunAsync(() => _refer.Reject(status, reason));

    /// <summary>Reports how the new call stands, as NOTIFY with a status line; does nothing when no reports are wanted.</summary>
    /// <param name="status">100–199 while it is under way; 200 and above is the last report.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    public Task ReportAsync(int status, string? reason = null) => _refer.Lane.RunAsync(() => _refer.Report(status, reason));

    internal void RefuseIfPending(int status) => _refer.Lane.Run(
        static state =>
        {
            var (refer, status) = ((IncomingRefer, int))state!;
            if (refer.IsPending)
                refer.Reject(status);
        },
        (_refer, status));
}
