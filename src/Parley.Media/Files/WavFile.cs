using Parley.Media.Audio;

namespace Parley.Media.Files;

/// <summary>Loads WAV recordings into memory.</summary>
public static class WavFile
{
    /// <summary>Loads a file. Prompts that play often are loaded once and kept; see <see cref="AudioClip"/>.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="WavFormatException">It is no WAV that can be played, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<AudioClip> LoadAsync(string path, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
            return await LoadAsync(file, limits, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads everything from a stream, which stays open.</summary>
    /// <param name="stream">The WAV from its first byte.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="WavFormatException">It is no WAV that can be played, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    public static async Task<AudioClip> LoadAsync(Stream stream, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= AudioFileLimits.Default;
        var reader = await WavStreamReader.OpenAsync(stream, leaveOpen: true, limits, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var header = reader.Header;
            if (header.DataLength > limits.MaxClipBytes) throw TooLarge(limits);
            var pcm = new short[4 * reader.MaxSamples]; // grows with what comes, not with what the header claims
            var length = 0;
            int read;
            while ((read = await reader.ReadAsync(pcm.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if ((long)length * header.BlockAlign > limits.MaxClipBytes) throw TooLarge(limits);
                if (pcm.Length - length < reader.MaxSamples) Array.Resize(ref pcm, (pcm.Length * 2) + reader.MaxSamples);
            }
            Array.Resize(ref pcm, length);
            return new AudioClip(pcm, header.SampleRate);
        }
    }

    /// <summary>Loads a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">How much is taken in; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <exception cref="WavFormatException">It is no WAV that can be played, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AudioClip Load(string path, AudioFileLimits? limits = null)
    {
        // A synchronous handle makes every read complete in place, so nothing is waited for here.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        using var bytes = new MemoryStream();
        limits ??= AudioFileLimits.Default;
        if (file.Length > (long)limits.MaxClipBytes + limits.MaxHeaderBytes) throw TooLarge(limits);
        file.CopyTo(bytes);
        bytes.Position = 0;
        return LoadAsync(bytes, limits).GetAwaiter().GetResult();
    }

    private static WavFormatException TooLarge(AudioFileLimits limits) =>
        new($"More than {limits.MaxClipBytes} bytes of audio; play it as a stream instead.");
}
