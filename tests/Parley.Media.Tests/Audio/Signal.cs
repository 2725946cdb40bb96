namespace Parley.Media.Tests.Audio;

/// <summary>Test signals and the questions asked of what came out: which frequency, how loud, how clean.</summary>
internal static class Signal
{
    /// <summary>A sine.</summary>
    public static short[] Sine(double hertz, int rate, int samples, double amplitude = 10_000) =>
        Sum(rate, samples, (hertz, amplitude));

    /// <summary>A sum of sines.</summary>
    public static short[] Sum(int rate, int samples, params (double Hertz, double Amplitude)[] tones)
    {
        var pcm = new short[samples];
        for (var i = 0; i < samples; i++)
        {
            var value = tones.Sum(tone => tone.Amplitude * Math.Sin(2 * Math.PI * tone.Hertz * i / rate));
            pcm[i] = (short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue);
        }
        return pcm;
    }

    /// <summary>White noise, the same for the same seed.</summary>
    public static short[] Noise(int samples, int amplitude, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples).Select(_ => (short)random.Next(-amplitude, amplitude + 1))];
    }

    /// <summary>Root of the mean square.</summary>
    public static double Rms(ReadOnlySpan<short> pcm)
    {
        var sum = 0.0;
        foreach (var sample in pcm) sum += (double)sample * sample;
        return pcm.IsEmpty ? 0 : Math.Sqrt(sum / pcm.Length);
    }

    /// <summary>The strongest frequency from 50 Hz up, to about 1 Hz.</summary>
    public static double DominantHertz(ReadOnlySpan<short> pcm, int rate)
    {
        var (best, power) = (0.0, -1.0);
        for (var hertz = 50.0; hertz < rate / 2.0; hertz += 10) Try(pcm, hertz);
        var coarse = best;
        for (var hertz = coarse - 10; hertz <= coarse + 10; hertz++) Try(pcm, hertz);
        return best;

        void Try(ReadOnlySpan<short> samples, double hertz)
        {
            var here = Fit(samples, rate, hertz).Power;
            if (here > power) (best, power) = (hertz, here);
        }
    }

    /// <summary>Ratio in dB of the sine at this frequency, fitted by least squares, to everything else.</summary>
    public static double ToneToRestDb(ReadOnlySpan<short> pcm, int rate, double hertz)
    {
        var (a, b, _) = Fit(pcm, rate, hertz);
        double tone = 0, rest = 0;
        for (var i = 0; i < pcm.Length; i++)
        {
            var fitted = (a * Math.Sin(2 * Math.PI * hertz * i / rate)) + (b * Math.Cos(2 * Math.PI * hertz * i / rate));
            tone += fitted * fitted;
            rest += (pcm[i] - fitted) * (pcm[i] - fitted);
        }
        return 10 * Math.Log10(tone / Math.Max(rest, 1e-9));
    }

    /// <summary>Amplitude of the sine at this frequency.</summary>
    public static double Amplitude(ReadOnlySpan<short> pcm, int rate, double hertz) => Math.Sqrt(Fit(pcm, rate, hertz).Power);

    private static (double Sine, double Cosine, double Power) Fit(ReadOnlySpan<short> pcm, int rate, double hertz)
    {
        double sine = 0, cosine = 0;
        var step = 2 * Math.PI * hertz / rate;
        for (var i = 0; i < pcm.Length; i++)
        {
            sine += pcm[i] * Math.Sin(step * i);
            cosine += pcm[i] * Math.Cos(step * i);
        }
        sine *= 2.0 / pcm.Length;
        cosine *= 2.0 / pcm.Length;
        return (sine, cosine, (sine * sine) + (cosine * cosine));
    }
}
