using System.Text;

namespace Parley.Sip.Messages;

/// <summary>A header field to be written: name and value as text. Line ends cannot get in.</summary>
public readonly record struct SipHeader
{
    /// <summary>Makes a header field.</summary>
    /// <param name="name">Its name: a token (RFC 3261 §25.1).</param>
    /// <param name="value">Its value, in UTF-8 when it is written; no CR, LF or NUL.</param>
    /// <exception cref="ArgumentException">The name is no token or the value has a line end or NUL in it; the argument is named.</exception>
    public SipHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!Ascii.IsValid(name) || !SipSyntax.IsToken(Encoding.ASCII.GetBytes(name)))
            throw new ArgumentException("The name of a header field must be a token: letters, digits and -.!%*_+`'~ only.", nameof(name));
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("The value of a header field must not contain CR, LF or NUL.", nameof(value));
        Name = name;
        Value = value;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>
    /// Whether the endpoint writes this header field itself, so that it refuses one that is given to it: twice they would contradict each other. Via, From, To, Call-ID, CSeq, Max-Forwards, Route,
    /// Record-Route, Contact, Content-Length, Content-Type, credentials, PRACK's and the session timer's; in long or compact form.
    /// </summary>
    public bool IsReserved
    {
        get
        {
            Span<byte> name = stackalloc byte[64]; // no header field we know has a longer name
            return Name is not null && Encoding.ASCII.TryGetBytes(Name, name, out var length) && HeaderNames.Find(name[..length]) is HeaderId.Via or HeaderId.From or HeaderId.To or HeaderId.CallId
                or HeaderId.CSeq or HeaderId.MaxForwards or HeaderId.ContentLength or HeaderId.ContentType or HeaderId.Route or HeaderId.RecordRoute or HeaderId.Contact or HeaderId.Authorization
                or HeaderId.ProxyAuthorization or HeaderId.RSeq or HeaderId.RAck or HeaderId.SessionExpires or HeaderId.MinSE;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Value}";
}
