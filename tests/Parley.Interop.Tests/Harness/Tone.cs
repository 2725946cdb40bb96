namespace Parley.Interop.Tests.Harness;

/// <summary>One stretch of a recording with the same dominant frequency; 0 Hz is silence.</summary>
internal readonly record struct ToneSpan(int Frequency, double Start, double Length)
{
    public override string ToString() => $"{(Frequency == 0 ? "silence" : Frequency + " Hz")} at {Start:0.00} s for {Length:0.00} s";
}

/// <summary>What a recording sounds like, by Goertzel's algorithm over windows of 50 ms.</summary>
internal static class Tone
{
    private const double Window = 0.05;

    /// <summary>Quieter than this (−46 dBFS) counts as silence: comfort noise and codec idle patterns lie below it.</summary>
    private const double Silence = 0.005;

    /// <summary>A grid of 10 Hz: windows of 50 ms resolve 20 Hz, and every tone the extensions play lies 100 Hz from the next.</summary>
    private const int Step = 10, Lowest = 200, Highest = 1600;

    /// <summary>The dominant frequency of a window, 0 if it is silent.</summary>
    public static int Dominant(ReadOnlySpan<float> samples, int rate)
    {
        if (Rms(samples) < Silence)
            return 0;
        var (best, bestPower) = (0, 0.0);
        for (var frequency = Lowest; frequency <= Highest; frequency += Step)
        {
            var power = Power(samples, rate, frequency);
            if (power > bestPower)
                (best, bestPower) = (frequency, power);
        }
        return best;
    }

    /// <summary>The recording as a list of stretches, each at least <paramref name="atLeast"/> seconds long.</summary>
    public static List<ToneSpan> Spans(float[] samples, int rate, double atLeast = 0.15)
    {
        var size = (int)(rate * Window);
        var spans = new List<ToneSpan>();
        for (var at = 0; at + size <= samples.Length; at += size)
        {
            var frequency = Dominant(samples.AsSpan(at, size), rate);
            var last = spans.Count > 0 ? spans[^1] : default;
            if (spans.Count > 0 && Math.Abs(last.Frequency - frequency) <= Step)
                spans[^1] = last with { Length = last.Length + Window };
            else
                spans.Add(new(frequency, (double)at / rate, Window));
        }
        return Merge(spans, atLeast);
    }

    /// <summary>Fails unless the tone is heard for at least so many seconds in all.</summary>
    public static void AssertHeard(float[] samples, int rate, int frequency, double atLeast)
    {
        var spans = Spans(samples, rate);
        var heard = Heard(spans, frequency);
        Assert.True(heard >= atLeast, $"{frequency} Hz was heard for {heard:0.00} s instead of {atLeast} s; the recording holds: {Describe(spans)}");
    }

    /// <summary>The one channel on which the tone is heard for at least so many seconds; fails if there is none, or more than one.</summary>
    public static float[] ChannelWith(Wav recording, int frequency, double atLeast = 0.15)
    {
        var all = recording.Channels.Select(channel => (Samples: channel, Spans: Spans(channel, recording.Rate))).ToList();
        var with = all.Where(channel => Heard(channel.Spans, frequency) >= atLeast).ToList();
        Assert.True(with.Count == 1, $"{frequency} Hz was heard for {atLeast} s on {with.Count} channels; they hold: {string.Join(" | ", all.Select(channel => Describe(channel.Spans)))}");
        return with[0].Samples;
    }

    /// <summary>Waits until a file that somebody writes has the tone on one channel, for at least so many seconds in all.</summary>
    public static Task AssertRecordsAsync(string path, int frequency, double atLeast) => Eventually.AssertAsync(() => _ = ChannelWith(Wav.Read(path), frequency, atLeast));

    /// <summary>Fails if the tone is heard for longer than so many seconds in all.</summary>
    public static void AssertNotHeard(float[] samples, int rate, int frequency, double atMost = 0.15)
    {
        var spans = Spans(samples, rate);
        var heard = Heard(spans, frequency);
        Assert.True(heard <= atMost, $"{frequency} Hz was heard for {heard:0.00} s; the recording holds: {Describe(spans)}");
    }

    // A stretch has the frequency of its first window, which lies a step beside when the tone began within it.
    private static double Heard(List<ToneSpan> spans, int frequency)
        => spans.Where(span => Math.Abs(span.Frequency - frequency) <= Step).Sum(span => span.Length);

