using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>Runs of samples by either law of ITU-T G.711, sixteen at once where the processor can. A law is a type, so each gets loops of its own.</summary>
internal static class G711
{
    public static void Encode<TLaw>(ReadOnlySpan<short> pcm, Span<byte> payload)
        where TLaw : struct, IG711Law
    {
        payload = payload[..pcm.Length];
        var done = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(pcm);
            ref var target = ref MemoryMarshal.GetReference(payload);
            for (; done <= pcm.Length - Vector256<short>.Count; done += Vector256<short>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)done));
                var codes = Vector256.Narrow(TLaw.Encode(low), TLaw.Encode(high));
                Vector128.Narrow(codes.GetLower(), codes.GetUpper()).AsByte().StoreUnsafe(ref target, (nuint)done);
            }
        }
        for (; done < pcm.Length; done++)
            payload[done] = TLaw.Encode(pcm[done]);
    }

    public static void Decode<TLaw>(ReadOnlySpan<byte> payload, Span<short> pcm)
        where TLaw : struct, IG711Law
    {
        pcm = pcm[..payload.Length];
        var done = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(payload);
            ref var target = ref MemoryMarshal.GetReference(pcm);
            for (; done <= payload.Length - Vector128<byte>.Count; done += Vector128<byte>.Count)
            {
                var (first, second) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)done));
                var (low, high) = Vector256.Widen(Vector256.Create(first, second));
                Vector256.Narrow(TLaw.Decode(low.AsInt32()), TLaw.Decode(high.AsInt32())).StoreUnsafe(ref target, (nuint)done);
            }
        }
        for (; done < payload.Length; done++)
            pcm[done] = TLaw.Decode(payload[done]);
    }
}
