using System.Collections.Concurrent;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Cli.Phones;

/// <summary>
/// Who waits for somebody to answer, and transfers that a phone asks for by REFER (RFC 3515, RFC 5589). They are carried out here: the phone that is transferred keeps its call and
/// needs to know nothing of it.
/// </summary>
internal sealed class PhoneCalls(PhoneServices services, Destinations destinations, CallDirectory directory)
{
    // Phones hang up by themselves when they hear that the transfer has worked; those that do not are hung up.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<WaitingCall, byte> _waiting = new();
    private long _transfers, _transfersFailed;

    /// <summary>Calls now.</summary>
    public int Count => directory.Count;

    /// <summary>Transfers that phones asked for and got.</summary>
    public long Transfers => Interlocked.Read(ref _transfers);

    /// <summary>Transfers that came to nothing.</summary>
    public long TransfersFailed => Interlocked.Read(ref _transfersFailed);

    private ServeLog Log => services.Log;

    /// <summary>A caller begins to wait for somebody to answer; <see cref="Forget"/> ends that.</summary>
    /// <param name="caller">Who waits.</param>
    /// <param name="who">On whose behalf others are rung.</param>
    public WaitingCall Wait(CallLeg caller, DialContext who)
    {
        var ringing = new Ringing(services.Agent, services.Settings.Current.Limits.Ring, services.Time)
        {
            MaxRedirections = Redirections.Most,
            Redirect = (by, response, cancel) => Redirections.FollowAsync(destinations, who, PartyIdentity.Of(by), response, cancel),
        };
        var waiting = new WaitingCall(caller, ringing);
        _waiting[waiting] = 0;
        return waiting;
    }

    /// <summary>The wait is over.</summary>
    public void Forget(WaitingCall waiting) => _waiting.TryRemove(waiting, out _);

    /// <summary>The caller who waits for a leg to answer, and whom that leg rings; null when it does not ring.</summary>
    public (WaitingCall Waiting, PartyIdentity Rung)? FindRinging(Call leg)
    {
        foreach (var waiting in _waiting.Keys)
        {
            if (waiting.RungBy(leg) is { } rung)
                return (waiting, rung);
        }

        return null;
    }

    /// <summary>True when a Replaces header names a leg.</summary>
    public static bool IsNamed(Call leg, Replaces replaces) =>
        leg.Dialog is { } dialog && dialog.CallId == replaces.CallId && dialog.LocalTag == replaces.ToTag && dialog.RemoteTag == replaces.FromTag;

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
            return done = await ConnectAsync(new(call, by, stays, request), turn.Token);
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

    private async Task<bool> ConnectAsync(Transfer asked, CancellationToken stop)
    {
        if (asked.Request.Replaces is not { } replaces)
            return await DialAsync(asked, stop);
        if (_waiting.Keys.FirstOrDefault(waiting => waiting.IsNamedBy(replaces)) is { } early)
            return await InheritAsync(asked, early, stop);
        // A call to an extension is made anew for the other party.
        return directory.Find(replaces) is var (other, party) && other != asked.Call && other.OtherThan(party) is not null
            ? await TakeOverAsync(asked, other, party)
            : await DialAsync(asked, stop);
    }

    // The one who asks has rung somebody who has not answered yet: whoever stays waits for that in their place (RFC 5589 §7.6).
    private async Task<bool> InheritAsync(Transfer asked, WaitingCall waiting, CancellationToken stop)
    {
        var by = PartyIdentity.Of(asked.By);
        if (!by.IsAccount || PartyIdentity.Of(waiting.Caller).Account != by.Account)
        {
            await asked.Request.RejectAsync(403);
            return false;
        }

        await asked.Request.AcceptAsync();
        if (waiting.TryInherit(step => ReportRingingAsync(step, asked.Request), stop) is not { } ringing)
        {
            await asked.Request.ReportAsync(481);
            return false;
        }

        await asked.Request.ReportAsync(180);
        return await FinishAsync(asked, await ringing);
    }

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

        var waiting = Wait(asked.Stays, who);
        try
        {
            var (result, _) = await waiting.RunAsync(found.Targets, step => ReportRingingAsync(step, asked.Request), static () => default, stop);
            return await FinishAsync(asked, result);
        }
        finally
        {
            Forget(waiting);
        }
    }

    private static ValueTask ReportRingingAsync(RingProgress step, TransferRequest request) => step.Progress?.Status == 180 ? new(request.ReportAsync(180)) : default;

    private async Task<bool> FinishAsync(Transfer asked, RingResult result)
    {
        if (result.Answered is { } answered)
            return await FinishAsync(asked, answered);
        Log.Write($"{asked.By.Name} cannot transfer {asked.Stays.Name} to '{asked.Request.Target.User}': {result.Status}");
        await asked.Request.ReportAsync(result.Status);
        return false;
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
