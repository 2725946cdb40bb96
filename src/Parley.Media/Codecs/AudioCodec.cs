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

    /// <summary>Number of interleaved channels on the uncompressed side.</summary>
    public virtual int Channels => 1;

    /// <summary>Number of channels <c>a=rtpmap</c> names: those of <see cref="Channels"/>, but for Opus, which says 2 whatever is coded (RFC 7587 §7).</summary>
    public virtual int RtpChannels => Channels;

    /// <summary>Why this codec can be neither offered nor accepted on this machine, and what would help; null where it can.</summary>
    public virtual string? Unavailable => null;

    /// <summary>The static payload type of RFC 3551 table 4, or null where a dynamic number (96–127) must be agreed.</summary>
    public virtual byte? StaticPayloadType => null;

    /// <summary>Value for <c>a=fmtp</c>, or null when the codec needs none.</summary>
    public virtual string? FormatParameters => null;

    /// <summary>Largest payload in bytes that <paramref name="samples"/> PCM samples (all channels) can encode to.</summary>
    public abstract int MaxEncodedBytes(int samples);

    /// <summary>Largest number of PCM samples (all channels) that <paramref name="bytes"/> of payload can decode to.</summary>
    public abstract int MaxDecodedSamples(int bytes);

    /// <summary>The milliseconds of audio to put into a packet: those wished for, or the nearest below that the codec can do.</summary>
    /// <param name="wished">10 to 60.</param>
    /// <param name="parameters">What the receiver wrote in <c>a=fmtp</c>; null for nothing.</param>
    public virtual int PacketMilliseconds(int wished, string? parameters) => wished;

    /// <summary>A new encoder with fresh state; not thread-safe. One that can be disposed of should be.</summary>
    /// <exception cref="InvalidOperationException">The codec is <see cref="Unavailable"/>.</exception>
    public abstract IAudioEncoder CreateEncoder();

    /// <summary>A new encoder for a receiver that has said what it wants.</summary>
    /// <param name="parameters">What it wrote in <c>a=fmtp</c>; null for nothing.</param>
    /// <exception cref="InvalidOperationException">The codec is <see cref="Unavailable"/>.</exception>
    public virtual IAudioEncoder CreateEncoder(string? parameters) => CreateEncoder();

    /// <summary>A new decoder with fresh state; not thread-safe. One that can be disposed of should be.</summary>
    /// <exception cref="InvalidOperationException">The codec is <see cref="Unavailable"/>.</exception>
    public abstract IAudioDecoder CreateDecoder();
}

/// <summary>Turns linear PCM into payload bytes. One stream's state; used by one thread at a time; never allocates.</summary>
public interface IAudioEncoder
{
    /// <summary>Encodes all of <paramref name="pcm"/> (16-bit, interleaved) and returns the number of bytes written; 0 when it is silence that need not be sent.</summary>
    int Encode(ReadOnlySpan<short> pcm, Span<byte> payload);
}

/// <summary>Turns payload bytes into linear PCM. One stream's state; used by one thread at a time; never allocates.</summary>
public interface IAudioDecoder
{
    /// <summary>Decodes all of <paramref name="payload"/> and returns the number of samples written (16-bit, interleaved); 0 when there is no sense in it.</summary>
    int Decode(ReadOnlySpan<byte> payload, Span<short> pcm);
}
