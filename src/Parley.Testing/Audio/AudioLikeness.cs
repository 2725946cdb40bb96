using System.Numerics;

namespace Parley.Testing.Audio;

/// <summary>
/// Says how alike two recordings are although codecs, levels and a different start lie between them: both become a row of loudness in bands of 20 ms each, and the row of the
/// reference is laid on that of the recording at every place.
/// </summary>
internal static class AudioLikeness
{
    private const int SampleRate = 8_000;
    private const int Frame = 160;
    private const int Spectrum = 256;

    // Edges in bins of 31.25 Hz, closer together where the ear is finer; 3.4 kHz is where a telephone ends.
    private static readonly int[] s_edges = [3, 6, 9, 12, 15, 19, 24, 30, 38, 48, 60, 75, 92, 109];

    // Quieter frames are pauses: what is in them is noise of the way.
    private const double LeastEnergy = 160 * 50.0 * 50.0;

    /// <summary>1 for the same, about 0 for something else.</summary>
    /// <param name="heard">What was heard, 8 kHz.</param>
    /// <param name="reference">What is looked for, 8 kHz; the pause it may close with need not be heard.</param>
    public static double Of(ReadOnlySpan<short> heard, ReadOnlySpan<short> reference)
    {
        var there = Features(heard);
        var wanted = Features(reference);
        // A call that ends with the words leaves no time for the pause behind them.
        wanted = wanted[..(wanted.FindLastIndex(frame => frame is not null) + 1)];
        var loud = wanted.Count(frame => frame is not null);
        if (loud == 0 || there.Count < wanted.Count)
            return 0;
        var best = 0.0;
        for (var shift = 0; shift + wanted.Count <= there.Count; shift++)
        {
            var sum = 0.0;
            for (var i = 0; i < wanted.Count; i++)
            {
                if (wanted[i] is { } one && there[shift + i] is { } other)
                    sum += Math.Max(0, Product(one, other));
            }

            best = Math.Max(best, sum / loud);
        }

        return best;
    }

    /// <summary>Loudness of each band of each frame, in decibels about their mean and of length one; null for a pause.</summary>
    private static List<float[]?> Features(ReadOnlySpan<short> pcm)
    {
        var frames = new List<float[]?>(pcm.Length / Frame);
        var buffer = new Complex[Spectrum];
        for (var at = 0; at + Frame <= pcm.Length; at += Frame)
            frames.Add(Bands(pcm.Slice(at, Frame), buffer));
        return frames;
    }

    private static float[]? Bands(ReadOnlySpan<short> pcm, Complex[] buffer)
    {
        var energy = 0.0;
        Array.Clear(buffer);
        for (var i = 0; i < pcm.Length; i++)
        {
            energy += (double)pcm[i] * pcm[i];
            buffer[i] = pcm[i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / (pcm.Length - 1))));
        }

        if (energy < LeastEnergy)
            return null;
        Transform(buffer);
        var bands = new float[s_edges.Length - 1];
        var mean = 0f;
        for (var band = 0; band < bands.Length; band++)
        {
            var power = 1.0;
            for (var bin = s_edges[band]; bin < s_edges[band + 1]; bin++)
                power += (buffer[bin].Real * buffer[bin].Real) + (buffer[bin].Imaginary * buffer[bin].Imaginary);
            // A floor 40 dB below the frame: quantising noise there differs from codec to codec.
            bands[band] = (float)Math.Log10(power + (energy * 1e-2));
            mean += bands[band] / bands.Length;
        }

        var length = 0f;
        for (var band = 0; band < bands.Length; band++)
        {
            bands[band] -= mean;
            length += bands[band] * bands[band];
        }

        length = MathF.Sqrt(length);
        for (var band = 0; band < bands.Length && length > 0; band++)
            bands[band] /= length;
        return bands;
    }

    private static double Product(float[] one, float[] other)
    {
        var sum = 0f;
        for (var i = 0; i < one.Length; i++)
            sum += one[i] * other[i];
        return sum;
    }

    // Cooley and Tukey, in place.
    private static void Transform(Complex[] values)
    {
        for (int i = 1, j = 0; i < values.Length; i++)
        {
            var bit = values.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }

        for (var length = 2; length <= values.Length; length <<= 1)
        {
            var turn = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (var start = 0; start < values.Length; start += length)
            {
                var factor = Complex.One;
                for (var k = 0; k < length / 2; k++)
                {
                    var even = values[start + k];
                    var odd = values[start + k + (length / 2)] * factor;
                    values[start + k] = even + odd;
                    values[start + k + (length / 2)] = even - odd;
                    factor *= turn;
                }
            }
        }
    }

    /// <summary>The rate both recordings have to be at.</summary>
    public static int Rate => SampleRate;
}
