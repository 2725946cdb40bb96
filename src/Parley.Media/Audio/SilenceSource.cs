namespace Parley.Media.Audio;

/// <summary>
/// Silence that is sent, for ever: a phone nobody speaks into still has a microphone. What it sends opens the way back through a NAT and keeps digits flowing, and some peers hang up on
/// who sends nothing.
/// </summary>
public sealed class SilenceSource : IAudioSource
{
    /// <summary>8000.</summary>
    public int SampleRate => 8_000;

    /// <summary>False.</summary>
    public bool Ended => false;

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }
}
