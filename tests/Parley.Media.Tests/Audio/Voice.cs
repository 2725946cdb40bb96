namespace Parley.Media.Tests.Audio;

/// <summary>Something like a voice: harmonics of a gliding pitch in syllables, four a second. What a codec for speech takes for speech.</summary>
internal static class Voice
{
    public static short[] Make(int rate, int milliseconds)
    {
        var pcm = new short[rate * milliseconds / 1000];
        var phase = 0.0;
        for (var i = 0; i < pcm.Length; i++)
        {
            var time = (double)i / rate;
            phase += 2 * Math.PI * (140 + 25 * Math.Sin(2 * Math.PI * 0.7 * time)) / rate;
            var voice = 0.0;
            for (var harmonic = 1; harmonic <= 20; harmonic++)
                voice += Math.Sin(harmonic * phase) / harmonic;
            pcm[i] = (short)(7000 * voice * Math.Pow(Math.Sin(Math.PI * 4 * time), 2));
        }

        return pcm;
    }
}
