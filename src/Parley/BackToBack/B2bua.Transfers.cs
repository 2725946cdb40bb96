using System.Text;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Transfers;

namespace Parley.BackToBack;

// One leg is replaced by a new one. The old one stays until the new one is joined, so that a transfer that fails costs nobody the call (RFC 5589 §6.3).
public sealed partial class B2bua
{
    private InviteDialog? _leaving;

    /// <summary>Blind transfer: somebody new takes the place of the other leg.</summary>
    /// <param name="kept">The leg that stays.</param>
    /// <param name="target">Whom it shall talk to, e.g. <c>sip:carol@example.com</c>.</param>
    /// <param name="options">By whom, how long, what the parties hear meanwhile.</param>
    /// <param name="cancel">Gives up; the call goes on as it was.</param>
    /// <returns>What became of it; nothing is thrown for a refusal.</returns>
    /// <exception cref="ArgumentException">The leg is not one of this pair's, or no SIP address.</exception>
    /// <exception cref="InvalidOperationException">A transfer of this pair is under way.</exception>
    public Task<TransferOutcome> TransferAsync(InviteDialog kept, string target, TransferOptions? options = null, CancellationToken cancel = default)
    {
        var leaving = Require(kept);
        options ??= new();
        var to = TargetUri.Parse(target, nameof(target));
        return options.Mode == TransferMode.ByPhone
            ? ReferAsync(kept, new SipAddress(to), options)
            : RunAsync(kept, leaving, to, options, _ => { }, cancel);
    }

    /// <summary>Attended transfer: a leg of this pair and one of another become one call; the two legs left over are ended.</summary>
    /// <param name="kept">The leg of this pair that stays.</param>
    /// <param name="other">The other pair.</param>
    /// <param name="joined">The leg of the other pair that stays.</param>
    /// <param name="options">By whom. Default this side.</param>
    /// <param name="cancel">Gives up; both calls go on as they were.</param>
    /// <returns>What became of it; this pair then has both legs that stay, and the other one is over.</returns>
    /// <exception cref="ArgumentException">A leg is not one of its pair's.</exception>
    /// <exception cref="InvalidOperationException">A transfer of one of the pairs is under way.</exception>
    public Task<TransferOutcome> TransferAsync(
        InviteDialog kept, B2bua other, InviteDialog joined, TransferOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        var leaving = Require(kept);
        var left = other.Require(joined);
        options ??= new();
        if (options.Mode != TransferMode.ByPhone)
            return JoinAsync(kept, leaving, other, joined, left, cancel);
        var dialog = joined.Session.Dialog;
        return ReferAsync(kept, new SipAddress(Replaces.For(dialog).AddTo(SipUri.Parse(dialog.RemoteTarget))), options);
    }

