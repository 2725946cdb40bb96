using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>
/// Transfers that a phone asks for by REFER (RFC 3515, RFC 5589). They are carried out here: the phone that is transferred keeps its call and needs to know nothing of it.
/// </summary>
internal sealed class PhoneCalls(PhoneServices services, Destinations destinations, CallDirectory directory)
{
    // Phones hang up by themselves when they hear that the transfer has worked; those that do not are hung up.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private long _transfers, _transfersFailed;

    /// <summary>Calls now.</summary>
    public int Count => directory.Count;

    /// <summary>Transfers that phones asked for and got.</summary>
    public long Transfers => Interlocked.Read(ref _transfers);

    /// <summary>Transfers that came to nothing.</summary>
    public long TransfersFailed => Interlocked.Read(ref _transfersFailed);

    private ServeLog Log => services.Log;

    /// <summary>A phone asks for a transfer. Calls to extensions have nobody to be transferred.</summary>
    public async Task TransferAsync(Call leg, TransferRequest request)
    {
        if (request.Method != SipMethod.Invite || directory.Find(leg) is not var (call, by) || call.OtherThan(by) is not { IsAnswered: true } stays)
        {
            await request.RejectAsync(603);
            return;
        }

        var done = await TransferAsync(call, by, stays, request);
        Interlocked.Increment(ref done ? ref _transfers : ref _transfersFailed);
        if (!done)
            return;
        await Task.WhenAny(by.Call!.WaitForEndAsync(CancellationToken.None), Task.Delay(Grace, services.Time));
        await by.ReleaseAsync();
    }

    // Puts whoever the request names in the place of who asks; when that fails, everything is as it was.
    private async Task<bool> TransferAsync(LogicalCall call, CallLeg by, CallLeg stays, TransferRequest request)
    {
        using var turn = call.TryBegin(CancellationToken.None);
        if (turn is null)
        {
            await request.RejectAsync(491);
            return false;
        }

        // Whoever asks may hang up: the other waits for the outcome.
        call.Excuse(by);
        var done = false;
        try
        {
            return done = request.Replaces is { } replaces && directory.Find(replaces) is var (other, party) && other != call
                ? await TakeOverAsync(new(call, by, stays, request), other, party)
                : await DialAsync(new(call, by, stays, request), turn.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or CallEndedException or CallMediaException)
        {
            // The party to be transferred has hung up.
            await request.ReportAsync(487);
            return false;
        }
        finally
        {
            if (!done)
                call.Recall();
        }
    }

    // A call that is still ringing, or to an extension, is made anew for the other party.
    private async Task<bool> DialAsync(Transfer asked, CancellationToken stop)
    {
        var (by, stays) = (PartyIdentity.Of(asked.By), PartyIdentity.Of(asked.Stays));
        var who = new DialContext(by, AddressOf(asked.Stays.Call!), asked.Stays.Call) { Transferor = by };
        var found = await destinations.FindAsync(asked.Request.Target, who, stop);
        await asked.Request.AcceptAsync();
        if (found.Targets.Count == 0)
        {
            Log.Write($"{by.Name} cannot transfer {stays.Name} to '{asked.Request.Target.User}': {found.Status}: {found.Reason}");
            await asked.Request.ReportAsync(found.Status);
            return false;
        }

        var ringing = new Ringing(services.Agent, services.Settings.Current.Limits.Ring, services.Time);
        var result = await ringing.RunAsync(found.Targets, step => step.Progress?.Status == 180 ? new(asked.Request.ReportAsync(180)) : default, stop);
        if (result.Answered is not { } answered)
        {
            Log.Write($"{by.Name} cannot transfer {stays.Name} to '{asked.Request.Target.User}': {result.Status}");
            await asked.Request.ReportAsync(result.Status);
            return false;
        }

        return await FinishAsync(asked, answered);
    }

    private async Task<bool> TakeOverAsync(Transfer asked, LogicalCall other, CallLeg party)
    {
        // RFC 3891 §3: who replaces a call must have a right to it; one's own phone has.
        var (by, owner) = (PartyIdentity.Of(asked.By), PartyIdentity.Of(party));
        if (!by.IsAccount || owner.Account != by.Account)
        {
            await asked.Request.RejectAsync(403);
            return false;
        }

        await asked.Request.AcceptAsync();
        using var turn = other.TryBegin(CancellationToken.None);
        if (turn is null || other.OtherThan(party) is not { } taken || !other.TryTakeOut(taken, new(CallEndKind.Completed, CallEndParty.Local, 200, "Transferred")))
        {
            await asked.Request.ReportAsync(481);
            return false;
        }

        return await FinishAsync(asked, taken);
    }

    private async Task<bool> FinishAsync(Transfer asked, CallLeg comes)
    {
        if (!await asked.Call.ExchangeAsync(asked.By, comes))
        {
            await comes.ReleaseAsync();
            await asked.Request.ReportAsync(487);
            return false;
        }

        Log.Write($"{asked.By.Name} has transferred {asked.Stays.Name} to {comes.Name}");
        await asked.Request.ReportAsync(200);
        return true;
    }

    private static SipAddress AddressOf(Call call)
    {
        var who = call.IsIncoming ? call.From : call.To;
        return new SipAddress(who.Uri, who.DisplayName);
    }

    private sealed record Transfer(LogicalCall Call, CallLeg By, CallLeg Stays, TransferRequest Request);
}
