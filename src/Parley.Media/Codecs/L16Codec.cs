using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Parley.Media.Codecs;

/// <summary>L16 (RFC 3551 §4.5.11): 16-bit samples in network byte order.</summary>
internal sealed class L16Codec(int rate, int channels) : AudioCodec, IAudioEncoder, IAudioDecoder
{
    public override string Name => "L16";

    public override int ClockRate => rate;

    public override int SampleRate => rate;

    public override int Channels => channels;

    public override byte? StaticPayloadType => (rate, channels) switch
    {
        (44100, 2) => 10,
        (44100, 1) => 11,
        _ => null,
    };

    public override int MaxEncodedBytes(int samples) => samples * 2;

    public override int MaxDecodedSamples(int bytes) => bytes / 2;

    // Byte order is no state, so the codec is its own coder.
    public override IAudioEncoder CreateEncoder() => this;

    public override IAudioDecoder CreateDecoder() => this;

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        var target = MemoryMarshal.Cast<byte, short>(payload[..(pcm.Length * 2)]);
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(pcm, target);
        else pcm.CopyTo(target);
        return pcm.Length * 2;
    }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        var source = MemoryMarshal.Cast<byte, short>(payload); // leaves a stray last byte out
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(source, pcm);
        else source.CopyTo(pcm);
        return source.Length;
    }
}
