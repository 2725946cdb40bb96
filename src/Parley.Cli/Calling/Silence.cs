using Parley.Media.Audio;

namespace Parley.Cli.Calling;

/// <summary>Says nothing, for ever.</summary>
internal sealed class Silence : IAudioSource
{
    public int SampleRate => 8000;

    public bool Ended => false;

    public int Read(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }
}
