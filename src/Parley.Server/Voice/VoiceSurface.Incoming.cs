using System.Text;
using Parley.Contracts.Voice;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Records;
using Parley.Server.Voice.Sessions;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Server.Voice;

/// <content>Incoming calls.</content>
public sealed partial class VoiceSurface
{
    // What became of an announcement.
    private enum Outcome
    {
        Claimed,
        Untold,
        Unclaimed,
        Gone,
        Ending,
    }

    /// <summary>Announces an incoming call by the webhook of <see cref="VoiceOptions.Webhook"/>, as the overload with a webhook does; without one the call is refused with 503.</summary>
    /// <param name="call">The call; its handler may return when this does.</param>
    /// <param name="cancel">Gives up: a call that nobody has claimed is refused.</param>
    public Task ServeAsync(IncomingCall call, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _core.Webhook is { } webhook ? ServeAsync(call, webhook, cancel) : RefuseAsync(call, 503);
    }

    /// <summary>
    /// Announces an incoming call by a webhook and waits until a session has claimed and ended it. The call can be claimed before the webhook has returned. One that nobody can be
    /// told of, or that nobody claims in time, goes to the fallback or is refused; so is one that is claimed and then neither rung nor answered.
    /// </summary>
    /// <param name="call">The call; its handler may return when this does.</param>
    /// <param name="webhook">Who is told.</param>
    /// <param name="cancel">Gives up: a call that nobody has claimed is refused.</param>
    public async Task ServeAsync(IncomingCall call, Webhook webhook, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(webhook);
        // Of unreserved characters only: clients put it into a URL as it is.
        var pending = new PendingCall(Guid.NewGuid().ToString("N"), call) { Came = _core.Options.Time.GetUtcNow() };
        if (!_core.TryAwait(pending))
        {
            await RefuseAsync(call, 503);
            return;
        }

        using var limit = new CancellationTokenSource(webhook.Options.AcceptTimeout, _core.Options.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel, call.Ended, _draining.Token);
        Outcome outcome;
        try
        {
            outcome = await AnnounceAsync(pending, webhook, over.Token);
        }
        catch (OperationCanceledException)
        {
            outcome = call.Ended.IsCancellationRequested || cancel.IsCancellationRequested ? Outcome.Gone : _draining.IsCancellationRequested ? Outcome.Ending : Outcome.Unclaimed;
        }
        finally
        {
            _core.Pending.TryRemove(pending.Id, out _);
        }

        // Whoever claims it at this very moment has it.
        if (outcome != Outcome.Claimed && pending.TryClaim())
            await FallBackAsync(pending, webhook.Options, outcome, cancel);
        else
            await WatchAsync(call, limit.Token);
    }

    private async Task<Outcome> AnnounceAsync(PendingCall pending, Webhook webhook, CancellationToken over)
    {
        await pending.Call.TryingAsync(over);
        var telling = _core.Webhooks.TellAsync(webhook, Announcement(pending, _core.Options.Time.GetUtcNow()), over);
        await Task.WhenAny(telling, pending.Claimed);
        if (!pending.Claimed.IsCompleted && !await telling)
            return Outcome.Untold;
        _core.Counters.CallAnnounced();
        await pending.Claimed.WaitAsync(over);
        return Outcome.Claimed;
    }

    private async Task FallBackAsync(PendingCall pending, WebhookOptions options, Outcome outcome, CancellationToken cancel)
    {
        if (outcome == Outcome.Untold)
            _core.Counters.CallUnannounced();
        else if (outcome == Outcome.Unclaimed)
            _core.Counters.CallUnclaimed();
        if (outcome is Outcome.Untold or Outcome.Unclaimed && options.Fallback is { } fallback)
        {
            await fallback(pending.Call, cancel);
            return;
        }

        await RefuseAsync(pending.Call, outcome switch { Outcome.Untold => options.FallbackStatus, Outcome.Unclaimed => 408, Outcome.Ending => 503, _ => 480 });
        await RecordUnclaimedAsync(pending, await pending.Call.WaitForEndAsync(CancellationToken.None), _core.Options.Time.GetUtcNow());
    }

    // Who claims a call and then does nothing with it does not keep its caller in the dark for ever.
    private async Task WatchAsync(IncomingCall call, CancellationToken limit)
    {
        try
        {
            await call.WaitForEndAsync(limit);
        }
        catch (OperationCanceledException) when (call.State < CallState.Ringing)
        {
            _core.Counters.CallUnclaimed();
            await RefuseAsync(call, 408);
        }
        catch (OperationCanceledException)
        {
            // It rings or is answered: how long that may take is others' to say.
        }

        await call.WaitForEndAsync(CancellationToken.None);
    }

    // A call that no session came for has a record all the same.
    private async Task RecordUnclaimedAsync(PendingCall pending, CallEnd end, DateTimeOffset now)
    {
        _core.Tally.Ended(true, false);
        if (_core.Records is { } records)
        {
            await records.WriteAsync(
                new()
                {
                    CallType = "sip", CallId = pending.Id, StartTime = CallJournal.Text(pending.Came), EndTime = CallJournal.Text(now), StatusCode = end.Status,
                    Caller = pending.Call.From.Uri.ToString(), Callee = pending.Call.To.Uri.ToString(), HangupReason = end.Kind == CallEndKind.Cancelled ? "canceled" : "rejected",
                },
                pending.Came);
        }
    }

    private static async Task RefuseAsync(IncomingCall call, int status)
    {
        try
        {
            await call.RejectAsync(status);
        }
        catch (Exception e) when (e is InvalidOperationException or CallEndedException)
        {
            // The caller has gone.
        }
    }

    private static WebhookCall Announcement(PendingCall pending, DateTimeOffset now)
    {
        var invite = pending.Call.Invite!;
        var headers = new List<string>(invite.HeaderCount);
        for (var i = 0; i < invite.HeaderCount; i++)
        {
            // What proves who a phone is is for this server, not for programs behind it.
            if (invite.Header(i).Id is not (HeaderId.Authorization or HeaderId.ProxyAuthorization))
                headers.Add($"{Encoding.UTF8.GetString(invite.Header(i).Name)}: {Encoding.UTF8.GetString(invite.Header(i).Value)}");
        }

        return new()
        {
            DialogId = pending.Id,
            CreatedAt = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            Caller = pending.Call.From.Uri.ToString(),
            Callee = pending.Call.To.Uri.ToString(),
            Headers = headers,
            Offer = SipPlan.Shown(Encoding.UTF8.GetString(invite.Body)),
        };
    }
}
