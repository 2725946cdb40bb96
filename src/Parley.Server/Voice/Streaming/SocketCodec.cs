using System.Runtime.InteropServices;
using Parley.Media.Codecs;

namespace Parley.Server.Voice.Streaming;

/// <summary>Audio as it goes over a socket: <c>pcm</c> (16-bit little-endian at 16 kHz), <c>pcmu</c>, <c>pcma</c>, <c>g722</c>. One stream each way; never allocates after construction.</summary>
internal sealed class SocketCodec
{
    private readonly IAudioDecoder? _decoder;
    private readonly IAudioEncoder? _encoder;
    private byte _half; // the first byte of a sample whose second has not come
    private bool _hasHalf;

    private SocketCodec(AudioCodec? codec)
    {
        SampleRate = codec?.SampleRate ?? 16000;
        SamplesPerFrame = SampleRate / 50;
        FrameBytes = codec?.MaxEncodedBytes(SamplesPerFrame) ?? SamplesPerFrame * 2;
        _decoder = codec?.CreateDecoder();
        _encoder = codec?.CreateEncoder();
    }

    /// <summary>Samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>Samples of 20 ms.</summary>
    public int SamplesPerFrame { get; }

    /// <summary>Bytes of 20 ms.</summary>
    public int FrameBytes { get; }

    /// <summary>The codec of a name; null when there is none.</summary>
    public static SocketCodec? Of(string? name) => name?.ToLowerInvariant() switch
    {
        null or "" or "pcm" => new(null),
        "pcmu" => new(AudioCodecs.Pcmu),
        "pcma" => new(AudioCodecs.Pcma),
        "g722" => new(AudioCodecs.G722),
        _ => null,
    };

    /// <summary>Samples that so many bytes can give.</summary>
    public int MaxSamples(int bytes) => (bytes + 1) * (_decoder is null ? 1 : 2);

    /// <summary>Takes bytes as they come; a sample may be split between two pieces.</summary>
    /// <returns>Number of samples written.</returns>
    public int Decode(ReadOnlySpan<byte> bytes, Span<short> pcm)
    {
        if (_decoder is not null)
            return _decoder.Decode(bytes, pcm);
        var count = 0;
        if (_hasHalf && !bytes.IsEmpty)
        {
            pcm[count++] = (short)(_half | (bytes[0] << 8));
            bytes = bytes[1..];
            _hasHalf = false;
        }

        // Samples are little-endian on every machine .NET runs on.
        var whole = MemoryMarshal.Cast<byte, short>(bytes);
        whole.CopyTo(pcm[count..]);
        if ((bytes.Length & 1) != 0)
            (_half, _hasHalf) = (bytes[^1], true);
        return count + whole.Length;
    }

    /// <summary>Writes a frame.</summary>
    /// <returns>Number of bytes written.</returns>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> bytes)
    {
        if (_encoder is not null)
            return _encoder.Encode(pcm, bytes);
        MemoryMarshal.AsBytes(pcm).CopyTo(bytes);
        return pcm.Length * 2;
    }
}
