using System.Buffers.Binary;

namespace Parley.Media.Files;

/// <summary>How the samples of a WAV are coded.</summary>
public enum WavEncoding
{
    /// <summary>16-bit linear PCM, little-endian (format tag 1).</summary>
    Pcm16 = 1,

    /// <summary>G.711 A-law (format tag 6).</summary>
    ALaw = 6,

    /// <summary>G.711 µ-law (format tag 7).</summary>
    MuLaw = 7,

    /// <summary>G.722 at 64 kbit/s, mono at 16 kHz (format tag 0x028F); written, but not played.</summary>
    G722 = 0x028F,
}

/// <summary>What stands before the audio of a RIFF/WAVE file or stream.</summary>
public sealed record WavHeader
{
    private const ushort Extensible = 0xFFFE;
    private const uint UnknownLength = uint.MaxValue;

    /// <summary>Coding of the samples.</summary>
    public required WavEncoding Encoding { get; init; }

    /// <summary>Samples per second and channel, 4000 to 192000.</summary>
    public required int SampleRate { get; init; }

    /// <summary>1 or 2, interleaved.</summary>
    public required int Channels { get; init; }

    /// <summary>Bytes from the beginning to the first sample.</summary>
    public required int DataOffset { get; init; }

    /// <summary>Bytes of audio; null when the writer did not know (0 or 0xFFFFFFFF), so that audio lasts to the end of the stream.</summary>
    public required long? DataLength { get; init; }

    /// <summary>Bytes of one sample of all channels.</summary>
    public int BlockAlign => Channels * (Encoding == WavEncoding.Pcm16 ? 2 : 1);

    /// <summary>Reads a header.</summary>
    /// <param name="start">The beginning of the file, as much as there is of it.</param>
    /// <param name="header">The header; null when <paramref name="start"/> ends before the audio begins.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="AudioFormatException">It is no WAV, or none that can be played.</exception>
    public static bool TryRead(ReadOnlySpan<byte> start, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WavHeader? header)
    {
        header = null;
        CheckRiff(start);
        if (start.Length < 12) return false;
        WavHeader? format = null;
        long at = 12;
        while (at + 8 <= start.Length)
        {
            var chunk = start[(int)at..];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
            {
                header = (format ?? throw new AudioFormatException("The 'data' chunk comes before any 'fmt ' chunk.")) with
                {
                    DataOffset = (int)at + 8,
                    DataLength = length is 0 or UnknownLength ? null : length,
                };
                return true;
            }
            if (chunk.StartsWith("fmt "u8))
            {
                if (length is < 16 or > 1024) throw new AudioFormatException($"The 'fmt ' chunk has {length} bytes; it should have 16, 18 or 40.");
                if (chunk.Length < 8 + length) return false;
                format = ReadFormat(chunk.Slice(8, (int)length));
            }
            at += 8 + length + (length & 1); // chunks begin at even places
        }
        return false;
    }

    private static void CheckRiff(ReadOnlySpan<byte> start)
    {
        if (!Begins(start, "RIFF"u8))
        {
            throw new AudioFormatException(start switch
            {
                _ when Begins(start, "RIFX"u8) => "This is a big-endian RIFX file; a little-endian RIFF file is needed.",
                _ when Begins(start, "RF64"u8) => "This is an RF64 file; a RIFF file below 4 GiB is needed.",
                _ => "This is no WAV: it does not begin with 'RIFF'.",
            })
            {
                IsOtherCoding = Begins(start, "RIFX"u8) || Begins(start, "RF64"u8),
            };
        }
        if (start.Length > 8 && !Begins(start[8..], "WAVE"u8))
            throw new AudioFormatException("This is a RIFF file but no WAV: its type is not 'WAVE'.");
    }

    private static bool Begins(ReadOnlySpan<byte> start, ReadOnlySpan<byte> mark)
    {
        var length = Math.Min(start.Length, mark.Length);
        return start[..length].SequenceEqual(mark[..length]);
    }

    private static WavHeader ReadFormat(ReadOnlySpan<byte> chunk)
    {
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        var align = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (tag == Extensible)
        {
            if (chunk.Length < 40) throw new AudioFormatException($"An extensible 'fmt ' chunk must have 40 bytes, not {chunk.Length}.");
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]); // the first two bytes of the sub-format's GUID
        }
        var encoding = (tag, bits) switch
        {
            (1, 16) => WavEncoding.Pcm16,
            (6, 8) => WavEncoding.ALaw,
            (7, 8) => WavEncoding.MuLaw,
            (1, _) => throw OtherCoding($"PCM with {bits} bits per sample is not played; 16 bits are."),
            (3, _) => throw OtherCoding("Floating-point samples are not played; 16-bit PCM, A-law and µ-law are."),
            _ => throw OtherCoding($"Format tag {tag} with {bits} bits per sample is not played; 16-bit PCM (1), A-law (6) and µ-law (7) are."),
        };
        if (channels is not (1 or 2)) throw new AudioFormatException($"{channels} channels are not played; mono and stereo are.");
        if (rate is < 4000 or > 192_000) throw new AudioFormatException($"A rate of {rate} samples per second is not played; 4000 to 192000 are.");
        var header = new WavHeader { Encoding = encoding, SampleRate = (int)rate, Channels = channels, DataOffset = 0, DataLength = null };
        if (align != header.BlockAlign)
            throw new AudioFormatException($"The block size is {align} bytes; {channels} channels of {bits} bits make {header.BlockAlign}.");
        return header;
    }

    private static AudioFormatException OtherCoding(string message) => new(message) { IsOtherCoding = true };
}
