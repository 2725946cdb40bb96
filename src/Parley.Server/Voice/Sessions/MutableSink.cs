using Parley.Media.Audio;

namespace Parley.Server.Voice.Sessions;

/// <summary>Hears silence while it is muted.</summary>
internal sealed class MutableSink(IAudioSink inner, Func<bool> isMuted) : IAudioSink
{
    private short[] _silence = [];

    public int SampleRate => inner.SampleRate;

    public void Write(ReadOnlySpan<short> pcm)
    {
        if (!isMuted())
        {
            inner.Write(pcm);
            return;
        }

        if (_silence.Length < pcm.Length)
            _silence = new short[pcm.Length]; // once: frames are of one length
        inner.Write(_silence.AsSpan(0, pcm.Length));
    }
}
