using Parley.TestSupport;

namespace Parley.Speech.Tests.Activity;

/// <summary>Sentences with pauses between them, and where each frame of 20 ms has a voice, known from the clean speech.</summary>
internal sealed record Talk(int Rate, short[] Pcm, bool[] Voiced, IReadOnlyList<(TimeSpan Start, TimeSpan End)> Utterances)
{
    /// <summary>Voices that the detector's weights were not fitted to.</summary>
    private static readonly string[] s_voices = ["en+f1", "en-us+m7", "fr+f3", "es+m4"];

    public static Talk Make(int rate, int seed, string noise, double snr)
    {
        var random = new Random(seed);
        var pcm = new List<short>(new short[rate]);
        var utterances = new List<(TimeSpan, TimeSpan)>();
        for (var i = 0; i < 8; i++)
        {
            var speech = Espeak.Say(s_voices[(i + seed) % 4], 150 + (10 * (i % 3)), Sounds.Sentences[(i + seed) % Sounds.Sentences.Length]).At(rate).Span;
            var gain = Math.Pow(10, ((random.NextDouble() * 10) - 14) / 20);
            var start = pcm.Count;
            pcm.AddRange(Sounds.Scale(speech, gain));
            utterances.Add((TimeSpan.FromSeconds((double)start / rate), TimeSpan.FromSeconds((double)pcm.Count / rate)));
            pcm.AddRange(new short[(int)(rate * (0.8 + random.NextDouble()))]);
        }

        var clean = pcm.ToArray();
        var voiced = Label(clean, rate / 50, out var level);
        var loud = level / Math.Pow(10, snr / 20);
        var floor = noise switch
        {
            "white" => Sounds.White(clean.Length, loud, seed),
            "babble" => Sounds.Babble(rate, clean.Length, loud, seed),
            _ => Sounds.White(clean.Length, 1, seed),
        };
        return new(rate, Sounds.Mix(clean, floor), voiced, utterances);
    }

    /// <summary>A frame has voice from 27 dB below the loud ones on; gaps within words, up to 60 ms, count.</summary>
    private static bool[] Label(short[] clean, int frame, out double level)
    {
        var powers = clean.Chunk(frame).Where(part => part.Length == frame).Select(part => Math.Pow(Sounds.Rms(part), 2)).ToArray();
        var threshold = powers.Order().ElementAt((int)(powers.Length * 0.9)) * 0.002;
        level = Math.Sqrt(powers.Where(power => power > threshold).Average());
        var voiced = powers.Select(power => power > threshold).ToArray();
        for (var i = 1; i < voiced.Length; i++)
        {
            if (voiced[i] || !voiced[i - 1]) continue;
            var next = Array.IndexOf(voiced, true, i);
            if (next > 0 && next - i < 4) Array.Fill(voiced, true, i, next - i);
        }

        return voiced;
    }
}
