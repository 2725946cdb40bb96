using Parley.Media.Codecs;

namespace Parley.Control;

/// <summary>A caller who waits for somebody to answer: is told that it rings, hears what there is to hear before the answer, and is answered when somebody does.</summary>
/// <param name="caller">The caller.</param>
public sealed class CallerLine(IncomingCall caller) : IAsyncDisposable
{
    private Bridge? _early;

    /// <summary>Passes on what a leg says.</summary>
    /// <param name="step">What it says.</param>
    /// <param name="ended">The caller has gone.</param>
    public async ValueTask TellAsync(RingProgress step, CancellationToken ended)
    {
        if (step.Progress is not { } progress)
            return;
        if (progress.EarlyMedia && step.Leg.Codec is { } codec && caller.State < CallState.EarlyMedia && HasOffer)
        {
            await caller.StartEarlyMediaAsync(new() { Codecs = CodecsFor(codec) }, ended).ConfigureAwait(false);
            try
            {
                _early = Bridge.Connect(caller, step.Leg, new() { Transcode = true });
            }
            catch (CallEndedException) when (!ended.IsCancellationRequested)
            {
                // The leg has failed meanwhile; another one may answer.
            }
        }
        else if (progress.Status == 180 && caller.State == CallState.Trying)
        {
            await caller.RingAsync(ended).ConfigureAwait(false);
        }
    }

    /// <summary>Answers the caller with the codec of the leg that has answered, where it has it, so that packets can pass untouched.</summary>
    /// <param name="leg">The leg.</param>
    /// <param name="ended">The caller has gone.</param>
    /// <exception cref="CallEndedException">The caller has gone.</exception>
    public async Task AnswerAsync(Call leg, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(leg);
        await DisposeAsync().ConfigureAwait(false);
        await caller.AnswerAsync(leg.Codec is { } codec ? new() { Codecs = CodecsFor(codec), PreferOwnCodecs = true } : null, ended).ConfigureAwait(false);
    }

    /// <summary>Parts the caller from who plays something before the answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_early is { } early)
            await early.DisposeAsync().ConfigureAwait(false);
        _early = null;
    }

    // Without an offer there is nothing to answer before the answer.
    private bool HasOffer => !caller.Invite!.Body.IsEmpty;

    // The codec of the other leg first, so that packets pass untouched; the rest for callers that do not have it.
    private AudioCodec[] CodecsFor(AudioCodec first) => [first, .. caller.Agent.Codecs.Where(codec => codec.Name != first.Name)];
}
