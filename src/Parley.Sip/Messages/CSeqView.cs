namespace Parley.Sip.Messages;

/// <summary>A CSeq value (RFC 3261 §20.16). A view; valid as long as its message.</summary>
public readonly ref struct CSeqView
{
    private CSeqView(uint number, SipMethod method, ReadOnlySpan<byte> name)
    {
        Number = number;
        Method = method;
        MethodName = name;
    }

    /// <summary>The sequence number, below 2³¹ (RFC 3261 §8.1.1.5).</summary>
    public uint Number { get; }

    /// <summary>The method; <see cref="SipMethod.Other"/> when it has no number.</summary>
    public SipMethod Method { get; }

    /// <summary>The method's name.</summary>
    public ReadOnlySpan<byte> MethodName { get; }

    /// <summary>Reads a value. False when it is malformed or the number is too large.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out CSeqView cseq)
    {
        cseq = default;
        var digits = SipSyntax.DigitCount(text);
        var at = SipSyntax.SkipSpace(text, digits);
        var name = text[at..];
        if (at == digits || !SipSyntax.TryReadNumber(text[..digits], int.MaxValue, out var number) || !SipSyntax.IsToken(name))
            return false;
        cseq = new CSeqView((uint)number, SipMethods.Find(name), name);
        return true;
    }

    internal static CSeqView From(uint number, SipMethod method, ReadOnlySpan<byte> name) => new(number, method, name);
}
