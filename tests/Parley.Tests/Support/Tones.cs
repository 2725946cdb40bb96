using Parley.Media.Audio;

namespace Parley.Tests.Support;

/// <summary>Tones to send and to look for.</summary>
internal static class Tones
{
    public static ToneSource Of(double hertz, double? seconds = null) =>
        new(hertz, 8000, seconds is { } s ? TimeSpan.FromSeconds(s) : null);

    /// <summary>Reads so much of what a call hears and says whether that frequency prevails in it.</summary>
    public static async Task<bool> HeardAsync(Call call, double hertz, double seconds = 0.5)
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

        return Prevails(pcm.AsSpan(pcm.Length / 2), 8000, hertz);
    }

    /// <summary>True when most of the energy is that frequency's.</summary>
    public static bool Prevails(ReadOnlySpan<short> pcm, int sampleRate, double hertz)
    {
        var energy = 0.0;
        foreach (var sample in pcm)
            energy += (double)sample * sample;
        energy /= pcm.Length;
        return energy > 10_000 && Goertzel.Power(pcm, sampleRate, hertz) > 0.7 * energy;
    }
}
