namespace Parley.Media.Audio;

/// <summary>
/// Mono 16-bit PCM pulled by a media clock. <see cref="Read"/> runs on a media lane every 10 or 20 ms: it must not block,
/// wait for a network or a disk, nor allocate. Sources that need I/O fill a buffer elsewhere and are read from it.
/// </summary>
public interface IAudioSource
{
    /// <summary>Samples per second that <see cref="Read"/> produces.</summary>
    int SampleRate { get; }

    /// <summary>Fills as much of <paramref name="pcm"/> as there is audio for now and returns the number of samples; 0 means none now.</summary>
    int Read(Span<short> pcm);

    /// <summary>True once no further sample will ever come.</summary>
    bool Ended { get; }
}

/// <summary>Mono 16-bit PCM pushed by a media clock; the same rules as for <see cref="IAudioSource"/>.</summary>
public interface IAudioSink
{
    /// <summary>Samples per second that <see cref="Write"/> expects.</summary>
    int SampleRate { get; }

    /// <summary>Takes all of <paramref name="pcm"/>; what cannot be kept is dropped and counted by the sink, never waited for.</summary>
    void Write(ReadOnlySpan<short> pcm);
}
