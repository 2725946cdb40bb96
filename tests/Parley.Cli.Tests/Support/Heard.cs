using Parley.Media.Audio;

namespace Parley.Cli.Tests.Support;

/// <summary>What a call hears.</summary>
internal static class Heard
{
    /// <summary>Reads a stretch and says whether that frequency has most of its energy.</summary>
    public static async Task<bool> ToneAsync(Call call, double hertz, double seconds = 0.4)
    {
        await using var reader = call.OpenReader(new() { SampleRate = 8000 });
        var pcm = new short[(int)(8000 * seconds)];
        for (var at = 0; at < pcm.Length;)
        {
            var read = await reader.ReadAsync(pcm.AsMemory(at));
            if (read == 0)
                return false;
            at += read;
        }

        // The beginning is the jitter buffer's.
        var part = pcm[(pcm.Length / 2)..];
        var energy = part.Average(sample => (double)sample * sample);
        return energy > 10_000 && Goertzel.Power(part, 8000, hertz) > 0.7 * energy;
    }
}
