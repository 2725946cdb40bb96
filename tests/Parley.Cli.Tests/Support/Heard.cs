using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Cli.Tests.Support;

/// <summary>What a call hears.</summary>
internal static class Heard
{
    // Handlers run on the thread pool, for which the virtual clock waits only so long: on a busy machine a tone may come later.
    private const int Tries = 25;

    /// <summary>Listens until that frequency has most of the energy of a stretch; false when ten seconds pass without.</summary>
    public static async Task<bool> ToneAsync(Call call, double hertz)
    {
        await using var reader = call.OpenReader(new() { SampleRate = 8000 });
        var pcm = new short[3200];
        for (var i = 0; i < Tries; i++)
        {
            if (!await FillAsync(reader, pcm))
                return false;
            var part = pcm[(pcm.Length / 2)..]; // the beginning may be the jitter buffer's
            var energy = part.Average(sample => (double)sample * sample);
            if (energy > 10_000 && Goertzel.Power(part, 8000, hertz) > 0.7 * energy)
                return true;
        }

        return false;
    }

    private static async Task<bool> FillAsync(AudioReader reader, Memory<short> pcm)
    {
        while (pcm.Length > 0)
        {
            var read = await reader.ReadAsync(pcm);
            if (read == 0)
                return false;
            pcm = pcm[read..];
        }

        return true;
    }
}
