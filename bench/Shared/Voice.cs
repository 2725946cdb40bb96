namespace Parley.BenchSupport;

/// <summary>A second of something that passes for a vowel: 25 harmonics of 130 Hz under three formants, four syllables a second.</summary>
internal static class Voice
{
    public static short[] Samples(int rate)
    {
        var pcm = new short[rate];
        for (var i = 0; i < rate; i++)
        {
            var value = 0.0;
            for (var h = 1; h <= 25; h++)
            {
                var hertz = 130.0 * h;
                value += (Formant(hertz, 600) + (0.5 * Formant(hertz, 1200)) + (0.25 * Formant(hertz, 2500))) * Math.Sin(2 * Math.PI * hertz * i / rate);
            }

            pcm[i] = (short)(2500 * value * (0.7 + (0.3 * Math.Cos(2 * Math.PI * 4 * i / rate))));
        }

        return pcm;
    }

    private static double Formant(double hertz, double centre) => 1 / (1 + Math.Pow((hertz - centre) / 120, 2));
}
