namespace Parley.Media.Engine;

/// <summary>Fills the place of lost frames.</summary>
internal sealed class Concealment
{
    public Concealment(int sampleRate) => _ = sampleRate;

    public void Heard(Span<short> pcm) => _ = pcm;

    public void Conceal(Span<short> pcm) => pcm.Clear();

    public void Silence()
    {
    }
}
