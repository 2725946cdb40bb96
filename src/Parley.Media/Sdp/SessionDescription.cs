namespace Parley.Media.Sdp;

/// <summary>A session description (RFC 8866 §5) as an immutable value; made by <see cref="SdpParser"/> or by the offer/answer functions.</summary>
public sealed record SessionDescription
{
    /// <summary>The media type under which descriptions travel in SIP bodies.</summary>
    public const string MediaType = "application/sdp";

    internal static readonly IReadOnlyList<SdpTiming> Always = [default];

    /// <summary>The <c>o=</c> line.</summary>
    public required SdpOrigin Origin { get; init; }

    /// <summary>The <c>s=</c> line; <c>-</c> where there is no name (RFC 3264 §5).</summary>
    /// <exception cref="ArgumentException">The value contains CR, LF or NUL.</exception>
    public string SessionName { get; init => field = SdpText.Value(value, nameof(SessionName)); } = "-";

    /// <summary>The session-level <c>c=</c> line, valid for each media description without its own; null when there is none.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>The <c>t=</c> lines; one of 0 0 by default.</summary>
    public IReadOnlyList<SdpTiming> Times { get; init; } = Always;

    /// <summary>Session-level attributes in the order written.</summary>
    public IReadOnlyList<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>Session-level lines without a type of their own.</summary>
    public IReadOnlyList<SdpLine> OtherLines { get; init; } = [];

    /// <summary>The media descriptions; their order is the identity of the streams through offers and answers (RFC 3264 §6, §8).</summary>
    public IReadOnlyList<MediaDescription> Media { get; init; } = [];

    /// <summary>Where media of one description goes: its own <c>c=</c> line or else the session's; null when neither exists.</summary>
    /// <param name="media">One of <see cref="Media"/>.</param>
    public SdpConnection? ConnectionOf(MediaDescription media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Connection ?? Connection;
    }

    /// <summary>
    /// The direction the writer gave a stream: the media level before the session level, sendrecv when neither says
    /// (RFC 8866 §6.7). An unspecified address takes the receiving half away (RFC 3264 §8.4).
    /// </summary>
    /// <param name="media">One of <see cref="Media"/>.</param>
    public MediaDirection DirectionOf(MediaDescription media)
    {
        ArgumentNullException.ThrowIfNull(media);
        var written = MediaDirections.Find(media.Attributes) ?? MediaDirections.Find(Attributes) ?? MediaDirection.SendReceive;
        return ConnectionOf(media) is { IsUnspecified: true } ? written & MediaDirection.SendOnly : written;
    }

    /// <summary>The text as it goes on the wire.</summary>
    public override string ToString() => SdpWriter.ToText(this);
}
