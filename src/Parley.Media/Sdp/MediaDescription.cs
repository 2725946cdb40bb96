using System.Globalization;

namespace Parley.Media.Sdp;

/// <summary>An <c>m=</c> line with everything up to the next one (RFC 8866 §5.14).</summary>
public sealed record MediaDescription
{
    /// <summary>Media type: <c>audio</c>, <c>video</c>, <c>image</c>…</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string Media { get; init => field = SdpText.Token(value, nameof(Media)); }

    /// <summary>UDP port on which the writer receives; 0 means the stream is refused or switched off (RFC 3264 §6, §8.2).</summary>
    public required int Port { get; init; }

    /// <summary>Number of consecutive port pairs, 1 unless a layered encoding says more.</summary>
    public int PortCount { get; init; } = 1;

    /// <summary>Transport, such as <c>RTP/AVP</c>.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public required string Protocol { get; init => field = SdpText.Token(value, nameof(Protocol)); }

    /// <summary>Formats in order of preference; payload type numbers for RTP. A refused stream keeps at least one.</summary>
    public required IReadOnlyList<string> Formats { get; init; }

    /// <summary>The media-level <c>c=</c> line, which replaces the session's (RFC 8866 §5.7); null when there is none.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>Media-level attributes in the order written.</summary>
    public IReadOnlyList<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>Lines without a type of their own.</summary>
    public IReadOnlyList<SdpLine> OtherLines { get; init; } = [];

    /// <summary>The first attribute of that name, or null.</summary>
    /// <param name="name">Attribute name, compared without regard to case.</param>
    public SdpAttribute? Attribute(string name)
    {
        for (var i = 0; i < Attributes.Count; i++)
            if (Attributes[i].Is(name)) return Attributes[i];
        return null;
    }

    /// <summary>
    /// The parameters a payload type carries in an attribute that starts with its number, such as <c>a=fmtp:101 0-15</c>;
    /// null when there is none.
    /// </summary>
    /// <param name="name"><c>rtpmap</c>, <c>fmtp</c>…</param>
    /// <param name="payloadType">The payload type.</param>
    public string? AttributeFor(string name, byte payloadType)
    {
        for (var i = 0; i < Attributes.Count; i++)
        {
            if (!Attributes[i].Is(name) || Attributes[i].Value is not { } value) continue;
            var text = value.AsSpan().Trim();
            var space = text.IndexOf(' ');
            if (space > 0 && byte.TryParse(text[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == payloadType)
                return text[(space + 1)..].Trim().ToString();
        }
        return null;
    }
}
