using System.Collections.Concurrent;
using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Transfers;

namespace Parley.Control;

// Transfers that a phone carries out, asked by REFER (RFC 3515, RFC 5589).
public sealed partial class CallControl
{
    private readonly ConcurrentDictionary<string, Referral> _referrals = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes a call that a phone makes because a command's REFER asked it to. A host asks this first of every call, before it asks for credentials: the phone has proven by what it dials
    /// who it is.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="ended">Fires when it has ended.</param>
    /// <returns>False when it is no such call: then nothing has happened to it. True when it was one, and is over.</returns>
    public async Task<bool> TryServeAsync(IncomingCall call, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (_referrals.IsEmpty || !call.Invite!.TryGetRequestUri(out var view) || SipUri.FromView(view).GetParameter(Referral.Parameter) is not { } secret
            || !_referrals.TryRemove(secret, out var referral) || !referral.TryArrive(call))
            return false;
        await referral.Over.ConfigureAwait(false);
        // Nobody has taken it: the command was given up, or the others have hung up meanwhile.
        if (Directory.Find(call) is null)
        {
            await RefuseAsync(call, 487).ConfigureAwait(false);
            await call.HangUpAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await call.WaitForEndAsync(CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <returns>The outcome; null when the phone will not do it, and this side has to.</returns>
    private async Task<CommandOutcome?> ReferAsync(
        LogicalCall call, CallLeg kept, SipUri shown, CallLeg? replaced, TimeSpan timeout, CommandTrack track, string? destination, TransferMode mode,
        Func<IncomingCall, Task<CommandOutcome>> arrived, CancellationToken stop)
    {
        var begun = false;
        var referral = new Referral
        {
            OnReport = report =>
            {
                if (report.Status is <= 100 or >= 200 || begun)
                    return;
                track.Tell(new(CommandStep.TransferPending) { Call = call.Snapshot(), Destination = destination, Status = report.Status, Reason = report.Reason });
            },
        };
        var others = new[] { kept, call.OtherThan(kept) };
        call.Excuse(others);
        _referrals[referral.Secret] = referral;
        var outcome = default(CommandOutcome);
        try
        {
            if (!await TrySendAsync(kept, shown, replaced, referral, timeout).ConfigureAwait(false))
                return mode == TransferMode.ByPhone ? CommandOutcome.NotReady(call) : null;
            if (await IsTakenUpAsync(referral, stop).ConfigureAwait(false))
                await Task.WhenAny(referral.Arrived, referral.Ended).WaitAsync(stop).ConfigureAwait(false);
            if (referral.Arrived.IsCompletedSuccessfully)
            {
                begun = true;
                return outcome = await arrived(await referral.Arrived.ConfigureAwait(false)).ConfigureAwait(false);
            }

            return outcome = await ReportedAsync(call, kept, referral, track, destination, mode, stop).ConfigureAwait(false);
        }
        finally
        {
            _referrals.TryRemove(referral.Secret, out _);
            referral.Close();
            if (outcome is not { IsSuccess: true })
                call.Recall();
        }
    }

    // What its reports say, where the phone has called somebody without us.
    private static async Task<CommandOutcome?> ReportedAsync(LogicalCall call, CallLeg kept, Referral referral, CommandTrack track, string? destination, TransferMode mode, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (!referral.Ended.IsCompleted)
            return mode == TransferMode.ByPhone ? CommandOutcome.NoTransfer(call, 408, "The phone does not say what it does") : null;
        var end = await referral.Ended.ConfigureAwait(false);
        switch (end.Kind)
        {
            case ReferEndKind.Succeeded:
                track.Tell(new(CommandStep.TransferStart) { Call = call.Snapshot(), Destination = destination });
                var done = Transferred(track, call, null, destination);
                await call.FinishAsync(s_transferred).ConfigureAwait(false);
                return done with { Call = call.Snapshot() };
            case ReferEndKind.Refused or ReferEndKind.Unreported when MayHelp():
            case ReferEndKind.Failed when MayHelp() && !IsDecision(end.Status):
                return null;
            default:
                return CommandOutcome.NoTransfer(call, end.Status < 300 ? 408 : end.Status, end.Reason);
        }

        bool MayHelp() => mode != TransferMode.ByPhone && !kept.WaitForEndAsync().IsCompleted;
    }

    // What somebody meant so. Anything else a phone reports that has not even called us is what it could not do, e.g. with the headers of the URI.
    private static bool IsDecision(int status) => status is 403 or 486 or 487 or 600 or 603;

    private static async Task<bool> TrySendAsync(CallLeg kept, SipUri shown, CallLeg? replaced, Referral referral, TimeSpan timeout)
    {
        if (kept.Session is not { } session)
            return false;
        try
        {
            await session.Lane.RunAsync(() => session.Refer(
                new ReferOptions
                {
                    // In the place of the party that drops out, which is a dialog of ours: the phone's INVITE comes to us (RFC 3891 §3).
                    ReferTo = new SipAddress(ToUs(kept, session.Flow, shown, replaced, referral.Secret)),
                    Timeout = timeout + s_afterRinging,
                    Placement = ReferPlacement.WithinDialog,
                },
                referral)).ConfigureAwait(false);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // the leg is over
        }
    }

    // The phone's last report comes when it has heard how its call went.
    private static readonly TimeSpan s_afterRinging = TimeSpan.FromSeconds(10);

    private static SipUri ToUs(CallLeg kept, Sip.Transport.SipFlow flow, SipUri shown, CallLeg? replaced, string secret)
    {
        if (kept is DirectLeg)
            return shown; // its audio does not pass here, and that of its next call need not either
        var uri = SipUri.Parse(ContactUri.Of("", flow)).WithUser(shown.User.Length > 0 ? shown.User : null).WithParameter(Referral.Parameter, secret);
        return replaced?.Call?.Dialog is { } dialog ? new Replaces(dialog.CallId, dialog.LocalTag, dialog.RemoteTag).AddTo(uri) : uri;
    }

    // False when the phone refuses the REFER, or takes it and then neither reports nor calls.
    private async Task<bool> IsTakenUpAsync(Referral referral, CancellationToken stop)
    {
        await Task.WhenAny(referral.Accepted, referral.Arrived, referral.Ended).WaitAsync(stop).ConfigureAwait(false);
        if (referral.Ended.IsCompleted || referral.Arrived.IsCompleted)
            return true;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var patience = Task.Delay(_options.Limits.ReferSilence, _time, silence.Token);
        var first = await Task.WhenAny(referral.Reported, referral.Arrived, referral.Ended, patience).ConfigureAwait(false);
        await silence.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return !ReferenceEquals(first, patience);
    }
}
