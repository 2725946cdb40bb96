using System.Text;

namespace Parley.Sip.Dialogs;

/// <summary>A message body: bytes and what they are. Signalling carries it and does not look inside. The default value is no body.</summary>
public readonly record struct SipBody
{
    /// <summary>A body of a type.</summary>
    /// <param name="contentType">Value of Content-Type (RFC 3261 §20.15), e.g. <c>application/sdp</c>.</param>
    /// <param name="content">The bytes; must stay unchanged until the call that takes the body has returned.</param>
    /// <exception cref="ArgumentException"><paramref name="contentType"/> is empty, not ASCII, or has a control character in it.</exception>
    public SipBody(string contentType, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(contentType);
        if (contentType.Any(c => c is < ' ' or > '~'))
            throw new ArgumentException("A content type is printable ASCII without line breaks.", nameof(contentType));
        ContentType = contentType;
        Content = content;
    }

    /// <summary>A text body in UTF-8.</summary>
    /// <param name="contentType">Value of Content-Type (RFC 3261 §20.15).</param>
    /// <param name="content">The text.</param>
    /// <exception cref="ArgumentException"><paramref name="contentType"/> is empty, not ASCII, or has a control character in it.</exception>
    public SipBody(string contentType, string content)
        : this(contentType, Encoding.UTF8.GetBytes(content))
    {
    }

    /// <summary>Value of Content-Type; null when there is no body.</summary>
    public string? ContentType { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>True when there is no body.</summary>
    public bool IsNone => ContentType is null;

    /// <summary>A copy to keep: a request may be sent again after the bytes have become their owner's to change.</summary>
    internal SipBody ToOwned() => ContentType is null ? default : new(ContentType, Content.ToArray());
}
