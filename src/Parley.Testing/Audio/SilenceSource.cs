using Parley.Media.Audio;

namespace Parley.Testing.Audio;

/// <summary>Silence that is sent: a phone nobody speaks into still has a microphone, and what it sends opens NATs and keeps digits flowing.</summary>
internal sealed class SilenceSource : IAudioSource
{
    public int SampleRate => 8_000;

    public bool Ended => false;

    public int Read(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }
}
