using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Parley.Media.Audio;

namespace Parley.TestSupport;

/// <summary>Speech as Debian's espeak-ng says it; each sentence is made once.</summary>
internal static class Espeak
{
    // Its header always has these 44 bytes, with a length it does not know.
    private const int HeaderBytes = 44;

    private static readonly ConcurrentDictionary<(string Voice, int Speed, string Text), AudioClip> s_clips = new();

    public static bool IsInstalled { get; } = File.Exists("/usr/bin/espeak-ng");

    /// <summary>A sentence as it comes, at 22,050 Hz.</summary>
    public static AudioClip Say(string voice, int speed, string text) => s_clips.GetOrAdd((voice, speed, text), static key => Make(key.Voice, key.Speed, key.Text));

    /// <summary>A sentence at 8 kHz, in the voice that Parley takes when nobody names one.</summary>
    public static short[] Say(string text)
    {
        var clip = Say("en-us", 175, text);
        return Resampler.Convert(clip.Samples.Span, clip.SampleRate, 8_000);
    }

    private static AudioClip Make(string voice, int speed, string text)
    {
        var start = new ProcessStartInfo("espeak-ng", ["--stdin", "--stdout", "-v", voice, "-s", speed.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        var wav = bytes.ToArray();
        var pcm = new short[(wav.Length - HeaderBytes) / 2];
        Buffer.BlockCopy(wav, HeaderBytes, pcm, 0, pcm.Length * 2);
        return new AudioClip(pcm, BitConverter.ToInt32(wav, 24));
    }
}
