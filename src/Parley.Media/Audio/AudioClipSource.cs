namespace Parley.Media.Audio;

/// <summary>Plays an <see cref="AudioClip"/>.</summary>
public sealed class AudioClipSource : IAudioSource
{
    private readonly ReadOnlyMemory<short> _samples;
    private readonly bool _repeat;
    private int _position;

    /// <summary>Prepares the clip at the rate wanted; converts it if nobody did before, so not on a media lane.</summary>
    /// <param name="clip">What to play.</param>
    /// <param name="sampleRate">
    /// Samples per second that <see cref="Read"/> gives; the clip's own when null. The rate of the stream it plays into is best: then the
    /// clip is converted once for all calls.
    /// </param>
    /// <param name="repeat">Whether to begin again at the end, for ever.</param>
    /// <param name="offset">How much of the first round is left out; all of it when that is longer than the clip.</param>
    public AudioClipSource(AudioClip clip, int? sampleRate = null, bool repeat = false, TimeSpan offset = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        SampleRate = sampleRate ?? clip.SampleRate;
        _samples = clip.At(SampleRate);
        _repeat = repeat && !_samples.IsEmpty;
        _position = (int)Math.Clamp(offset.TotalSeconds * SampleRate, 0, _samples.Length);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => _position == _samples.Length && !_repeat;

    /// <summary>How much has been read, within the current round when repeating.</summary>
    public TimeSpan Position => TimeSpan.FromSeconds((double)_position / SampleRate);

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var read = 0;
        while (read < pcm.Length && !Ended)
        {
            if (_position == _samples.Length) _position = 0;
            var count = Math.Min(pcm.Length - read, _samples.Length - _position);
            _samples.Span.Slice(_position, count).CopyTo(pcm[read..]);
            _position += count;
            read += count;
        }
        return read;
    }
}