    private async Task<TransferOutcome> ReferAsync(InviteDialog kept, SipAddress to, TransferOptions options)
    {
        var refer = await kept.ReferAsync(new ReferOptions
        {
            ReferTo = to,
            ReferredBy = options.ReferredBy is null ? null : TargetUri.ParseAddress(options.ReferredBy, nameof(TransferOptions.ReferredBy)),
            Headers = options.Headers,
            Timeout = options.Timeout,
        }).ConfigureAwait(false);
        var telling = options.OnProgress is { } told ? TellAsync(refer, told) : Task.CompletedTask;
        var end = await refer.Ended.ConfigureAwait(false);
        // What was reported on the way is told before what came of it.
        await telling.ConfigureAwait(false);
        // The phone has its new call: the old one is of no use to anybody.
        if (end.Kind == ReferEndKind.Succeeded)
            await DestroyAsync(SipReasons.Transferred).ConfigureAwait(false);
        return new TransferOutcome(end.Kind == ReferEndKind.Unreported ? 202 : end.Status, end.Reason, TransferMode.ByPhone);
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
                Log.DialogCallbackFailed(_agent.Logger, e);
            }
        }
    }

    private async Task<TransferOutcome> RunAsync(
        InviteDialog kept, InviteDialog leaving, SipUri target, TransferOptions options, Action<int> report, CancellationToken cancel)
    {
        await BeginAsync(leaving).ConfigureAwait(false);
        var held = false;
        try
        {
            held = options.HoldMeanwhile && kept.Media is null && !kept.IsHeldByUs && await TryHoldAsync(kept, cancel).ConfigureAwait(false);
            var joined = await CallAsync(kept, target, options, report, cancel).ConfigureAwait(false);
            try
            {
                await _home.RunAsync(() => Replace(leaving, joined)).ConfigureAwait(false);
            }
            catch
            {
                await joined.DestroyAsync().ConfigureAwait(false);
                throw;
            }

            Release(leaving);
            return new TransferOutcome(200, "OK", TransferMode.ByServer);
        }
        catch (DialogException e)
        {
            await RestoreAsync(kept, leaving, held).ConfigureAwait(false);
            return new TransferOutcome(e.Status < 300 ? 500 : e.Status, e.Reason, TransferMode.ByServer);
        }
        catch
        {
            await RestoreAsync(kept, leaving, held).ConfigureAwait(false);
            throw;
        }
    }

    // A party that will not be held hears the old one until the new one comes.
    private static async Task<bool> TryHoldAsync(InviteDialog kept, CancellationToken cancel)
    {
        try
        {
            await kept.HoldAsync(cancel: cancel).ConfigureAwait(false);
            return true;
        }
        catch (DialogException) when (kept.End is null)
        {
            return false;
        }
    }

    private async Task<InviteDialog> CallAsync(InviteDialog kept, SipUri target, TransferOptions options, Action<int> report, CancellationToken cancel)
    {
        void OnProgress(DialogProgress progress)
        {
            report(progress.Status);
            options.OnProgress?.Invoke(new TransferProgress(progress.Status, progress.Reason));
            if (options.ReleaseOnRinging && _leaving is { } leaving)
                Release(leaving);
        }

        var call = new UacOptions
        {
            Caller = kept.Remote.Address.WithTag(null).ToString(),
            Headers = options.ReferredBy is null ? options.Headers : [.. options.Headers, new SipHeader("Referred-By", options.ReferredBy)],
            Credentials = _options.Credentials,
            CredentialsFor = _options.CredentialsFor,
            Proxy = _options.Proxy,
            Route = _options.Route,
            RingTimeout = options.Timeout,
            SessionTimer = _options.SessionTimer,
            OnProgress = OnProgress,
        };
        if (kept.Media is not { } media)
            return await _agent.CreateUacAsync(target.ToString(), call with { SdpFor = (offer, _) => OfferToAsync(kept, offer) }, cancel).ConfigureAwait(false);
        var fresh = await CallMedia.ForDialAsync(_agent.Phone, target, CodecsBeside(media, _audio!), media.Stream, cancel).ConfigureAwait(false);
        try
        {
            var dialog = await _agent.CreateUacAsync(target.ToString(), call with { Sdp = Encoding.UTF8.GetString(fresh.Offer().Content.Span) }, cancel).ConfigureAwait(false);
            fresh.TrustSignalling(dialog.Session.Flow.Remote);
            if (!fresh.TryAcceptAnswer(dialog.Answer!, out var problem) || !fresh.IsOpen)
            {
                await dialog.DestroyAsync(SipReasons.NoOffer).ConfigureAwait(false);
                throw new DialogException(488, problem ?? "The answer carries no session description", dialog.Answer);
            }

            fresh.ExchangeDone();
            dialog.Media = fresh;
            return dialog;
        }
        catch
        {
            await fresh.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The new party's offer becomes the next one of the session the kept leg is in; its answer goes back the way the new party knows its streams.
    internal static async ValueTask<string?> OfferToAsync(InviteDialog kept, string? offer)
    {
        var theirs = InviteDialog.Parse(offer is null ? null : Encoding.UTF8.GetBytes(offer)) ?? throw new DialogException(488, "The new party's offer cannot be read");
        var current = InviteDialog.Parse(kept.LocalSdp) ?? throw new DialogException(488, "There is no session description to go on from");
        var arranged = SessionRevision.Replace(theirs, current, out var places);
        var answer = await kept.ModifyAsync(SdpWriter.ToText(arranged)).ConfigureAwait(false);
        kept.Splice();
        var read = InviteDialog.Parse(answer is null ? null : Encoding.UTF8.GetBytes(answer)) ?? throw new DialogException(488, "The answer of the party that stays cannot be read");
        return SdpWriter.ToText(SessionRevision.PutBack(read, places, theirs));
    }

    private async Task<TransferOutcome> JoinAsync(
        InviteDialog kept, InviteDialog leaving, B2bua other, InviteDialog joined, InviteDialog left, CancellationToken cancel)
    {
        await BeginAsync(leaving).ConfigureAwait(false);
        try
        {
            await other.BeginAsync(left).ConfigureAwait(false);
        }
        catch
        {
            await RestoreAsync(kept, leaving, held: false).ConfigureAwait(false);
            throw;
        }

        try
        {
            if (kept.Media is null != joined.Media is null)
            {
                await AnchorOneAsync(kept, joined, other, cancel).ConfigureAwait(false);
            }
            else if (kept.Media is null)
            {
                var answer = new SessionChange { SdpFor = (offer, _) => OfferToAsync(joined, offer) };
                await kept.ModifyAsync(answer, cancel).ConfigureAwait(false);
                kept.Splice();
            }

            other._anchor?.Part(); // a stream is relayed to one other at a time
            await _home.RunAsync(() => Replace(leaving, joined)).ConfigureAwait(false);
            await other._home.RunAsync(other.Dissolve).ConfigureAwait(false);
            Release(leaving);
            Release(left);
            return new TransferOutcome(200, "OK", TransferMode.ByServer);
        }
        catch (Exception e)
        {
            await RestoreAsync(kept, leaving, held: false).ConfigureAwait(false);
            await other.RestoreAsync(joined, left, held: false).ConfigureAwait(false);
            if (e is DialogException refused)
                return new TransferOutcome(refused.Status < 300 ? 500 : refused.Status, refused.Reason, TransferMode.ByServer);
            throw;
        }
    }

    /// <summary>A call that is to take the place of a leg (RFC 3891): answered, joined with the leg that stays, and the old one ended.</summary>
    internal async Task TakeOverAsync(InviteRequest invite, InviteDialog leaving, UasOptions options, CancellationToken cancel)
    {
        var kept = OtherOf(leaving);
        await BeginAsync(leaving).ConfigureAwait(false);
        try
        {
            var media = kept.Media is { } other ? CallMedia.ForIncoming(_agent.Phone, invite.Invite.Flow, CodecsBeside(other, _audio!), other.Stream) : null;
            var body = media is null ? SessionBody.Of(await AnswerForAsync(kept, invite.Sdp).ConfigureAwait(false)) : AnswerAudio(media, invite);
            cancel.ThrowIfCancellationRequested();
            await _home.RunAsync(() =>
            {
                invite.RequirePending();
                RequireUp();
                var joined = invite.Answer(this, body, options.Headers, options.SessionTimer ?? _options.SessionTimer);
                joined.Media = media;
                Replace(leaving, joined);
            }).ConfigureAwait(false);
            Release(leaving);
        }
        catch
        {
            await RestoreAsync(kept, leaving, held: false).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<string?> AnswerForAsync(InviteDialog kept, string? offer) => offer is null
        ? throw new DialogException(488, "A call that takes the place of another brings an offer")
        : await OfferToAsync(kept, offer).ConfigureAwait(false);

    private static SipBody AnswerAudio(CallMedia media, InviteRequest invite)
    {
        try
        {
            return media.Answer(invite.Message, new AnswerOptions());
        }
        catch (CallMediaException e)
        {
            _ = media.DisposeAsync().AsTask();
            throw new DialogException(e.Problem == CallMediaProblem.NoPort ? 503 : 488, e.Message);
        }
    }

    // What passes untouched is the codec the leg that stays speaks; where transcoding is allowed, it is only the first choice.
    private IReadOnlyList<AudioCodec> CodecsBeside(CallMedia kept, AnchorOptions audio)
    {
        var all = audio.Codecs ?? _agent.Phone.Options.Codecs;
        if (kept.Agreed?.Codec is not { } codec)
            return all;
        return audio.Transcode ? [codec, .. all.Where(other => other != codec)] : [codec];
    }

    private InviteDialog Require(InviteDialog kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (ReferenceEquals(kept, _a) || ReferenceEquals(kept, _b))
            return OtherOf(kept);
        throw new ArgumentException("The leg is not one of this pair's.", nameof(kept));
    }

    private Task BeginAsync(InviteDialog leaving) => _home.RunAsync(() =>
    {
        if (_leaving is not null)
            throw new InvalidOperationException("A transfer of this call is under way.");
        if (_over)
            throw new DialogException(481, "The call is over");
        _leaving = leaving;
    });

    // The new leg is in; what the old one does from here on concerns nobody.
    private void Replace(InviteDialog leaving, InviteDialog joined)
    {
        RequireUp();
        if (_anchor is not null)
            JoinAudio(OtherOf(leaving), joined);
        var old = HandlersOf(leaving);
        if (ReferenceEquals(leaving, _a))
            Volatile.Write(ref _a, joined);
        else
            Volatile.Write(ref _b, joined);
        Join(_a, _b);
        OnLaneOf(joined, () => joined.Hand(this));
        OnLaneOf(leaving, () => leaving.Hand(old));
        leaving.Other = null;
        _leaving = null;
        DropMedia(leaving);
        if (joined.End is { } end)
            EndOther(joined, end, null);
    }

    private void RequireUp()
    {
        if (_over)
            throw new DialogException(481, "The party that was to stay has hung up");
    }

    private void JoinAudio(InviteDialog kept, InviteDialog joined)
    {
        try
        {
            _anchor!.Join(kept.Media, joined.Media);
        }
        catch (CodecMismatchException e)
        {
            throw new DialogException(488, e.Message);
        }
    }

    private void Dissolve()
    {
        _leaving = null;
        _over = true;
        _anchor?.Part();
        _end.TrySetResult(new CallEnd(CallEndKind.Completed, CallEndParty.Local, 200, "Transferred"));
        _ended.Fire();
    }

    private async Task RestoreAsync(InviteDialog kept, InviteDialog leaving, bool held)
    {
        await _home.RunAsync(() =>
        {
            _leaving = null;
            // It went away while somebody was looked for in its place, and nobody was found.
            if (leaving.End is { } end)
                EndOther(leaving, end, null);
            else if (_anchor is not null && !_over)
                Rejoin();
        }).ConfigureAwait(false);
        if (!held || kept.End is not null || leaving.End is not null)
            return;
        try
        {
            await kept.ResumeAsync().ConfigureAwait(false);
        }
        catch (DialogException e)
        {
            Log.DialogCallbackFailed(_agent.Logger, e);
        }
    }

    private static void Release(InviteDialog leg) => leg.Session.Lane.Run(static state => ((InviteDialog)state!).Session.Bye(SipReasons.Transferred), leg);
}
