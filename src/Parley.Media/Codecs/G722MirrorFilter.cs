namespace Parley.Media.Codecs;

/// <summary>
/// The 24-tap quadrature mirror filter (G.722 §3.1, §4.4) as its two 12-tap halves. History lives in two rings written twice,
/// so that the newest twelve samples of each half are always one run of memory.
/// </summary>
internal sealed class G722MirrorFilter
{
    private const int Taps = 12;

    private readonly int[] _first = new int[Taps * 2];
    private readonly int[] _second = new int[Taps * 2];
    private int _oldest;

    /// <summary>Shifts two samples in and returns the sums over the even and the odd positions.</summary>
    public (int Even, int Odd) Run(int first, int second)
    {
        _first[_oldest] = _first[_oldest + Taps] = first;
        _second[_oldest] = _second[_oldest + Taps] = second;
        _oldest = _oldest + 1 == Taps ? 0 : _oldest + 1;

        var firsts = _first.AsSpan(_oldest, Taps);
        var seconds = _second.AsSpan(_oldest, Taps);
        var coefficients = G722Tables.Mirror;
        int even = 0, odd = 0;
        for (var i = 0; i < Taps; i++)
        {
            even += firsts[i] * coefficients[i];
            odd += seconds[i] * coefficients[Taps - 1 - i];
        }
        return (even, odd);
    }
}