    /// <summary>Fails unless the tones come in this order (silence and repetitions between them do not count).</summary>
    public static void AssertSequence(float[] samples, int rate, params int[] frequencies)
    {
        var spans = Spans(samples, rate);
        var heard = spans.Where(span => span.Frequency != 0).Select(span => span.Frequency).ToList();
        var next = 0;
        foreach (var frequency in heard)
            if (next < frequencies.Length && Math.Abs(frequency - frequencies[next]) <= Step)
                next++;
        Assert.True(next == frequencies.Length,
            $"expected {string.Join(", ", frequencies)} Hz in this order; the recording holds: {Describe(spans)}");
    }

    /// <summary>
    /// How alike two recordings' loudness over time is, at the best offset: 1 is the same speech. It does not care about level, codec or sampling rate, nor about the frame or two that
    /// the jitter buffer of a phone drops or repeats on a machine under load: each second may lie a little beside where the one before it lay.
    /// </summary>
    public static double Likeness(Wav prompt, Wav heard)
    {
        var a = Envelope(prompt);
        var b = Envelope(heard);
        var best = 0.0;
        for (var offset = 0; offset + a.Length <= b.Length + a.Length / 10; offset++)
            best = Math.Max(best, Correlation(a, Followed(a, b, offset)));
        return best;
    }

    // The second recording, second by second where it fits the first best, never more than two windows from where the second before it ended.
    private static double[] Followed(double[] a, double[] b, int offset)
    {
        const int Slip = 2;
        var second = (int)(1 / Window);
        var followed = new double[a.Length];
        for (var start = 0; start < a.Length; start += second)
        {
            var part = a.AsSpan(start, Math.Min(second, a.Length - start));
            var best = (Likeness: double.NegativeInfinity, At: offset);
            for (var at = Math.Max(-start, offset - Slip); at <= offset + Slip; at++)
            {
                var likeness = Correlation(part, From(b, start + at));
                if (likeness > best.Likeness || (likeness == best.Likeness && at == offset))
                    best = (likeness, at);
            }
            offset = best.At;
            var found = From(b, start + offset);
            found[..Math.Min(part.Length, found.Length)].CopyTo(followed.AsSpan(start));
        }
        return followed;
    }

    private static ReadOnlySpan<double> From(double[] values, int start) => values.AsSpan(Math.Min(start, values.Length));

    public static string Describe(IEnumerable<ToneSpan> spans) => string.Join("; ", spans);

    private static List<ToneSpan> Merge(List<ToneSpan> spans, double atLeast)
    {
        var merged = new List<ToneSpan>();
        foreach (var span in spans.Where(span => span.Length >= atLeast))
        {
            if (merged.Count > 0 && Math.Abs(merged[^1].Frequency - span.Frequency) <= Step)
                merged[^1] = merged[^1] with { Length = merged[^1].Length + span.Length };
            else
                merged.Add(span);
        }
        return merged;
    }

    private static double Power(ReadOnlySpan<float> samples, int rate, int frequency)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * frequency / rate);
        double before = 0, last = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            // A Hann window keeps a tone between two grid lines from leaking into far ones.
            var hann = 0.5 - 0.5 * Math.Cos(2 * Math.PI * i / samples.Length);
            (before, last) = (last, samples[i] * hann + coefficient * last - before);
        }
        return last * last + before * before - coefficient * last * before;
    }

    private static double Rms(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples)
            sum += sample * sample;
        return Math.Sqrt(sum / Math.Max(1, samples.Length));
    }

    private static double[] Envelope(Wav wav)
    {
        var size = (int)(wav.Rate * Window);
        return [.. Enumerable.Range(0, wav.Channels[0].Length / size).Select(i => Rms(wav.Channels[0].AsSpan(i * size, size)))];
    }

    private static double Correlation(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sumA = 0, sumB = 0, sumAA = 0, sumBB = 0, sumAB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var other = i < b.Length ? b[i] : 0;
            sumA += a[i];
            sumB += other;
            sumAA += a[i] * a[i];
            sumBB += other * other;
            sumAB += a[i] * other;
        }
        var n = a.Length;
        var spread = Math.Sqrt((n * sumAA - sumA * sumA) * (n * sumBB - sumB * sumB));
        return spread > 1e-9 ? (n * sumAB - sumA * sumB) / spread : 0;
    }
}
