namespace Parley.Media.Files;

/// <summary>Gives the audio of one file as mono PCM, piece by piece. Owns what it reads from, unless it was told otherwise.</summary>
internal interface IAudioDecoder : IAsyncDisposable
{
    /// <summary>Samples per second, 4000 to 192000.</summary>
    int SampleRate { get; }

    /// <summary>Largest number of samples that one <see cref="ReadAsync"/> gives.</summary>
    int MaxSamples { get; }

    /// <summary>Bytes that a sample counts for where audio is limited.</summary>
    int SampleBytes { get; }

    /// <summary>What the file claims to have of such bytes; null when it does not say. Nothing is set aside for a claim.</summary>
    long? Length { get; }

    /// <summary>Decodes the next piece; 0 at the end. May take its time: no work for a media lane.</summary>
    /// <param name="mono">Room for <see cref="MaxSamples"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AudioFormatException">More audio than the limit allows, or none that can be decoded.</exception>
    ValueTask<int> ReadAsync(Memory<short> mono, CancellationToken cancellationToken);
}
