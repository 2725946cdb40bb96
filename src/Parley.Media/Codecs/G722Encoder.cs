namespace Parley.Media.Codecs;

/// <summary>The encoder of G.722 §3: two bands by a mirror filter, ADPCM with six bits in the lower and two in the higher.</summary>
internal sealed class G722Encoder : IAudioEncoder
{
    private const int HighDecision = 564; // Q2

    private readonly G722MirrorFilter _filter = new();
    private G722Band _low = new(32);
    private G722Band _high = new(8);

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if ((pcm.Length & 1) != 0) throw new ArgumentException("G.722 encodes pairs of samples; the count must be even.", nameof(pcm));
        var bytes = pcm.Length / 2;
        payload = payload[..bytes];
        for (var i = 0; i < bytes; i++)
        {
            var (even, odd) = _filter.Run(pcm[2 * i], pcm[(2 * i) + 1]);
            payload[i] = (byte)((EncodeHigh((odd - even) >> 14) << 6) | EncodeLow((even + odd) >> 14));
        }
        return bytes;
    }

    private int EncodeLow(int sample)
    {
        var difference = G722Band.Saturate(sample - _low.Estimate);
        var magnitude = difference >= 0 ? difference : ~difference;
        var level = Level(magnitude, _low.Scale);
        var code = difference < 0 ? G722Tables.LowNegativeCodes[level] : G722Tables.LowPositiveCodes[level];

        var coarse = code >> 2; // prediction uses four of the six bits, so that the lower two can be given away
        var quantized = (_low.Scale * G722Tables.LowPredictionOutputs[coarse]) >> 15;
        _low.Adapt(G722Tables.LowScaleSteps[coarse], 18432, 8);
        _low.Predict(quantized);
        return code;
    }

    /// <summary>Block 1L: the first of 30 intervals whose upper decision level is above the magnitude, by halving.</summary>
    private static int Level(int magnitude, int scale)
    {
        var levels = G722Tables.LowDecisions;
        int low = 1, high = 30;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (magnitude < (levels[middle] * scale) >> 12) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private int EncodeHigh(int sample)
    {
        var difference = G722Band.Saturate(sample - _high.Estimate);
        var magnitude = difference >= 0 ? difference : ~difference;
        var outer = magnitude >= (HighDecision * _high.Scale) >> 12;
        var code = (difference < 0 ? 0 : 2) + (outer ? 0 : 1);

        var quantized = (_high.Scale * G722Tables.HighOutputs[code]) >> 15;
        _high.Adapt(G722Tables.HighScaleSteps[code], 22528, 10);
        _high.Predict(quantized);
        return code;
    }
}
