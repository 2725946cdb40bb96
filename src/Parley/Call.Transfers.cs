using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Transfers;

namespace Parley;

/// <content>Giving the other side to somebody else.</content>
public abstract partial class Call
{
    /// <summary>
    /// Blind transfer: the other side is to talk to somebody else. Done by the phone (REFER), this call is hung up when it has succeeded; done here, we call the new party, its
    /// audio is bridged with this call's, and both end together. A transfer that fails leaves the call as it was.
    /// </summary>
    /// <param name="target">Whom, e.g. <c>sip:carol@example.com</c>.</param>
    /// <param name="options">By whom, how long, who hears of progress. <see cref="TransferOptions.HoldMeanwhile"/> and <see cref="TransferOptions.ReleaseOnRinging"/> are for pairs of legs.</param>
    /// <param name="cancel">Gives up; the call goes on as it was.</param>
    /// <returns>What became of it; nothing is thrown for a refusal.</returns>
    /// <exception cref="ArgumentException"><paramref name="target"/> is no SIP URI.</exception>
    /// <exception cref="InvalidOperationException">The call is not answered.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public async Task<TransferOutcome> TransferAsync(string target, TransferOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var to = TargetUri.Parse(target, nameof(target));
        if (options.Mode != TransferMode.ByServer)
        {
            var asked = await ReferAsync(new SipAddress(to), options, cancel).ConfigureAwait(false);
            if (asked.IsSuccess && !options.KeepCall)
                await HangUpAsync(CancellationToken.None).ConfigureAwait(false);
            if (options.Mode == TransferMode.ByPhone || asked.Status is not (405 or 420 or 501))
                return asked;
        }

