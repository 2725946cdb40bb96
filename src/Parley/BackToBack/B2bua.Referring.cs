using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Transfers;

namespace Parley.BackToBack;

// A REFER from one of the phones, and what the policy makes of it.
public sealed partial class B2bua
{
    void IDialogOwner.OnRefer(InviteDialog dialog, IncomingRefer refer)
    {
        switch (_options.Refer)
        {
            case ReferPolicy.Handle:
                HandlersOf(dialog).OnRefer(dialog, refer);
                break;
            case ReferPolicy.Refuse:
                refer.Reject(603);
                break;
            case ReferPolicy.Pass:
                PassRefer(OtherOf(dialog), refer);
                break;
            default:
                RunHere(dialog, refer);
                break;
        }
    }

    private void RunHere(InviteDialog transferor, IncomingRefer refer)
    {
        if (refer.Method != SipMethod.Invite || _leaving is not null || _over)
        {
            refer.Reject(_leaving is null ? 603 : 491);
            return;
        }

        // What is lent is gone once it is accepted.
        var replaces = refer.Replaces;
        var target = refer.Target;
        var options = new TransferOptions
        {
            HoldMeanwhile = false, // the phone that asks has seen to that, or wants it otherwise
            Headers = refer.ReferredBy is { } by ? [.. refer.TargetHeaders, new SipHeader("Referred-By", by.ToString())] : refer.TargetHeaders,
        };
        refer.Accept(202);
        _ = ReportAsync(OtherOf(transferor), transferor, target, replaces, options, refer);
    }

    private async Task ReportAsync(InviteDialog kept, InviteDialog transferor, SipUri target, Replaces? replaces, TransferOptions options, IncomingRefer refer)
    {
        TransferOutcome outcome;
        try
        {
            outcome = replaces is not null && FindReplaced(replaces) is { Owner: B2bua other } leg && !ReferenceEquals(other, this)
                ? await JoinAsync(kept, transferor, other, other.OtherOf(leg), leg, CancellationToken.None).ConfigureAwait(false)
                : await RunAsync(kept, transferor, target, options, status => Report(refer, status, null), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) // whatever it was, who asked must hear the end of it
        {
            Log.DialogCallbackFailed(_agent.Logger, e);
            outcome = new TransferOutcome(500, "The transfer failed here", TransferMode.ByServer);
        }

        Report(refer, outcome.Status, outcome.Reason);
        if (outcome.IsSuccess)
            Release(transferor);
    }

    // The tags of Replaces as the new party would see them (RFC 3891 §3): that party is us.
    private InviteDialog? FindReplaced(Replaces replaces) =>
        _agent.Find($"{replaces.CallId};local-tag={replaces.ToTag};remote-tag={replaces.FromTag}") as InviteDialog;

    private static void PassRefer(InviteDialog to, IncomingRefer refer)
    {
        var target = refer.ReferTo;
        var by = refer.ReferredBy;
        refer.Accept(202);
        OnLaneOf(to, () =>
        {
            var passed = to.Session.Refer(new ReferOptions { ReferTo = target, ReferredBy = by });
            _ = PassReportsAsync(passed, refer);
        });
    }

    private static async Task PassReportsAsync(OutgoingRefer passed, IncomingRefer refer)
    {
        await foreach (var progress in passed.Progress(CancellationToken.None).ConfigureAwait(false))
        {
            if (progress.Status is > 100 and < 200)
                Report(refer, progress.Status, progress.Reason);
        }

        var end = await passed.Ended.ConfigureAwait(false);
        Report(refer, end.Kind == ReferEndKind.Unreported ? 200 : end.Status, end.Reason);
    }

    private static void Report(IncomingRefer refer, int status, string? reason) => refer.Lane.Run(
        static state =>
        {
            var (refer, status, reason) = ((IncomingRefer, int, string?))state!;
            refer.Report(status, reason);
        },
        (refer, status, reason));
}
