using System.Text;
using Parley.Contracts.Voice;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Records;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Server.Voice;

/// <content>Incoming calls.</content>
public sealed partial class VoiceSurface
{
    /// <summary>
    /// Announces an incoming call by the webhook and waits until a session has claimed and ended it. The call can be claimed before the webhook has returned. One that nobody can be
    /// told of, or that nobody claims in time, is refused.
    /// </summary>
    /// <param name="call">The call; its handler may return when this does.</param>
    /// <param name="cancel">Gives up: a call that nobody has claimed is refused.</param>
    public async Task ServeAsync(IncomingCall call, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (_core.Options.Webhook is not { } options || _core.Pending.Count >= _core.Options.Limits.MaxPending)
        {
            await RefuseAsync(call, 503);
            return;
        }

        // Of unreserved characters only: clients put it into a URL as it is.
        var pending = new PendingCall(Guid.NewGuid().ToString("N"), call) { Came = _core.Options.Time.GetUtcNow() };
        _core.Pending[pending.Id] = pending;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, call.Ended);
        try
        {
            await call.TryingAsync(over.Token);
            var telling = _core.Webhook!.TellAsync(Announcement(pending, _core.Options.Time.GetUtcNow()), over.Token);
            await Task.WhenAny(telling, pending.Claimed);
            if (!pending.Claimed.IsCompleted && !await telling && pending.TryClaim())
            {
                if (options.Fallback is { } fallback)
                {
                    await fallback(call, cancel);
                    return;
                }

                await RefuseAsync(call, options.FallbackStatus);
            }

            await pending.Claimed.WaitAsync(options.AcceptTimeout, _core.Options.Time, over.Token);
        }
        catch (TimeoutException)
        {
            if (pending.TryClaim())
                await RefuseAsync(call, 408);
        }
        catch (OperationCanceledException)
        {
            if (pending.TryClaim())
                await RefuseAsync(call, 480);
        }
        finally
        {
            _core.Pending.TryRemove(pending.Id, out _);
        }

        var end = await call.WaitForEndAsync(CancellationToken.None);
        if (!pending.HasSession)
            await RecordUnclaimedAsync(pending, end, _core.Options.Time.GetUtcNow());
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
            headers.Add($"{Encoding.UTF8.GetString(invite.Header(i).Name)}: {Encoding.UTF8.GetString(invite.Header(i).Value)}");
        return new()
        {
            DialogId = pending.Id,
            CreatedAt = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            Caller = pending.Call.From.Uri.ToString(),
            Callee = pending.Call.To.Uri.ToString(),
            Headers = headers,
            Offer = Encoding.UTF8.GetString(invite.Body),
        };
    }
}
