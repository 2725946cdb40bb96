using System.Text;
using Parley.Media.Sdp;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;

namespace Parley.Dialogs;

// Changing the session: one change at a time, nothing kept of one that was refused (RFC 3261 §14.1).
public sealed partial class InviteDialog
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private byte[]? _unheld;
    private bool _spliced;

    /// <summary>Offers a new description by re-INVITE and waits for the answer.</summary>
    /// <param name="sdp">The new offer. Where it goes on with the o= line of the last one, its version is raised if it was not (RFC 3264 §8).</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <returns>The peer's description; null when it has none.</returns>
    /// <inheritdoc cref="ModifyAsync(SessionChange, CancellationToken)" path="/exception"/>
    public Task<string?> ModifyAsync(string sdp, CancellationToken cancel = default) => ModifyAsync(new SessionChange { Sdp = sdp }, cancel);

    /// <summary>
    /// Changes the session: re-INVITE or UPDATE, with an offer of ours or by asking the peer for one. Several asked for at once run one after the other; 491 is tried
    /// again after the time RFC 3261 §14.1 says. A refused change leaves both descriptions as they were, and the dialog usable.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <returns>The peer's description; null when it has none.</returns>
    /// <exception cref="DialogException">It was refused, or the dialog is over (487): status, reason and response are in it.</exception>
    /// <exception cref="ArgumentException">A header that is not the application's to write, or an UPDATE that asks for an offer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<string?> ModifyAsync(SessionChange change, CancellationToken cancel = default)
    {
        var result = await TryModifyAsync(change, cancel).ConfigureAwait(false);
        return result.IsSuccess ? result.Sdp : throw new DialogException(result.Status, result.Reason, result.Response);
    }

    /// <summary>Like <see cref="ModifyAsync(SessionChange, CancellationToken)"/>, for those to whom a refusal is nothing exceptional.</summary>
    /// <inheritdoc cref="ModifyAsync(SessionChange, CancellationToken)"/>
    public Task<SessionChangeResult> TryModifyAsync(SessionChange change, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Sdp is null && change.Method == ModifyMethod.Update)
            throw new ArgumentException("An UPDATE cannot ask the peer for an offer (RFC 3311 §5.1): give Sdp, or use a re-INVITE.", nameof(change));
        return InTurnAsync(
            () => change.Sdp is null ? AskAsync(change, cancel) : OfferAsync(Revise(SessionBody.Bytes(SessionBody.Of(change.Sdp))!), change, cancel), cancel);
    }

    /// <summary>Puts the peer on hold: every stream that is not refused stops receiving, by an offer whose o= version is raised (RFC 3264 §8.4).</summary>
    /// <param name="options">With or without sending on. Default with.</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <exception cref="DialogException">It was refused, or there is no description to hold (488).</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task HoldAsync(HoldOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var result = await InTurnAsync(
            async () =>
            {
                if (Media is { } media)
                    return await RedirectAudioAsync(media, options.Inactive ? MediaDirection.Inactive : MediaDirection.SendOnly, options.Method, cancel).ConfigureAwait(false);
                var current = Described();
                var held = SessionRevision.Hold(current, options.Inactive);
                var before = IsHeldByUs ? _unheld : _wanted;
                var result = await OfferAsync(SdpWriter.ToBytes(held), new SessionChange { Method = options.Method }, cancel).ConfigureAwait(false);
                if (result.IsSuccess)
                    _unheld = before;
                return result;
            },
            cancel).ConfigureAwait(false);
        Require(result);
    }

    /// <summary>Ends a hold of ours: every stream flows as it did before.</summary>
    /// <param name="method">re-INVITE or UPDATE. Default re-INVITE.</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <exception cref="DialogException">It was refused: the peer stays on hold.</exception>
    /// <exception cref="InvalidOperationException">The peer is not on hold.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task ResumeAsync(ModifyMethod method = ModifyMethod.Reinvite, CancellationToken cancel = default)
    {
        var result = await InTurnAsync(
            async () =>
            {
                if (!IsHeldByUs)
                    throw new InvalidOperationException("The peer is not on hold.");
                if (Media is { } media)
                    return await RedirectAudioAsync(media, MediaDirection.SendReceive, method, cancel).ConfigureAwait(false);
                var current = Described();
                var resumed = SessionRevision.Resume(current, Parse(_unheld) ?? current with { Media = [] });
                var result = await OfferAsync(SdpWriter.ToBytes(resumed), new SessionChange { Method = method }, cancel).ConfigureAwait(false);
                if (result.IsSuccess)
                    _unheld = null;
                return result;
            },
            cancel).ConfigureAwait(false);
        Require(result);
    }

    /// <summary>
    /// Tells the peer that we are still here and where: UPDATE where it takes one, else a re-INVITE, with our description as it is. A session timer, where one was
    /// agreed on, does so by itself.
    /// </summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="DialogException">It was refused; 481 and silence end the call.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task RefreshAsync(CancellationToken cancel = default)
    {
        var result = await InTurnAsync(
            () => _local is { } local
                ? OfferAsync(local, new SessionChange { Method = ModifyMethod.Best }, cancel)
                : ChangeAsync(new ModifyOptions { Method = ModifyMethod.Update }, null, cancel),
            cancel).ConfigureAwait(false);
        Require(result);
    }

    /// <summary>An offer of ours with the version RFC 3264 §8 wants, and nothing of it changed where it is the first of its session.</summary>
    internal byte[] Revise(byte[] sdp)
    {
        if (Parse(sdp) is not { } next || Parse(_local) is not { } last || next.Origin != last.Origin || sdp.AsSpan().SequenceEqual(_local))
            return sdp;
        return SdpWriter.ToBytes(SessionRevision.Follow(next, last.Origin));
    }

    /// <summary>The default answer to an offer of the peer: our last description, narrowed to it; null when nothing is left of it, or there is none.</summary>
    internal byte[]? AnswerAgain(SessionDescription offer) =>
        Parse(_local) is { } current && SessionRevision.AnswerAgain(offer, current, Parse(_wanted)) is { } answer
            ? SdpWriter.ToBytes(answer)
            : null;

    /// <summary>
    /// A body of somebody else's on its way to this peer. While one and the same party speaks, it goes as it is; once another has spoken in this session, or we have, what
    /// follows is one session still: its o= line, its streams' places (RFC 3264 §8).
    /// </summary>
    internal SipBody Continue(SipBody body)
    {
        if (!_spliced || Parse(SessionBody.Bytes(body)) is not { } next || Parse(_local) is not { } last)
            return body;
        return SessionBody.Write(SessionRevision.Replace(next, last, out _));
    }

    /// <summary>From here on somebody else speaks to this peer.</summary>
    internal void Splice() => _spliced = true;

    /// <summary>The audio goes through here from now on: the peer is offered our stream in the place of what it was told before.</summary>
    /// <exception cref="DialogException">The peer refused, or cannot do what the stream can: everything is as it was.</exception>
    internal async Task AnchorAsync(CallMedia media, CancellationToken cancel)
    {
        var result = await InTurnAsync(
            async () =>
            {
                var before = Described();
                media.Continue(before);
                var outcome = await RedirectAudioAsync(media, MediaDirection.SendReceive, ModifyMethod.Reinvite, cancel).ConfigureAwait(false);
                // Taken by the peer and of no use to us: it goes back to what it was told before.
                if (!outcome.IsSuccess && outcome.Response is { StatusCode: < 300 } && Parse(_local) is { } now)
                    await OfferAsync(SdpWriter.ToBytes(SessionRevision.Follow(before, now.Origin)), new SessionChange(), cancel).ConfigureAwait(false);
                return outcome;
            },
            cancel).ConfigureAwait(false);
        Require(result);
        Media = media;
    }

    // The audio is ours: so is the description, and what was agreed on changes what flows.
    private async Task<SessionChangeResult> RedirectAudioAsync(CallMedia media, MediaDirection direction, ModifyMethod method, CancellationToken cancel)
    {
        var before = media.Direction;
        var offer = SessionBody.Bytes(media.Offer(direction))!;
        string? problem = null;
        var result = await ChangeAsync(
            new ModifyOptions { Body = SessionBody.Of(offer), Method = method }, offer, cancel,
            (outcome, _) =>
            {
                if (!outcome.IsSuccess || !media.TryAcceptAnswer(outcome.Described!, out problem))
                    media.OfferRefused(before);
                else
                    media.ExchangeDone();
            }).ConfigureAwait(false);
        return problem is null ? result : result with { Status = 488, Reason = problem };
    }

    private SessionDescription Described() =>
        Parse(_local) ?? throw new DialogException(488, "There is no session description of ours to change");

    private async Task<SessionChangeResult> OfferAsync(byte[] offer, SessionChange change, CancellationToken cancel)
    {
        var options = new ModifyOptions { Body = SessionBody.Of(offer), Method = change.Method, Headers = change.Headers, Timeout = change.Timeout };
        return await ChangeAsync(options, offer, cancel).ConfigureAwait(false);
    }

    private async Task<SessionChangeResult> AskAsync(SessionChange change, CancellationToken cancel)
    {
        PendingAcknowledge? held = null;
        byte[]? offer = null;
        var options = new ModifyOptions { Headers = change.Headers, Timeout = change.Timeout };
        var result = await ChangeAsync(options, null, cancel, (outcome, sdp) => (held, offer) = (outcome.Acknowledge, sdp)).ConfigureAwait(false);
        if (held is null)
            return result;
        byte[]? answer = null;
        try
        {
            answer = change.SdpFor is { } source
                ? SessionBody.Bytes(SessionBody.Of(await source(result.Sdp, cancel).ConfigureAwait(false)))
                : Parse(offer) is { } description ? AnswerAgain(description) : null;
        }
        finally
        {
            // An offer must have an answer, also when ours could not be made: the last one, which says that nothing has changed.
            await Session.Lane.RunAsync(() =>
            {
                held.Send(SessionBody.Of(answer ?? _local));
                if (answer is not null)
                    Agree(answer, offer, peerOffered: true, narrowed: change.SdpFor is null);
            }).ConfigureAwait(false);
        }

        return result;
    }

    private async Task<SessionChangeResult> ChangeAsync(
        ModifyOptions options, byte[]? offer, CancellationToken cancel, Action<ModifyResult, byte[]?>? offered = null)
    {
        var done = new TaskCompletionSource<SessionChangeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var session = Session;
        var change = await session.Lane.RunAsync(() =>
        {
            RequireUp();
            return session.Modify(options, result =>
            {
                var sdp = result.Described is { } message ? SessionBody.Bytes(message) : null;
                // Agreed when the answer is here; an offer that came instead is agreed on when it has been answered.
                if (result.IsSuccess && result.Acknowledge is null)
                {
                    _spliced |= offer is not null && !offer.AsSpan().SequenceEqual(_local);
                    Agree(offer, sdp, peerOffered: false);
                }

                offered?.Invoke(result, sdp);
                var text = sdp ?? _remote;
                done.TrySetResult(new SessionChangeResult(result.Status, result.Reason, TextOf(text), result.Message?.ToOwned()));
            });
        }).ConfigureAwait(false);
        using (cancel.UnsafeRegister(static state =>
        {
            var (session, change) = ((InviteSession, Modification))state!;
            session.Lane.Run(static change => ((Modification)change!).Cancel(), change);
        }, (session, change)))
        {
            var result = await done.Task.ConfigureAwait(false);
            if (!result.IsSuccess)
                cancel.ThrowIfCancellationRequested();
            return result;
        }
    }

    private async Task<SessionChangeResult> InTurnAsync(Func<Task<SessionChangeResult>> change, CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    private void RequireUp()
    {
        if (_end.Task.IsCompletedSuccessfully)
            throw new DialogException(481, $"The call is over: {_end.Task.Result}");
    }

    private static void Require(SessionChangeResult result)
    {
        if (!result.IsSuccess)
            throw new DialogException(result.Status, result.Reason, result.Response);
    }
}
