using System.Diagnostics;
using Parley.Media.Audio;

namespace Parley.TestSupport;

/// <summary>Speech as Debian's espeak-ng says it, with the voice that Parley takes when nobody names one.</summary>
internal static class Espeak
{
    // Its header always has these 44 bytes, with a length it does not know.
    private const int HeaderBytes = 44;

    /// <summary>A sentence at 8 kHz.</summary>
    public static short[] Say(string text)
    {
        var start = new ProcessStartInfo("espeak-ng", ["--stdin", "--stdout", "-v", "en-us", "-s", "175"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        var wav = bytes.ToArray();
        var pcm = new short[(wav.Length - HeaderBytes) / 2];
        Buffer.BlockCopy(wav, HeaderBytes, pcm, 0, pcm.Length * 2);
        return Resampler.Convert(pcm, BitConverter.ToInt32(wav, 24), 8_000);
    }
}
