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
        if ((Known & Parsed.Via) == 0)
        {
            via = default;
            return false;
        }

        ViaView.Make(Value(HeaderId.Via), Via, out via);
        return true;
    }

    /// <summary>The From header field. False when absent or malformed.</summary>
    public bool TryGetFrom(out NameAddrView from)
    {
        if ((Known & Parsed.From) == 0)
        {
            from = default;
            return false;
        }

        NameAddrView.Make(Value(HeaderId.From), FromAddress, out from);
        return true;
    }

    /// <summary>The To header field. False when absent or malformed.</summary>
    public bool TryGetTo(out NameAddrView to)
    {
        if ((Known & Parsed.To) == 0)
        {
            to = default;
            return false;
        }

        NameAddrView.Make(Value(HeaderId.To), ToAddress, out to);
        return true;
    }

    /// <summary>The first Contact value. False when absent or malformed.</summary>
    public bool TryGetContact(out NameAddrView contact)
    {
        if ((Known & Parsed.Contact) == 0)
        {
            contact = default;
            return false;
        }

        NameAddrView.Make(Value(HeaderId.Contact), ContactAddress, out contact);
        return true;
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
        if ((Known & Parsed.Uri) == 0)
        {
            uri = default;
            return false;
        }

        SipUriView.Make(RequestUri, UriIndex, out uri);
        return true;
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
