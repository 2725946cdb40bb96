namespace Parley.Media.Codecs;

/// <summary>
/// Describes an audio codec as RTP and SDP name it, and makes its coders. A codec is a value: two with the same
/// <see cref="Name"/>, <see cref="ClockRate"/> and <see cref="Channels"/> are the same codec whatever payload type number
/// a session gives it (RFC 3264 §5.1, RFC 3551 §6).
/// </summary>
public abstract class AudioCodec
{
    /// <summary>Encoding name as registered for <c>a=rtpmap</c>; compared without regard to case (RFC 8866 §6.6).</summary>
    public abstract string Name { get; }

    /// <summary>RTP timestamp units per second. For G.722 this is 8000 although it samples at 16000 (RFC 3551 §4.5.2).</summary>
    public abstract int ClockRate { get; }

    /// <summary>PCM samples per second and channel on the uncompressed side.</summary>
    public abstract int SampleRate { get; }

    /// <summary>Number of interleaved channels.</summary>
    public virtual int Channels => 1;

    /// <summary>The static payload type of RFC 3551 table 4, or null where a dynamic number (96–127) must be agreed.</summary>
    public virtual byte? StaticPayloadType => null;

    /// <summary>Value for <c>a=fmtp</c>, or null when the codec needs none.</summary>
    public virtual string? FormatParameters => null;

    /// <summary>Largest payload in bytes that <paramref name="samples"/> PCM samples (all channels) can encode to.</summary>
    public abstract int MaxEncodedBytes(int samples);

    /// <summary>Largest number of PCM samples (all channels) that <paramref name="bytes"/> of payload can decode to.</summary>
    public abstract int MaxDecodedSamples(int bytes);

    /// <summary>A new encoder with fresh state; not thread-safe.</summary>
    public abstract IAudioEncoder CreateEncoder();

    /// <summary>A new decoder with fresh state; not thread-safe.</summary>
    public abstract IAudioDecoder CreateDecoder();
}

/// <summary>Turns linear PCM into payload bytes. One stream's state; used by one thread at a time; never allocates.</summary>
public interface IAudioEncoder
{
    /// <summary>Encodes all of <paramref name="pcm"/> (16-bit, interleaved) and returns the number of bytes written.</summary>
    int Encode(ReadOnlySpan<short> pcm, Span<byte> payload);
}

/// <summary>Turns payload bytes into linear PCM. One stream's state; used by one thread at a time; never allocates.</summary>
public interface IAudioDecoder
{
    /// <summary>Decodes all of <paramref name="payload"/> and returns the number of samples written (16-bit, interleaved).</summary>
    int Decode(ReadOnlySpan<byte> payload, Span<short> pcm);
}
