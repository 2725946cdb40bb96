namespace Parley.Media.Files;

/// <summary>
/// Finds the decoder of a file by its first bytes. WAV is read by our own reader, while it comes; other formats by libsndfile where
/// the system has it, and so are WAVs in a coding that our reader does not know.
/// </summary>
internal sealed class AudioDecoders(SoundFileLibrary? library)
{
    private const string Played = "WAV, MP3, Ogg (Vorbis, Opus, FLAC), FLAC, AIFF and AU are played";

    /// <summary>Those of this system.</summary>
    public static AudioDecoders Default { get; } = new(SoundFileLibrary.Installed);

    /// <param name="stream">The file from its first byte. Owned by the decoder unless told otherwise; when this throws it still is the caller's.</param>
    /// <param name="leaveOpen">Leaves the stream open.</param>
    /// <param name="limits">How much is taken in.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="AudioFormatException">It is no audio that can be played here; the message says what it is.</exception>
    public async ValueTask<IAudioDecoder> OpenAsync(Stream stream, bool leaveOpen, AudioFileLimits limits, CancellationToken ct)
    {
        var start = new StreamStart(stream);
        while (AudioSignature.NeedsMore(start.Bytes) && await start.MoreAsync(limits.MaxHeaderBytes, ct).ConfigureAwait(false))
        {
        }
        if (start.Length == 0) throw new AudioFormatException("The stream ends after 0 bytes, before any audio.");
        var signature = AudioSignature.Of(start.Bytes);
        if (signature.Kind == AudioSignatureKind.Unknown) throw new AudioFormatException($"This is {signature.Name}; {Played}.");
        AudioFormatException? ours = null;
        if (signature.Kind == AudioSignatureKind.Wav)
        {
            try
            {
                return await WavStreamReader.OpenAsync(start, leaveOpen, limits, ct).ConfigureAwait(false);
            }
            catch (AudioFormatException e) when (e.IsOtherCoding && library is not null)
            {
                ours = e;
            }
        }
        if (library is null)
        {
            throw new AudioFormatException(
                $"This is {signature.Name}, which takes libsndfile to decode, and that is not installed: apt-get install libsndfile1. WAV is played without it.");
        }
        try
        {
            return await SoundFileReader.OpenAsync(library, signature.Name, start, leaveOpen, limits, ct).ConfigureAwait(false);
        }
        catch (AudioFormatException) when (ours is not null)
        {
            throw ours; // it says more of a WAV than the library does
        }
    }
}
