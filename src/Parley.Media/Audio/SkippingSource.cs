namespace Parley.Media.Audio;

/// <summary>Leaves out the beginning of a source.</summary>
internal sealed class SkippingSource(IAudioSource inner, TimeSpan offset) : IAudioSource, IDisposable
{
    private long _left = (long)(offset.TotalSeconds * inner.SampleRate);

    public int SampleRate => inner.SampleRate;

    public bool Ended => inner.Ended;

    public int Read(Span<short> pcm)
    {
        while (_left > 0)
        {
            var read = inner.Read(pcm[..(int)Math.Min(pcm.Length, _left)]);
            if (read == 0)
                return 0;
            _left -= read;
        }

        return inner.Read(pcm);
    }

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
