using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Cli.Phones;

/// <content>
/// Transfers that a phone asks for by REFER (RFC 3515, RFC 5589). They are carried out here: the phone that is transferred keeps its call and needs to know nothing of it.
/// </content>
internal sealed partial class PhoneCall
{
    // Phones hang up by themselves when they hear that the transfer has worked; those that do not are hung up.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private sealed record Transfer(Party By, CancellationTokenSource Stop);

    /// <summary>Puts whoever <paramref name="request"/> names in the place of who asks; when that fails, everything is as it was.</summary>
    /// <returns>False when it came to nothing.</returns>
    public async Task<bool> TransferAsync(Party by, TransferRequest request)
    {
        using var stop = new CancellationTokenSource();
        Party? stays = null;
        lock (_gate)
        {
            if (!_over && _transfer is null && (ReferenceEquals(_one, by) || ReferenceEquals(_other, by)))
            {
                stays = ReferenceEquals(_one, by) ? _other : _one;
                _transfer = new(by, stop);
                Signal();
            }
        }

        if (stays is null)
        {
            await request.RejectAsync(491);
            return false;
        }

        var done = false;
        try
        {
            done = await ConnectAsync(by, stays, request, stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or CallEndedException or CallMediaException)
        {
            // The party to be transferred has hung up.
            await request.ReportAsync(487);
        }
        finally
        {
            lock (_gate)
            {
                _transfer = null;
                Signal();
            }
        }

        if (done)
            await LetGoAsync(by);
        return done;
    }

    private async Task<bool> ConnectAsync(Party by, Party stays, TransferRequest request, CancellationToken stop)
    {
        if (request.Replaces is { } replaces && _calls.Find(replaces) is var (call, party) && call != this)
            return await TakeOverAsync(by, party, call, request);
        if (request.Replaces is { } early && _calls.FindWaiting(early) is { } waiting)
            return await InheritAsync(by, stays, waiting, request, stop);
        // A call to an extension is made anew for the other party.
        return await DialAsync(by, stays, request, stop);
    }

    // The one who asks has rung somebody who has not answered yet: whoever stays waits for that in their place (RFC 5589 §7.6).
    private async Task<bool> InheritAsync(Party by, Party stays, WaitingCall waiting, TransferRequest request, CancellationToken stop)
    {
        if (!by.Identity.IsAccount || waiting.Caller.Identity.Account != by.Identity.Account)
        {
            await request.RejectAsync(403);
            return false;
        }

        await request.AcceptAsync();
        if (waiting.TryInherit(step => ReportRingingAsync(step, request), stop) is not { } ringing)
        {
            await request.ReportAsync(481);
            return false;
        }

        await request.ReportAsync(180);
        return await FinishAsync(by, stays, await ringing, request);
    }

    private async Task<bool> DialAsync(Party by, Party stays, TransferRequest request, CancellationToken stop)
    {
        var who = new DialContext(by.Identity, AddressOf(stays.Call), stays.Call) { Transferor = by.Identity };
        var found = await _calls.Destinations.FindAsync(request.Target, who, stop);
        await request.AcceptAsync();
        if (found.Targets.Count == 0)
        {
            Log.Write($"{by.Identity.Name} cannot transfer {stays.Identity.Name} to '{request.Target.User}': {found.Refusal}: {found.Why}");
            await request.ReportAsync(found.Refusal);
            return false;
        }

        var waiting = _calls.Wait(stays, who);
        try
        {
            var (result, _) = await waiting.RunAsync(found.Targets, step => ReportRingingAsync(step, request), static () => default, stop);
            return await FinishAsync(by, stays, result, request);
        }
        finally
        {
            _calls.Forget(waiting);
        }
    }

    private static ValueTask ReportRingingAsync(RingProgress step, TransferRequest request) => step.Progress.Status == 180 ? new(request.ReportAsync(180)) : default;

    private async Task<bool> FinishAsync(Party by, Party stays, RingResult result, TransferRequest request)
    {
        if (result.Answered is { } answered)
            return await FinishAsync(by, stays, answered, request);
        Log.Write($"{by.Identity.Name} cannot transfer {stays.Identity.Name} to '{request.Target.User}': {result.Status}");
        await request.ReportAsync(result.Status);
        return false;
    }

    private async Task<bool> TakeOverAsync(Party by, Party party, PhoneCall call, TransferRequest request)
    {
        // RFC 3891 §3: who replaces a call must have a right to it; one's own phone has.
        if (!by.Identity.IsAccount || party.Identity.Account != by.Identity.Account)
        {
            await request.RejectAsync(403);
            return false;
        }

        await request.AcceptAsync();
        if (await call.TakeOtherThanAsync(party) is not { } taken)
        {
            await request.ReportAsync(481);
            return false;
        }

        return await FinishAsync(by, PartyOtherThan(by), taken, request);
    }

    private async Task<bool> FinishAsync(Party by, Party stays, Party comes, TransferRequest request)
    {
        if (!await ExchangeAsync(by, comes))
        {
            await comes.ReleaseAsync();
            await request.ReportAsync(487);
            return false;
        }

        Log.Write($"{by.Identity.Name} has transferred {stays.Identity.Name} to {comes.Identity.Name}");
        await request.ReportAsync(200);
        return true;
    }

    private async Task LetGoAsync(Party by)
    {
        await Task.WhenAny(by.Call.WaitForEndAsync(CancellationToken.None), Task.Delay(Grace, _calls.Services.Time));
        await by.ReleaseAsync();
    }

    private Party PartyOtherThan(Party party)
    {
        lock (_gate)
            return ReferenceEquals(_one, party) ? _other : _one;
    }

    private static SipAddress AddressOf(Call call)
    {
        var who = call.IsIncoming ? call.From : call.To;
        return new SipAddress(who.Uri, who.DisplayName);
    }
}
