using System.Text;

namespace Parley.Media.Tests.Files;

/// <summary>WAV files put together by hand, so that they can be wrong.</summary>
internal static class WavBytes
{
    public static byte[] Format(int tag, int channels, int rate, int bits, int? align = null, byte[]? extension = null)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((short)tag);
        writer.Write((short)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((short)(align ?? channels * bits / 8));
        writer.Write((short)bits);
        if (extension is not null) writer.Write(extension);
        return bytes.ToArray();
    }

    public static byte[] Extension(int tag)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((short)22);
        writer.Write((short)16);
        writer.Write(3);
        writer.Write((short)tag);
        writer.Write([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        return bytes.ToArray();
    }

    public static byte[] File(params (string Name, byte[] Body, uint? Length)[] chunks)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("RIFF"u8);
        writer.Write(0);
        writer.Write("WAVE"u8);
        foreach (var (name, body, length) in chunks)
        {
            writer.Write(Encoding.ASCII.GetBytes(name));
            writer.Write(length ?? (uint)body.Length);
            writer.Write(body);
            if (body.Length % 2 == 1) writer.Write((byte)0);
        }
        return bytes.ToArray();
    }

    public static byte[] Pcm(params short[] samples)
    {
        var bytes = new byte[samples.Length * 2];
        Buffer.BlockCopy(samples, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    /// <summary>A usual file.</summary>
    public static byte[] Usual(short[] pcm, int rate = 8000, int channels = 1) =>
        File(("fmt ", Format(1, channels, rate, 16), null), ("data", Pcm(pcm), null));
}
