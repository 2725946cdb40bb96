namespace Parley.Sip.Transactions;

/// <summary>
/// Keeps messages that only wait for a repetition, in arrays hardly larger than they are: a packet buffer would cost five times as much for
/// the 32 s that most responses linger. One per lane.
/// </summary>
internal sealed class ByteStore
{
    private const int Step = 64;
    private const int Largest = 2048;

    // Arrays kept per size: what comes back and goes out within one turn of the lane, not the peak of the day.
    private const int KeptPerSize = 1024;

    private readonly Stack<byte[]>[] _free = new Stack<byte[]>[Largest / Step];

    public ByteStore()
    {
        for (var i = 0; i < _free.Length; i++)
            _free[i] = new();
    }

    public KeptBytes Keep(ReadOnlySpan<byte> bytes)
    {
        byte[]? array = null;
        if (bytes.Length > Largest)
            array = GC.AllocateUninitializedArray<byte>(bytes.Length);
        else if (!_free[Index(bytes.Length)].TryPop(out array))
            array = GC.AllocateUninitializedArray<byte>((Index(bytes.Length) + 1) * Step);
        bytes.CopyTo(array);
        return new(array, bytes.Length);
    }

    public void Return(in KeptBytes kept)
    {
        if (kept.Array is not { Length: <= Largest } array)
            return;
        var free = _free[array.Length / Step - 1];
        if (free.Count < KeptPerSize)
            free.Push(array);
    }

    private static int Index(int length) => Math.Max(length - 1, 0) / Step;
}

/// <summary>Bytes in a <see cref="ByteStore"/>; the default value is none.</summary>
internal readonly record struct KeptBytes(byte[]? Array, int Length)
{
    public ReadOnlySpan<byte> Span => Array.AsSpan(0, Length);

    public bool IsEmpty => Array is null;
}
