using Parley.Dialogs;
using Parley.Media.Sdp;
using Parley.Sip.Invites;

namespace Parley;

/// <content>Hold: who hears whom, changed while the call is up (RFC 3264 §8.4).</content>
public abstract partial class Call
{
    private SemaphoreSlim? _changing;

    /// <summary>We hold the other side: nothing it says is taken.</summary>
    public bool IsHeld => !AudioSession.Direction.Receives();

    /// <summary>The other side holds us: it takes nothing, though we would send.</summary>
    public bool IsHeldByPeer => AudioSession.Agreed is { Enabled: true } agreed && AudioSession.Direction.Sends() && (!agreed.Direction.Sends() || agreed.RemoteHost == "0.0.0.0");

    /// <summary>Puts the other side on hold by re-INVITE; what is played into the call is heard, unless <see cref="HoldOptions.Inactive"/> is set.</summary>
    /// <param name="options">With or without sending on. Default with.</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <exception cref="DialogException">It was refused: nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The call is not answered.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public Task HoldAsync(HoldOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        return RedirectAsync(options.Inactive ? MediaDirection.Inactive : MediaDirection.SendOnly, options.Method, cancel);
    }

    /// <summary>Ends a hold of ours. Does nothing when there is none.</summary>
    /// <param name="method">re-INVITE or UPDATE. Default re-INVITE.</param>
    /// <param name="cancel">Gives up; a re-INVITE under way is cancelled.</param>
    /// <inheritdoc cref="HoldAsync" path="/exception"/>
    public Task ResumeAsync(ModifyMethod method = ModifyMethod.Reinvite, CancellationToken cancel = default) => RedirectAsync(MediaDirection.SendReceive, method, cancel);

    // One after the other: an offer is made from what the one before it has come to (RFC 3264 §4).
    private async Task RedirectAsync(MediaDirection direction, ModifyMethod method, CancellationToken cancel)
    {
        ThrowIfEnded();
        var session = Session ?? throw new InvalidOperationException("The call is not answered yet: there is nobody to hold.");
        var turn = LazyInitializer.EnsureInitialized(ref _changing, static () => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (AudioSession.Direction == direction)
                return;
            var (status, reason) = await ChangeAsync(session, direction, method, cancel).ConfigureAwait(false);
            if (status is >= 200 and < 300)
                return;
            cancel.ThrowIfCancellationRequested();
            ThrowIfEnded();
            throw new DialogException(status, reason);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<(int Status, string Reason)> ChangeAsync(InviteSession session, MediaDirection direction, ModifyMethod method, CancellationToken cancel)
    {
        var media = AudioSession;
        var before = media.Direction;
        var done = new TaskCompletionSource<(int Status, string Reason)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = await session.Lane.RunAsync(() => session.IsEnded ? null : session.Modify(
            new ModifyOptions { Body = media.Offer(direction), Method = method },
            result =>
            {
                string? problem = null;
                if (!result.IsSuccess || !media.TryAcceptAnswer(result.Message!, out problem))
                    media.OfferRefused(before);
                else
                    media.ExchangeDone();
                done.TrySetResult(problem is null ? (result.Status, result.Reason) : (488, problem));
            })).ConfigureAwait(false);
        if (change is null)
            return (487, "The call has ended");
        using (cancel.UnsafeRegister(
            static state =>
            {
                var (session, change) = ((InviteSession, Modification))state!;
                session.Lane.Run(static change => ((Modification)change!).Cancel(), change);
            },
            (session, change)))
            return await done.Task.ConfigureAwait(false);
    }
}
