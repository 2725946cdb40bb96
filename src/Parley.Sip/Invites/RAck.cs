using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>A RAck value: which provisional response a PRACK acknowledges (RFC 3262 §7.2).</summary>
internal readonly record struct RAck(uint Number, uint CSeq, SipMethod Method)
{
    /// <summary>Reads a value; false when it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out RAck rack)
    {
        rack = default;
        var digits = SipSyntax.DigitCount(text);
        if (!SipSyntax.TryReadNumber(text[..digits], uint.MaxValue, out var number))
            return false;
        var rest = text[SipSyntax.SkipSpace(text, digits)..];
        if (rest.Length == text.Length - digits || !CSeqView.TryParse(rest, out var cseq))
            return false;
        rack = new RAck((uint)number, cseq.Number, cseq.Method);
        return true;
    }
}
