namespace Parley.Media.Recording;

/// <summary>
/// Two channels of 16-bit PCM pushed by a media clock: <see cref="Write"/> runs on a media lane, so it must not block or wait for a disk. A sink that is
/// <see cref="IAsyncDisposable"/> is flushed by being disposed of.
/// </summary>
public interface IStereoSink
{
    /// <summary>Samples per second and channel that <see cref="Write"/> expects.</summary>
    int SampleRate { get; }

    /// <summary>Takes all of both channels, which have the same length; what cannot be kept is dropped and counted by the sink.</summary>
    void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right);
}
