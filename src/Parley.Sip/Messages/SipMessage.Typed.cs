using System.Runtime.CompilerServices;

namespace Parley.Sip.Messages;

// What is read typed. Top Via, From, To, CSeq, the first Contact and the request-URI are parsed once, with the message, because a fault in them decides
// whether it is accepted; reading them again only makes views.
public sealed partial class SipMessage
{
    internal ViaIndex Via;
    internal NameAddrIndex FromAddress;
    internal NameAddrIndex ToAddress;
    internal NameAddrIndex ContactAddress;
    internal SipUriIndex UriIndex;
    internal Piece CSeqMethodPiece;
    internal uint CSeqNumber;
    internal Parsed Known;

    [Flags]
    internal enum Parsed : byte
    {
        None = 0,
        Via = 1,
        From = 2,
        To = 4,
        CSeq = 8,
        Contact = 16,
        Uri = 32,
    }

    /// <summary>The Call-ID; empty when absent.</summary>
    public ReadOnlySpan<byte> CallId => Value(HeaderId.CallId);

    /// <summary>The From tag; empty when absent.</summary>
    public ReadOnlySpan<byte> FromTag => TryGetFrom(out var from) ? from.Tag : default;

    /// <summary>The To tag; empty when absent.</summary>
    public ReadOnlySpan<byte> ToTag => TryGetTo(out var to) ? to.Tag : default;

    /// <summary>The branch of the top Via; empty when absent.</summary>
    public ReadOnlySpan<byte> TopBranch => TryGetTopVia(out var via) ? via.Branch : default;

    /// <summary>The first Via value. False when absent or malformed.</summary>
    public bool TryGetTopVia(out ViaView via)
    {
        var ok = (Known & Parsed.Via) != 0;
        via = ok ? new ViaView(Value(HeaderId.Via), Via) : default;
        return ok;
    }

    /// <summary>The From header field. False when absent or malformed.</summary>
    public bool TryGetFrom(out NameAddrView from)
    {
        var ok = (Known & Parsed.From) != 0;
        from = ok ? new NameAddrView(Value(HeaderId.From), FromAddress) : default;
        return ok;
    }

    /// <summary>The To header field. False when absent or malformed.</summary>
    public bool TryGetTo(out NameAddrView to)
    {
        var ok = (Known & Parsed.To) != 0;
        to = ok ? new NameAddrView(Value(HeaderId.To), ToAddress) : default;
        return ok;
    }

    /// <summary>The first Contact value. False when absent or malformed.</summary>
    public bool TryGetContact(out NameAddrView contact)
    {
        var ok = (Known & Parsed.Contact) != 0;
        contact = ok ? new NameAddrView(Value(HeaderId.Contact), ContactAddress) : default;
        return ok;
    }

    /// <summary>The CSeq header field. False when absent or malformed.</summary>
    public bool TryGetCSeq(out CSeqView cseq)
    {
        var ok = (Known & Parsed.CSeq) != 0;
        cseq = ok ? CSeqView.From(CSeqNumber, IsRequest ? SipMethods.Find(CSeqMethodPiece.Of(Data)) : Method, CSeqMethodPiece.Of(Data)) : default;
        return ok;
    }

    /// <summary>The request-URI. False for a response and for a URI that is malformed.</summary>
    public bool TryGetRequestUri(out SipUriView uri)
    {
        var ok = (Known & Parsed.Uri) != 0;
        uri = ok ? new SipUriView(RequestUri, UriIndex) : default;
        return ok;
    }

    /// <summary>Max-Forwards, 0–255 (RFC 3261 §20.22). False when absent or no such number.</summary>
    public bool TryGetMaxForwards(out int hops) => TryGetNumber(HeaderId.MaxForwards, 255, out hops);

    /// <summary>Content-Length in bytes. False when absent or no such number.</summary>
    public bool TryGetContentLength(out int length) => TryGetNumber(HeaderId.ContentLength, int.MaxValue, out length);

    /// <summary>
    /// Expires in seconds (RFC 3261 §20.19); values above <see cref="int.MaxValue"/> are returned as that. False when absent or no number below 2³².
    /// </summary>
    public bool TryGetExpires(out int seconds)
    {
        var ok = SipSyntax.TryReadNumber(Value(HeaderId.Expires), uint.MaxValue, out var value);
        seconds = ok ? (int)Math.Min(value, int.MaxValue) : 0;
        return ok;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryGetNumber(HeaderId id, int max, out int value)
    {
        var ok = SipSyntax.TryReadNumber(Value(id), max, out var number);
        value = ok ? (int)number : 0;
        return ok;
    }

    private void CopyTyped(SipMessage from)
    {
        Via = from.Via;
        FromAddress = from.FromAddress;
        ToAddress = from.ToAddress;
        ContactAddress = from.ContactAddress;
        UriIndex = from.UriIndex;
        CSeqMethodPiece = from.Shift(from.CSeqMethodPiece);
        CSeqNumber = from.CSeqNumber;
        Known = from.Known;
    }
}
