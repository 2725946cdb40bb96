namespace Parley.Media.Engine;

/// <summary>Fills the place of lost frames with what was heard last, fading out.</summary>
internal sealed class Concealment(int sampleRate)
{
    private readonly short[] _last = new short[sampleRate / 50];
    private int _gain;

    public void Heard(ReadOnlySpan<short> pcm)
    {
        if (pcm.Length >= _last.Length)
            pcm[^_last.Length..].CopyTo(_last);
        _gain = 3;
    }

    public void Conceal(Span<short> pcm)
    {
        for (var i = 0; i < pcm.Length; i++)
            pcm[i] = (short)(_last[i % _last.Length] * _gain / 4);
        _gain = Math.Max(0, _gain - 1);
    }

    public void Silence() => _gain = 0;
}
