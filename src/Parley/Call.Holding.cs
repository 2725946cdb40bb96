using Parley.Media.Sdp;
using Parley.Sip.Invites;

namespace Parley;

/// <content>Hold and resume.</content>
public abstract partial class Call
{
    private readonly SemaphoreSlim _changing = new(1, 1);

    /// <summary>True while this side has the other on hold: it asked that nothing be sent to it.</summary>
    public bool IsHolding => AudioSession.IsOpen && !AudioSession.Direction.Receives();

    /// <summary>True while the other side has this one on hold: it wants to hear nothing, or names no address to send to (RFC 3264 §8.4).</summary>
    public bool IsHeld => AudioSession.IsOpen && AudioSession.Direction.Sends() && AudioSession.Agreed is { Enabled: true } agreed
        && (!agreed.Direction.Sends() || agreed.RemoteHost is "0.0.0.0" or "::");

    /// <summary>Puts the other side on hold: a re-INVITE that offers sendonly (RFC 3264 §8.4). What plays goes on, and is heard there. Does nothing when it is on hold already.</summary>
    /// <exception cref="CallMediaException">It was refused: the call goes on as it was.</exception>
    /// <exception cref="InvalidOperationException">The call is not answered.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public Task HoldAsync(CancellationToken cancel = default) => RedirectAudioAsync(MediaDirection.SendOnly, cancel);

    /// <summary>Ends a hold of this side. Does nothing when there is none.</summary>
    /// <exception cref="CallMediaException">It was refused: the other side stays on hold.</exception>
    /// <exception cref="InvalidOperationException">The call is not answered.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public Task ResumeAsync(CancellationToken cancel = default) => RedirectAudioAsync(MediaDirection.SendReceive, cancel);

    private async Task RedirectAudioAsync(MediaDirection direction, CancellationToken cancel)
    {
        var (status, reason) = await TryRedirectAudioAsync(direction, cancel).ConfigureAwait(false);
        ThrowIfEnded();
        if (status >= 300)
            throw new CallMediaException(CallMediaProblem.NotAcceptable, $"The other side refused the change: {status} {reason}");
    }

    /// <summary>Changes who hears whom, for those to whom a refusal is nothing exceptional: 200, or the status it was refused with.</summary>
    internal async Task<(int Status, string Reason)> TryRedirectAudioAsync(MediaDirection direction, CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            ThrowIfEnded();
            var session = Session ?? throw new InvalidOperationException("The call is not answered yet: there is no audio to hold.");
            return AudioSession.Direction == direction ? (200, "OK") : await OfferAsync(session, direction, cancel).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<(int Status, string Reason)> OfferAsync(InviteSession session, MediaDirection direction, CancellationToken cancel)
    {
        var before = AudioSession.Direction;
        var done = new TaskCompletionSource<(int Status, string Reason)>(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Lane.Run(
            _ =>
            {
                if (session.IsEnded)
                {
                    done.SetResult((487, "The call has ended"));
                    return;
                }

                session.Modify(new ModifyOptions { Body = AudioSession.Offer(direction) }, result =>
                {
                    var problem = result.Reason;
                    if (result.IsSuccess && AudioSession.TryAcceptAnswer(result.Described!, out problem))
                    {
                        AudioSession.ExchangeDone();
                        Changed();
                        done.TrySetResult((result.Status, result.Reason));
                    }
                    else
                    {
                        AudioSession.OfferRefused(before);
                        done.TrySetResult((result.IsSuccess ? 488 : result.Status, problem ?? result.Reason));
                    }
                });
            },
            null);
        return await done.Task.WaitAsync(cancel).ConfigureAwait(false);
    }
}
