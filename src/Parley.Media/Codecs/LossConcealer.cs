using Parley.Media.Engine;

namespace Parley.Media.Codecs;

/// <summary>
/// Fills gaps of lost packets with the last pitch period repeated, in the manner of ITU-T G.711 appendix I: full level for
/// 10 ms, then fading to silence at 60 ms, and a cross-fade back into the next packet that arrives. Works on decoded PCM, so for
/// any codec. One stream's state; used by one thread at a time; never allocates after construction. Adds no delay: where the
/// appendix holds output back to blend into the gap, here the step at its edge is faded out inside the gap.
/// </summary>
public sealed class LossConcealer
{
    private const int MinPitchMilliseconds = 5;   // 200 Hz, appendix I §I.2.2
    private const int MaxPitchMilliseconds = 15;  // 66 Hz
    private const int WindowMilliseconds = 20;    // correlation window
    private const int FullLevelMilliseconds = 10;
    private const int SilentAfterMilliseconds = 60;

    private readonly int _perMillisecond;
    private readonly short[] _history;
    private readonly short[] _period;
    private int _pitch;
    private int _phase;
    private int _lost; // samples concealed since the last packet
    private float _step; // jump at the edge of the gap, faded out over its first quarter period

    /// <summary>Makes a concealer for one stream.</summary>
    /// <param name="sampleRate">Samples per second, 8000 to 48000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public LossConcealer(int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 48000);
        _perMillisecond = sampleRate / 1000;
        _history = new short[_perMillisecond * (MaxPitchMilliseconds + WindowMilliseconds + MaxPitchMilliseconds / 4 + 1)];
        _period = new short[_perMillisecond * MaxPitchMilliseconds];
    }

    /// <summary>Has what the next packet needs fetched.</summary>
    internal void Approach() => CacheHint.Fetch(_history, 12 * 64);

    /// <summary>Samples filled in since construction.</summary>
    public long ConcealedSamples { get; private set; }

    /// <summary>Takes the audio of a packet that arrived; after a gap its beginning is blended with the fill.</summary>
    /// <param name="pcm">Decoded samples, changed in place after a gap.</param>
    public void Received(Span<short> pcm)
    {
        if (_lost > 0) Blend(pcm);
        _lost = 0;
        Remember(pcm);
    }

    /// <summary>Fills a gap.</summary>
    /// <param name="pcm">Buffer for as many samples as were lost.</param>
    public void Conceal(Span<short> pcm)
    {
        if (pcm.IsEmpty) return;
        if (_lost == 0) StartGap();
        Fill(pcm);
        Remember(pcm);
        ConcealedSamples += pcm.Length;
    }

    /// <summary>Forgets the past, as when another stream begins.</summary>
    public void Reset()
    {
        Array.Clear(_history);
        _lost = 0;
    }

    private void StartGap()
    {
        _pitch = FindPitch();
        _phase = 0;
        var end = _history.Length;
        _history.AsSpan(end - _pitch, _pitch).CopyTo(_period);

        // The period's last quarter turns into what came before its first sample, so that it joins itself when repeated.
        var quarter = _pitch / 4;
        for (var i = 0; i < quarter; i++)
        {
            var weight = (i + 1f) / quarter;
            var at = _pitch - quarter + i;
            _period[at] = (short)((_period[at] * (1 - weight)) + (_history[end - _pitch - quarter + i] * weight));
        }
        _step = _history[end - 1] - _history[end - 1 - _pitch];
    }

    private void Fill(Span<short> pcm)
    {
        var quarter = _pitch / 4;
        for (var i = 0; i < pcm.Length; i++)
        {
            float value = _period[_phase];
            if (++_phase == _pitch) _phase = 0;
            if (_lost < quarter) value += _step * (1 - ((_lost + 1f) / quarter));
            pcm[i] = (short)Math.Clamp(value * Level(_lost), short.MinValue, short.MaxValue);
            _lost++;
        }
    }

    private float Level(int lost)
    {
        var full = FullLevelMilliseconds * _perMillisecond;
        var silent = SilentAfterMilliseconds * _perMillisecond;
        return lost < full ? 1 : lost >= silent ? 0 : (silent - lost) / (float)(silent - full);
    }

    /// <summary>Cross-fades over 4 ms and as much again for each 10 ms lost, 10 ms at most (appendix I §I.2.7).</summary>
    private void Blend(Span<short> pcm)
    {
        var milliseconds = Math.Min(10, 4 + (4 * (_lost / (10 * _perMillisecond))));
        var length = Math.Min(pcm.Length, milliseconds * _perMillisecond);
        for (var i = 0; i < length; i++)
        {
            var weight = (i + 1f) / (length + 1);
            var fill = _period[_phase] * Level(_lost);
            if (++_phase == _pitch) _phase = 0;
            _lost++;
            pcm[i] = (short)((pcm[i] * weight) + (fill * (1 - weight)));
        }
    }

    private void Remember(ReadOnlySpan<short> pcm)
    {
        if (pcm.Length >= _history.Length)
        {
            pcm[^_history.Length..].CopyTo(_history);
            return;
        }
        _history.AsSpan(pcm.Length).CopyTo(_history);
        pcm.CopyTo(_history.AsSpan(_history.Length - pcm.Length));
    }

    /// <summary>The lag at which the past resembles itself most; first on every second lag and sample, then around the best.</summary>
    private int FindPitch()
    {
        var (shortest, longest) = (MinPitchMilliseconds * _perMillisecond, MaxPitchMilliseconds * _perMillisecond);
        var best = shortest;
        var score = float.NegativeInfinity;
        var stride = _perMillisecond / 4; // 4 kHz is enough to find the neighbourhood
        for (var lag = shortest; lag <= longest; lag += stride)
            Keep(lag, stride, ref best, ref score);

        score = float.NegativeInfinity;
        var middle = best;
        for (var lag = Math.Max(shortest, middle - stride); lag <= Math.Min(longest, middle + stride); lag++)
            Keep(lag, 1, ref best, ref score);
        return best;
    }

    private void Keep(int lag, int stride, ref int best, ref float score)
    {
        float cross = 0, energy = 1; // one keeps silence from dividing by zero
        var end = _history.Length;
        for (var i = end - (WindowMilliseconds * _perMillisecond); i < end; i += stride)
        {
            float now = _history[i], then = _history[i - lag];
            cross += now * then;
            energy += then * then;
        }
        var here = cross / MathF.Sqrt(energy);
        if (here <= score) return;
        score = here;
        best = lag;
    }
}
