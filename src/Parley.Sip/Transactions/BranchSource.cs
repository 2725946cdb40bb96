namespace Parley.Sip.Transactions;

/// <summary>
/// Makes branches: the keyed hash of a counter. As nobody can guess the next one, only those who saw the request can answer it.
/// One per lane, so that it needs no lock.
/// </summary>
internal sealed class BranchSource(HashSecret secret)
{
    private ulong _count;

    public void Next(ref Branch branch)
    {
        var hash = new KeyedHash(secret);
        hash.AddNumber((uint)_count);
        hash.AddNumber((uint)(_count++ >> 32));
        Span<byte> text = branch;
        Branch.Cookie.CopyTo(text);
        TokenText.Write(hash.Finish(), text[Branch.Cookie.Length..]);
    }
}
