namespace Parley.Testing.Rhai.Evaluation;

/// <summary>An integer as 64 bits, the lowest first.</summary>
internal static class BitFields
{
    public static bool Get(long number, int index) => ((number >> index) & 1) != 0;

    public static long Set(long number, int index, bool bit) => bit ? number | (1L << index) : number & ~(1L << index);

    public static long Get(long number, int start, int count) => count == 0 ? 0 : (number >>> start) & Mask(count);

    public static long Set(long number, int start, int count, long bits) =>
        count == 0 ? number : (number & ~(Mask(count) << start)) | ((bits & Mask(count)) << start);

    private static long Mask(int count) => count >= 64 ? -1 : (1L << count) - 1;
}
