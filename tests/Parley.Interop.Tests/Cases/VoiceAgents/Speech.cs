using Parley.Interop.Tests.Harness;
using Parley.Testing.Audio;
using Parley.TestSupport;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>What phones say, and whether it was what somebody heard.</summary>
internal static class Speech
{
    // The same words by way of telephones are above it, other words below: the next two figures of each assertion say by how much.
    private const double Enough = 0.65, Margin = 0.15;

    private const string Other = "Seventeen green bicycles are for sale behind the old station.";

    /// <summary>A sentence again and again with pauses, two minutes of it: however late the other side listens, one comes.</summary>
    public static short[] Recurring(string text, double pause)
    {
        var sentence = Espeak.Say(text);
        var samples = new short[120 * 8_000];
        for (var at = (int)(pause * 8_000); at + sentence.Length < samples.Length; at += sentence.Length + (int)(pause * 8_000))
            sentence.CopyTo(samples.AsSpan(at));
        return samples;
    }

    /// <summary>Fails unless the recording holds this sentence, and not just any.</summary>
    public static void AssertHeard(string text, float[] recording, int rate)
    {
        var heard = Media.Audio.Resampler.Convert([.. recording.Select(sample => (short)(sample * 32_767))], rate, AudioLikeness.Rate);
        var likeness = AudioLikeness.Of(heard, Espeak.Say(text));
        var other = AudioLikeness.Of(heard, Espeak.Say(Other));
        Assert.True(likeness >= Enough && likeness - other >= Margin, $"'{text}' is in the recording by {likeness:0.00}, a sentence nobody said by {other:0.00}; it lasts {recording.Length / (double)rate:0.0} s.");
    }
}
