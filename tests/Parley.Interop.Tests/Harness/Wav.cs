using System.Buffers.Binary;

namespace Parley.Interop.Tests.Harness;

/// <summary>A PCM16 WAV as the tests look at it: one array of samples (−1…1) per channel.</summary>
internal sealed record Wav(int Rate, float[][] Channels)
{
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Channels[0].Length / Rate);

    /// <summary>
    /// Reads a file whatever its size fields say: a recorder that was killed leaves them behind the data, and how far
    /// the data goes is then told by the file's length.
    /// </summary>
    public static Wav Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        Assert.True(bytes.Length > 44 && bytes.AsSpan().StartsWith("RIFF"u8) && bytes.AsSpan(8, 4).SequenceEqual("WAVE"u8), $"{path} is no WAV file");
        int rate = 0, channels = 0, at = 12;
        while (at + 8 <= bytes.Length)
        {
            var name = bytes.AsSpan(at, 4);
            var size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            at += 8;
            if (name.SequenceEqual("fmt "u8))
            {
                Assert.Equal(1, BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(at)));
                channels = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(at + 2));
                rate = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
                Assert.Equal(16, BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(at + 14)));
            }
            else if (name.SequenceEqual("data"u8))
            {
                var length = size <= 0 || at + (long)size > bytes.Length ? bytes.Length - at : size;
                return new(rate, Split(bytes.AsSpan(at, length), channels));
            }
            at += size + (size & 1);
        }
        throw new InvalidDataException($"{path} has no data chunk");
    }

    /// <summary>
    /// The bytes <paramref name="from"/> to <paramref name="to"/> of a file somebody is still writing, with the 44 bytes of header that PCM has; null when
    /// there is no sound among them.
    /// </summary>
    public static Wav? ReadGrowing(string path, long from, long to)
    {
        const int header = 44;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> head = stackalloc byte[header];
        if (to <= header || file.ReadAtLeast(head, header, throwOnEndOfStream: false) < header)
            return null;
        var channels = BinaryPrimitives.ReadInt16LittleEndian(head[22..]);
        var frame = 2 * channels;
        from = Math.Max(from, header);
        from += (frame - ((from - header) % frame)) % frame;
        if (to - from < frame)
            return null;
        var samples = new byte[(to - from) / frame * frame];
        file.Position = from;
        file.ReadExactly(samples);
        return new(BinaryPrimitives.ReadInt32LittleEndian(head[24..]), Split(samples, channels));
    }

    /// <summary>Writes one channel holding a sine at half of full scale.</summary>
    public static string WriteTone(string path, int frequency, TimeSpan length, int rate = 8000)
    {
        var samples = new short[(int)(length.TotalSeconds * rate)];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(16384 * Math.Sin(2 * Math.PI * frequency * i / rate));
        return Write(path, samples, rate);
    }

    /// <summary>Writes one channel.</summary>
    public static string Write(string path, ReadOnlySpan<short> samples, int rate)
    {
        var bytes = new byte[44 + samples.Length * 2];
        "RIFF"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(34), 16);
        "data"u8.CopyTo(bytes.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), samples.Length * 2);
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(44 + i * 2), samples[i]);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static float[][] Split(ReadOnlySpan<byte> data, int channels)
    {
        var frames = data.Length / (2 * channels);
        var result = new float[channels][];
        for (var channel = 0; channel < channels; channel++)
        {
            result[channel] = new float[frames];
            for (var i = 0; i < frames; i++)
                result[channel][i] = BinaryPrimitives.ReadInt16LittleEndian(data[((i * channels + channel) * 2)..]) / 32768f;
        }
        return result;
    }
}
