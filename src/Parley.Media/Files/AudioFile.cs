using Parley.Media.Audio;

namespace Parley.Media.Files;

/// <summary>
/// Loads recordings into memory: WAV (16-bit PCM, A-law, µ-law), and where the system has libsndfile also MP3, Ogg (Vorbis, Opus, FLAC), FLAC, AIFF, AU and
/// WAV in other codings. What it is, is told by its first bytes, not by its name.
/// </summary>
public static class AudioFile
{
    /// <summary>
    /// Tells a sound file from samples or from text by its first bytes: four are enough for most, 12 for an AIFF. Says nothing of whether it can be loaded here.
    /// The first frame of an MP3 without a tag has but eleven bits to be known by (FF, E0 and more), which samples may have, too.
    /// </summary>
    public static bool IsSoundFile(ReadOnlySpan<byte> start) => AudioSignature.Of(start).Kind != AudioSignatureKind.Unknown;

    /// <summary>Loads a file. Prompts that play often are loaded once and kept; see <see cref="AudioClip"/>.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<AudioClip> LoadAsync(string path, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                return await LoadAsync(file, limits, cancellationToken).ConfigureAwait(false);
            }
            catch (AudioFormatException e)
            {
                throw e.Of(Path.GetFileName(path));
            }
        }
    }

    /// <summary>Loads everything from a stream, which stays open.</summary>
    /// <param name="stream">The audio from its first byte.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    public static Task<AudioClip> LoadAsync(Stream stream, AudioFileLimits? limits = null, CancellationToken cancellationToken = default) =>
        LoadAsync(stream, limits, AudioDecoders.Default, cancellationToken);

    /// <summary>With decoders that are there, or not.</summary>
    internal static async Task<AudioClip> LoadAsync(Stream stream, AudioFileLimits? limits, AudioDecoders decoders, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= AudioFileLimits.Default;
        var decoder = await decoders.OpenAsync(stream, leaveOpen: true, limits, cancellationToken).ConfigureAwait(false);
        await using (decoder.ConfigureAwait(false))
        {
            if (decoder.Length > limits.MaxClipBytes) throw TooLarge(limits);
            var pcm = new short[4 * decoder.MaxSamples]; // grows with what comes, not with what the file claims
            var length = 0;
            int read;
            while ((read = await decoder.ReadAsync(pcm.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if ((long)length * decoder.SampleBytes > limits.MaxClipBytes) throw TooLarge(limits);
                if (pcm.Length - length < decoder.MaxSamples) Array.Resize(ref pcm, (pcm.Length * 2) + decoder.MaxSamples);
            }
            Array.Resize(ref pcm, length);
            return new AudioClip(pcm, decoder.SampleRate);
        }
    }

    /// <summary>Loads a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AudioClip Load(string path, AudioFileLimits? limits = null)
    {
        // A synchronous handle makes every read complete in place, so nothing is waited for here.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        using var bytes = new MemoryStream();
        limits ??= AudioFileLimits.Default;
        try
        {
            if (file.Length > (long)limits.MaxClipBytes + limits.MaxHeaderBytes) throw TooLarge(limits);
            file.CopyTo(bytes);
            bytes.Position = 0;
            return LoadAsync(bytes, limits).GetAwaiter().GetResult();
        }
        catch (AudioFormatException e)
        {
            throw e.Of(Path.GetFileName(path));
        }
    }

    private static AudioFormatException TooLarge(AudioFileLimits limits) =>
        new($"More than {limits.MaxClipBytes} bytes of audio; play it as a stream instead.");
}
