using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>Reads and checks what every message needs (RFC 3261 §8.1.1, §20 table 2), so that what comes after can rely on it.</summary>
internal static class MessageCheck
{
    private static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    public static void Run(SipMessage message, ref SipFault fault)
    {
        CheckVia(message, ref fault);
        CheckFrom(message, ref fault);
        CheckTo(message, ref fault);
        CheckCallId(message, ref fault);
        CheckCSeq(message, ref fault);
        CheckContact(message, ref fault);
        if (message.IsRequest && message.Has(HeaderId.MaxForwards) && !message.TryGetMaxForwards(out _))
            fault = fault.Or(400, "Malformed Max-Forwards header field", Offset(message, HeaderId.MaxForwards));
    }

    private static void CheckVia(SipMessage message, ref SipFault fault)
    {
        var value = message.Value(HeaderId.Via);
        if (!ViaIndex.TryParse(value, out message.Via))
        {
            fault = Missing(message, HeaderId.Via, fault, "Missing Via header field", "Malformed Via header field");
            return;
        }

        message.Known |= SipMessage.Parsed.Via;
        // The magic cookie promises an identifier after it (RFC 3261 §8.1.1.7).
        if (message.Via.HasGap || (message.Via.Branch.Length == MagicCookie.Length && message.Via.Branch.Of(value).SequenceEqual(MagicCookie)))
            fault = fault.Or(400, "Malformed Via header field", Offset(message, HeaderId.Via));
    }

    private static void CheckFrom(SipMessage message, ref SipFault fault)
    {
        if (TryAddress(message.Value(HeaderId.From), out message.FromAddress))
            message.Known |= SipMessage.Parsed.From;
        else
            fault = Missing(message, HeaderId.From, fault, "Missing From header field", "Malformed From header field");
    }

    private static void CheckTo(SipMessage message, ref SipFault fault)
    {
        if (TryAddress(message.Value(HeaderId.To), out message.ToAddress))
            message.Known |= SipMessage.Parsed.To;
        else
            fault = Missing(message, HeaderId.To, fault, "Missing To header field", "Malformed To header field");
    }

    // From and To are one address each, not lists (RFC 3261 §20.20, §20.39).
    private static bool TryAddress(ReadOnlySpan<byte> value, out NameAddrIndex address) =>
        NameAddrIndex.TryParse(value, out address) && address.Length == value.Length && !address.IsStar;

    private static void CheckCallId(SipMessage message, ref SipFault fault)
    {
        var value = message.CallId;
        if (value.IsEmpty || value.ContainsAny((byte)' ', (byte)'\t'))
            fault = Missing(message, HeaderId.CallId, fault, "Missing Call-ID header field", "Malformed Call-ID header field");
    }

    private static void CheckCSeq(SipMessage message, ref SipFault fault)
    {
        var value = message.Value(HeaderId.CSeq);
        if (!CSeqView.TryParse(value, out var cseq))
        {
            fault = Missing(message, HeaderId.CSeq, fault, "Missing CSeq header field", "Malformed CSeq header field");
            return;
        }

        message.CSeqNumber = cseq.Number;
        message.CSeqMethodPiece = new Piece(Offset(message, HeaderId.CSeq) + value.Length - cseq.MethodName.Length, cseq.MethodName.Length);
        message.Known |= SipMessage.Parsed.CSeq;
        if (!message.IsRequest)
            message.Method = cseq.Method;
        else if (!cseq.MethodName.SequenceEqual(message.MethodName))
            fault = fault.Or(400, "CSeq method differs from the request line", Offset(message, HeaderId.CSeq)); // RFC 3261 §8.1.1.5
    }

    // A response is not dropped for its Contact: who needs it finds that it cannot be read.
    private static void CheckContact(SipMessage message, ref SipFault fault)
    {
        if (!message.Has(HeaderId.Contact))
            return;
        if (NameAddrIndex.TryParse(message.Value(HeaderId.Contact), out message.ContactAddress))
            message.Known |= SipMessage.Parsed.Contact;
        else if (message.IsRequest)
            fault = fault.Or(400, "Malformed Contact header field", Offset(message, HeaderId.Contact));
    }

    private static SipFault Missing(SipMessage message, HeaderId id, SipFault fault, string missing, string malformed) =>
        message.Has(id) ? fault.Or(400, malformed, Offset(message, id)) : fault.Or(400, missing, message.BodyStart);

    private static int Offset(SipMessage message, HeaderId id) => message.Entries[message.FirstIndex(id)].ValueStart;
}
