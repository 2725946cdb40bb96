using Parley.Media.Codecs;

namespace Parley.Cli.Phones;

/// <summary>A caller who waits for somebody to answer: is told that it rings, hears what there is to hear before the answer, and is joined with who answers.</summary>
internal sealed class CallerLine(IncomingCall caller) : IAsyncDisposable
{
    private Bridge? _early;

    /// <summary>Passes on what a leg says.</summary>
    public async ValueTask TellAsync(RingProgress step, CancellationToken ended)
    {
        if (step.Progress.EarlyMedia && step.Leg.Codec is { } codec && caller.State < CallState.EarlyMedia && HasOffer)
        {
            await caller.StartEarlyMediaAsync(new() { Codecs = CodecsFor(codec) }, ended);
            try
            {
                _early = Connect(caller, step.Leg);
            }
            catch (CallEndedException) when (!ended.IsCancellationRequested)
            {
                // The leg has failed meanwhile; another one may answer.
            }
        }
        else if (step.Progress.Status == 180 && caller.State == CallState.Trying)
        {
            await caller.RingAsync(ended);
        }
    }

    /// <summary>Answers the caller, and lets the two hear each other.</summary>
    public async Task<Bridge> JoinAsync(Call leg, CancellationToken ended)
    {
        await DisposeAsync();
        await caller.AnswerAsync(leg.Codec is { } codec ? new() { Codecs = CodecsFor(codec), PreferOwnCodecs = true } : null, ended);
        return Connect(caller, leg);
    }

    /// <summary>Lets two calls hear each other, whatever their codecs.</summary>
    public static Bridge Connect(Call one, Call other) => Bridge.Connect(one, other, new() { Transcode = true });

    public async ValueTask DisposeAsync()
    {
        if (_early is { } early)
            await early.DisposeAsync();
        _early = null;
    }

    // Without an offer there is nothing to answer before the answer.
    private bool HasOffer => !caller.Invite!.Body.IsEmpty;

    // The codec of the other leg first, so that packets pass untouched; the rest for callers that do not have it.
    private static AudioCodec[] CodecsFor(AudioCodec first) => [first, .. AudioCodecs.Default.Where(codec => codec.Name != first.Name)];
}
