namespace Parley.Media.Codecs;

/// <summary>The decoder of G.722 §4, mode 1: all eight bits of a code are audio.</summary>
internal sealed class G722Decoder : IAudioDecoder
{
    private readonly G722MirrorFilter _filter = new();
    private G722Band _low = new(32);
    private G722Band _high = new(8);

    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        pcm = pcm[..(payload.Length * 2)];
        for (var i = 0; i < payload.Length; i++)
        {
            var low = DecodeLow(payload[i] & 0x3F);
            var high = DecodeHigh(payload[i] >> 6);
            var (even, odd) = _filter.Run(low + high, low - high);
            pcm[2 * i] = (short)G722Band.Saturate(odd >> 11);
            pcm[(2 * i) + 1] = (short)G722Band.Saturate(even >> 11);
        }
        return payload.Length * 2;
    }

    private int DecodeLow(int code)
    {
        var coarse = code >> 2;
        var sample = Limit(_low.Estimate + ((_low.Scale * G722Tables.LowOutputs[code]) >> 15));
        var quantized = (_low.Scale * G722Tables.LowPredictionOutputs[coarse]) >> 15;
        _low.Adapt(G722Tables.LowScaleSteps[coarse], 18432, 8);
        _low.Predict(quantized);
        return sample;
    }

    private int DecodeHigh(int code)
    {
        var quantized = (_high.Scale * G722Tables.HighOutputs[code]) >> 15;
        var sample = Limit(_high.Estimate + quantized);
        _high.Adapt(G722Tables.HighScaleSteps[code], 22528, 10);
        _high.Predict(quantized);
        return sample;
    }

    /// <summary>LIMIT: sub-band signals have 15 bits.</summary>
    private static int Limit(int value) => Math.Clamp(value, -16384, 16383);
}
