using System.Runtime.InteropServices;

namespace Parley.TestSupport;

/// <summary>Files in the formats that libsndfile decodes, written by itself.</summary>
internal static partial class SoundFiles
{
    public const string Missing = "libsndfile is not installed.";

    private const string Library = "libsndfile.so.1";
    private const int Write = 0x20; // SFM_WRITE

    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, typeof(SoundFiles).Assembly, null, out _);

    /// <summary>A file of a tone, the same in all channels, at about a third of full scale.</summary>
    public static string WriteTone(string path, SoundFormat format, double hertz, double seconds = 1, int rate = 16_000, int channels = 1)
    {
        var pcm = new short[(int)(rate * seconds) * channels];
        for (var i = 0; i < pcm.Length; i++)
            pcm[i] = (short)(10_000 * Math.Sin(2 * Math.PI * hertz * (i / channels) / rate));
        return WriteSamples(path, format, pcm, rate, channels);
    }

    /// <summary>The bytes of such a file.</summary>
    public static byte[] Tone(SoundFormat format, double hertz, double seconds = 1, int rate = 16_000, int channels = 1)
    {
        var path = Path.GetTempFileName();
        try
        {
            return File.ReadAllBytes(WriteTone(path, format, hertz, seconds, rate, channels));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A file of these samples.</summary>
    public static string WriteSamples(string path, SoundFormat format, short[] interleaved, int rate, int channels)
    {
        var info = new Info { Rate = rate, Channels = channels, Format = (int)format };
        var file = Open(path, Write, ref info);
        if (file == 0)
            throw new InvalidOperationException($"libsndfile does not write {format} with {rate} samples per second.");
        // In pieces: its Opus encoder takes no more at once than it has room for on the stack.
        for (var at = 0; at < interleaved.Length; at += 4096 * channels)
        {
            var piece = interleaved[at..Math.Min(interleaved.Length, at + (4096 * channels))];
            // Its MP3 encoder garbles two channels of 16 bits, and its WAV of floating point takes 16 bits for whole numbers.
            if (format is SoundFormat.Mp3 or SoundFormat.WavFloat)
                WriteFloats(file, [.. piece.Select(sample => sample / 32768f)], piece.Length);
            else
                WriteShorts(file, piece, piece.Length);
        }

        _ = Close(file);
        return path;
    }

    [LibraryImport(Library, EntryPoint = "sf_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int mode, ref Info info);

    [LibraryImport(Library, EntryPoint = "sf_write_short")]
    private static partial long WriteShorts(nint file, short[] samples, long count);

    [LibraryImport(Library, EntryPoint = "sf_write_float")]
    private static partial long WriteFloats(nint file, float[] samples, long count);

    [LibraryImport(Library, EntryPoint = "sf_close")]
    private static partial int Close(nint file);

    [StructLayout(LayoutKind.Sequential)]
    private struct Info
    {
        public long Frames;
        public int Rate;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }
}

/// <summary>What libsndfile calls formats and codings.</summary>
public enum SoundFormat
{
    Wav24 = 0x010003,
    WavFloat = 0x010006,
    WavGsm = 0x010020,
    WavBigEndian = 0x20010002,
    Rf64 = 0x220002,
    Aiff = 0x020002,
    Au = 0x030002,
    Flac = 0x170002,
    Vorbis = 0x200060,
    Opus = 0x200064,
    Mp3 = 0x230082,
}
