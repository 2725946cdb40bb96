using System.Globalization;
using Parley.Media.Audio;

namespace Parley.Testing.Audio;

/// <summary>How much of one frequency is in a stretch of audio.</summary>
/// <param name="Share">Its share of all energy: about 1 for a pure tone, near 0 for anything else.</param>
/// <param name="Rms">Root mean square of the stretch, 0 to 32767.</param>
/// <param name="Samples">Its length.</param>
internal readonly record struct ToneScore(double Share, double Rms, int Samples)
{
    /// <summary>Share from which a tone counts as heard in a whole window.</summary>
    public const double Threshold = 0.2;

    /// <summary>Share a short stretch needs, in which a voice may sing the same note for a moment.</summary>
    public const double ShortThreshold = 0.5;

    // Below this everything is the noise of a codec: -66 dBov.
    private const double LeastRms = 16;

    public static ToneScore Of(ReadOnlySpan<short> pcm, int sampleRate, double hertz)
    {
        if (pcm.IsEmpty)
            return default;
        var energy = 0.0;
        foreach (var sample in pcm)
            energy += (double)sample * sample;
        var mean = energy / pcm.Length;
        var share = mean == 0 || hertz >= sampleRate / 2.0 ? 0 : Math.Min(1, Goertzel.Power(pcm, sampleRate, hertz) / mean);
        return new ToneScore(share, Math.Sqrt(mean), pcm.Length);
    }

    public bool Reaches(double threshold) => Share >= threshold && Rms >= LeastRms;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"score {Share:0.00}, rms {Rms:0}, {Samples} samples");
}
