using Parley.Media.Audio;
using Parley.TestSupport;

namespace Parley.Speech.Tests;

/// <summary>Signals for fixtures; the same for the same seed.</summary>
internal static class Sounds
{
    public static readonly string[] Sentences =
    [
        "Hello, I would like to know when my order will arrive.", "Yes please.", "Could you tell me the opening hours on Saturday?",
        "My number is four seven one, zero two two, nine.", "No, that is not what I meant, let me explain it again.", "Thank you very much, goodbye.",
        "Where were you while we were away?", "I need to speak to an agent about my account.", "The invoice from the third of March is wrong.", "Please hold the line.",
    ];

    public static short[] Tone(int rate, double seconds, double amplitude, params double[] hertz)
    {
        var pcm = new short[(int)(rate * seconds)];
        for (var i = 0; i < pcm.Length; i++)
            pcm[i] = (short)Math.Clamp(hertz.Sum(h => amplitude * Math.Sin(2 * Math.PI * h * i / rate)), short.MinValue, short.MaxValue);
        return pcm;
    }

    public static short[] Silence(int rate, double seconds) => new short[(int)(rate * seconds)];

    /// <summary>White noise of Gaussian amplitude with this RMS.</summary>
    public static short[] White(int samples, double rms, int seed)
    {
        var random = new Random(seed);
        var pcm = new short[samples];
        for (var i = 0; i < samples; i++)
            pcm[i] = (short)Math.Clamp(rms * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()), short.MinValue, short.MaxValue);
        return pcm;
    }

    /// <summary>Six people who talk at once.</summary>
    public static short[] Babble(int rate, int samples, double rms, int seed)
    {
        string[] voices = ["en+m4", "en+f5", "de+m5", "en-us+m6", "en+f3", "es+m1", "fr+f4", "en+m8"];
        var random = new Random(seed);
        var sum = new double[samples];
        for (var talker = 0; talker < 6; talker++)
        {
            // Two tellings per voice, so that few processes are started.
            var order = Enumerable.Range(0, Sentences.Length).Select(i => Sentences[(i + (seed % 2 * 4)) % Sentences.Length]);
            var speech = Espeak.Say(voices[(talker + seed) % voices.Length], 150 + (talker * 8), string.Join(' ', order)).At(rate).Span;
            var offset = random.Next(speech.Length);
            for (var i = 0; i < samples; i++)
                sum[i] += speech[(i + offset) % speech.Length];
        }

        var scale = rms / Math.Sqrt(sum.Sum(x => x * x) / samples);
        return [.. sum.Select(x => (short)Math.Clamp(x * scale, short.MinValue, short.MaxValue))];
    }

    public static double Rms(ReadOnlySpan<short> pcm)
    {
        var sum = 0.0;
        foreach (var sample in pcm) sum += (double)sample * sample;
        return pcm.IsEmpty ? 0 : Math.Sqrt(sum / pcm.Length);
    }

    public static short[] Mix(ReadOnlySpan<short> one, ReadOnlySpan<short> other)
    {
        var pcm = one.ToArray();
        Mixer.AddSaturated(pcm, other[..Math.Min(pcm.Length, other.Length)]);
        return pcm;
    }

    public static short[] Join(params short[][] parts) => [.. parts.SelectMany(part => part)];

    public static short[] Scale(ReadOnlySpan<short> pcm, double gain)
    {
        var scaled = pcm.ToArray();
        foreach (ref var sample in scaled.AsSpan())
            sample = (short)Math.Clamp(sample * gain, short.MinValue, short.MaxValue);
        return scaled;
    }

    /// <summary>Passes audio on in 20 ms frames, as a media clock does.</summary>
    public static void Feed(IAudioSink sink, ReadOnlySpan<short> pcm)
    {
        var frame = sink.SampleRate / 50;
        for (; pcm.Length >= frame; pcm = pcm[frame..])
            sink.Write(pcm[..frame]);
    }
}
