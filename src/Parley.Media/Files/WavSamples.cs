using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Parley.Media.Codecs;

namespace Parley.Media.Files;

/// <summary>Turns the bytes behind a header into mono PCM; two channels become their mean.</summary>
internal static class WavSamples
{
    /// <summary>Decodes whole blocks and returns the number of mono samples; <paramref name="work"/> holds all channels for a while.</summary>
    public static int ToMono(WavHeader header, ReadOnlySpan<byte> blocks, Span<short> work, Span<short> mono)
    {
        var samples = Decode(header.Encoding, blocks, header.Channels == 1 ? mono : work);
        if (header.Channels == 1) return samples;
        for (var i = 0; i < samples / 2; i++)
            mono[i] = (short)((work[2 * i] + work[(2 * i) + 1]) >> 1);
        return samples / 2;
    }

    private static int Decode(WavEncoding encoding, ReadOnlySpan<byte> bytes, Span<short> pcm)
    {
        switch (encoding)
        {
            case WavEncoding.ALaw:
                G711.Decode<ALaw>(bytes, pcm);
                return bytes.Length;
            case WavEncoding.MuLaw:
                G711.Decode<MuLaw>(bytes, pcm);
                return bytes.Length;
            default:
                var source = MemoryMarshal.Cast<byte, short>(bytes);
                if (BitConverter.IsLittleEndian) source.CopyTo(pcm);
                else BinaryPrimitives.ReverseEndianness(source, pcm);
                return source.Length;
        }
    }
}
