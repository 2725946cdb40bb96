using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>One law of ITU-T G.711: a sample and its code, one at a time and eight at once with the same result.</summary>
internal interface IG711Law
{
    static abstract byte Encode(short sample);

    static abstract short Decode(byte payload);

    static abstract Vector256<int> Encode(Vector256<int> samples);

    static abstract Vector256<int> Decode(Vector256<int> payload);
}
