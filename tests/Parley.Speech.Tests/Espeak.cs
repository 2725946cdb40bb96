using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Parley.Media.Audio;

namespace Parley.Speech.Tests;

/// <summary>Speech for fixtures, from Debian's espeak-ng; each sentence is made once.</summary>
internal static class Espeak
{
    private static readonly ConcurrentDictionary<(string, int, string), AudioClip> s_clips = new();

    public static bool IsInstalled { get; } = File.Exists("/usr/bin/espeak-ng");

    public static AudioClip Say(string voice, int speed, string text) => s_clips.GetOrAdd((voice, speed, text), static key => Make(key.Item1, key.Item2, key.Item3));

    private static AudioClip Make(string voice, int speed, string text)
    {
        var start = new ProcessStartInfo("espeak-ng") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--stdin", "--stdout", "-v", voice, "-s", speed.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        var wav = bytes.ToArray();
        var pcm = new short[(wav.Length - 44) / 2]; // espeak-ng's header has always these 44 bytes, with a length it does not know
        Buffer.BlockCopy(wav, 44, pcm, 0, pcm.Length * 2);
        return new AudioClip(pcm, 22050);
    }
}
