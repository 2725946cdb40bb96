using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Control;

/// <summary>A party that is up and waits for somebody to answer: hears it ring, or what the other side plays before it answers.</summary>
/// <param name="party">Who waits.</param>
/// <param name="earlyMedia">Whether to let it hear what the other side plays.</param>
internal sealed class WaitingParty(Call party, bool earlyMedia) : IAsyncDisposable
{
    private AudioPlayback? _tone;
    private Bridge? _early;

    /// <summary>Something happened at a leg that rings.</summary>
    public void Tell(RingProgress step)
    {
        if (step.Progress is not { } progress || _early is not null)
            return;
        try
        {
            if (progress.EarlyMedia && earlyMedia)
            {
                StopTone();
                _early = Bridge.Connect(party, step.Leg, new() { Transcode = true });
            }
            else if (progress.Status == 180)
            {
                _tone ??= party.StartPlayback(new ToneSource(ToneOptions.Ringing with { SampleRate = party.Codec?.SampleRate ?? 8000 }));
            }
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException)
        {
            // Nobody to hear it, or nothing to be heard: whoever rings is not to suffer from it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        StopTone();
        if (_early is { } early)
            await early.DisposeAsync().ConfigureAwait(false);
        _early = null;
    }

    private void StopTone()
    {
        _tone?.Stop();
        _tone = null;
    }
}
