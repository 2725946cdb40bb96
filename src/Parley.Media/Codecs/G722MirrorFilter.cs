using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>
/// The 24-tap quadrature mirror filter (G.722 §3.1, §4.4) as its two 12-tap halves. History lives in two rings written twice,
/// so that the newest twelve samples of each half are always one run of memory.
/// </summary>
internal sealed class G722MirrorFilter
{
    private const int Taps = 12;

    private static readonly Vector256<int> Coefficients = Vector256.Create(3, -11, 12, 32, -210, 951, 3876, -805); // table 11
    private static readonly Vector128<int> LastCoefficients = Vector128.Create(362, -156, 53, -11);
    private static readonly Vector256<int> Reversed = Vector256.Create(-11, 53, -156, 362, -805, 3876, 951, -210);
    private static readonly Vector128<int> LastReversed = Vector128.Create(32, 12, -11, 3);

    private readonly int[] _first = new int[Taps * 2];
    private readonly int[] _second = new int[Taps * 2];
    private int _oldest;

    /// <summary>Shifts two samples in and returns the sums over the even and the odd positions.</summary>
    public (int Even, int Odd) Run(int first, int second)
    {
        _first[_oldest] = _first[_oldest + Taps] = first;
        _second[_oldest] = _second[_oldest + Taps] = second;
        _oldest = _oldest + 1 == Taps ? 0 : _oldest + 1;
        return (Sum(_first, Coefficients, LastCoefficients), Sum(_second, Reversed, LastReversed));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Sum(int[] ring, Vector256<int> coefficients, Vector128<int> last)
    {
        ref var samples = ref MemoryMarshal.GetArrayDataReference(ring);
        var sum = Vector256.LoadUnsafe(ref samples, (nuint)_oldest) * coefficients;
        var rest = Vector128.LoadUnsafe(ref samples, (nuint)_oldest + 8) * last;
        return Vector128.Sum(sum.GetLower() + sum.GetUpper() + rest);
    }
}