        return await CallOnAsync(target, options, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Attended transfer: the other sides of two calls are to talk to each other. Done by the phone (REFER with Replaces, RFC 3891), both calls are hung up when it has succeeded;
    /// done here, they are bridged and end together. One that still rings is given up and its target transferred to blindly (RFC 5589 §7.6).
    /// </summary>
    /// <param name="other">The other call.</param>
    /// <param name="options">By whom, who hears of progress.</param>
    /// <param name="cancel">Gives up; both calls go on as they were.</param>
    /// <returns>What became of it; nothing is thrown for a refusal.</returns>
    /// <exception cref="ArgumentException">It is the same call.</exception>
    /// <exception cref="InvalidOperationException">This call is not answered.</exception>
    /// <exception cref="CallEndedException">A call is over.</exception>
    public async Task<TransferOutcome> TransferAsync(Call other, TransferOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(other, this))
            throw new ArgumentException("A call cannot be transferred to itself.", nameof(other));
        options ??= new();
        other.ThrowIfEnded();
        if (other.Session is not { } session)
        {
            var target = other.To.Uri.ToString();
            await other.HangUpAsync(cancel).ConfigureAwait(false);
            return await TransferAsync(target, options, cancel).ConfigureAwait(false);
        }

        if (options.Mode == TransferMode.ByServer)
            return Join(other);
        var dialog = session.Dialog;
        var to = new SipAddress(Replaces.For(dialog).AddTo(SipUri.Parse(dialog.RemoteTarget)));
        var asked = await ReferAsync(to, options, cancel).ConfigureAwait(false);
        if (asked.IsSuccess && !options.KeepCall)
        {
            await HangUpAsync(CancellationToken.None).ConfigureAwait(false);
            await other.HangUpAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return options.Mode == TransferMode.ByPhone || asked.Status is not (405 or 420 or 501) ? asked : Join(other);
    }

    private protected void TakeRefer(IncomingRefer refer)
    {
        if ((Handlers?.OnTransferRequest ?? Agent.Options.OnTransferRequest) is not { } decide)
        {
            refer.Reject(603);
            return;
        }

        var request = new TransferRequest(refer);
        Callbacks.Post(() => _ = DecideAsync(decide, request));
    }

    private async Task DecideAsync(Func<Call, TransferRequest, ValueTask> decide, TransferRequest request)
    {
        var refusal = 603;
        try
        {
            await decide(this, request).ConfigureAwait(false);
        }
        catch (Exception e) // the boundary to the application's code: who asked gets an answer, and the call goes on
        {
            Log.CallbackFailed(Agent.Logger, Id, e);
            refusal = 500;
        }

        request.RefuseIfPending(refusal);
    }

    private async Task<TransferOutcome> ReferAsync(SipAddress to, TransferOptions options, CancellationToken cancel)
    {
        ThrowIfEnded();
        var session = Session ?? throw new InvalidOperationException("The call is not answered yet: there is nobody to transfer.");
        var referredBy = options.ReferredBy is null ? null : TargetUri.ParseAddress(options.ReferredBy, nameof(TransferOptions.ReferredBy));
        var refer = await session.Lane.RunAsync(() => session.Refer(new ReferOptions { ReferTo = to, ReferredBy = referredBy, Headers = options.Headers, Timeout = options.Timeout }))
            .ConfigureAwait(false);
        var telling = options.OnProgress is { } told ? TellAsync(refer, told) : Task.CompletedTask;
        var end = await refer.Ended.WaitAsync(cancel).ConfigureAwait(false);
        // What was reported on the way is told before what came of it.
        await telling.ConfigureAwait(false);
        var status = end.Kind switch { ReferEndKind.Unreported => 202, ReferEndKind.TimedOut => 408, _ => end.Status };
        return new TransferOutcome(status, end.Reason, TransferMode.ByPhone);
    }

    private async Task TellAsync(OutgoingRefer refer, Action<TransferProgress> told)
    {
        await foreach (var progress in refer.Progress(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                if (progress.Status < 200)
                    told(new TransferProgress(progress.Status, progress.Reason));
            }
            catch (Exception e) // the boundary to the application's code: the transfer goes on, and its outcome is told
            {
                Log.CallbackFailed(Agent.Logger, Id, e);
            }
        }
    }

    private async Task<TransferOutcome> CallOnAsync(string target, TransferOptions options, CancellationToken cancel)
    {
        OpenAudio();
        IReadOnlyList<SipHeader> headers = options.ReferredBy is null ? options.Headers : [.. options.Headers, new SipHeader("Referred-By", options.ReferredBy)];
        var dial = new DialOptions
        {
            Caller = (IsIncoming ? From : To).WithTag(null).ToString(), // the new party sees whom it is to talk to
            Headers = headers,
            BridgeWith = this,
            RingTimeout = options.Timeout,
            OnProgress = options.OnProgress is { } told ? progress => told(new TransferProgress(progress.Status, progress.Reason)) : null,
        };
        var result = await Agent.TryDialAsync(target, dial, cancel).ConfigureAwait(false);
        if (result.Call is not { } joined)
            return new TransferOutcome(result.End!.Value.Status, result.End.Value.Reason, TransferMode.ByServer);
        var outcome = Join(joined);
        if (!outcome.IsSuccess)
            await joined.DisposeAsync().ConfigureAwait(false);
        return outcome;
    }

    private TransferOutcome Join(Call other)
    {
        try
        {
            _ = EndTogetherAsync(Bridge.Connect(this, other, new BridgeOptions { Transcode = true }));
            return new TransferOutcome(200, "OK", TransferMode.ByServer);
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException)
        {
            return new TransferOutcome(488, e.Message, TransferMode.ByServer);
        }
    }

    private static async Task EndTogetherAsync(Bridge bridge)
    {
        await bridge.WaitAsync().ConfigureAwait(false);
        await bridge.DisposeAsync().ConfigureAwait(false);
        await bridge.A.DisposeAsync().ConfigureAwait(false);
        await bridge.B.DisposeAsync().ConfigureAwait(false);
    }
}
