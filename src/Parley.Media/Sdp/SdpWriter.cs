using System.Buffers;
using System.Globalization;
using System.Text;

namespace Parley.Media.Sdp;

/// <summary>
/// Writes descriptions with the lines in the order RFC 8866 §5 fixes, each ended by CR LF. What was parsed and is written
/// again keeps every line; only the place of lines that stood out of order changes.
/// </summary>
public static class SdpWriter
{
    /// <summary>The description as a body.</summary>
    /// <param name="description">What to write.</param>
    public static byte[] ToBytes(SessionDescription description) => Encoding.UTF8.GetBytes(ToText(description));

    /// <summary>Appends the description to a buffer.</summary>
    /// <param name="description">What to write.</param>
    /// <param name="buffer">Where to.</param>
    public static void Write(SessionDescription description, IBufferWriter<byte> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        Encoding.UTF8.GetBytes(ToText(description), buffer);
    }

    /// <summary>The description as text.</summary>
    /// <param name="description">What to write.</param>
    public static string ToText(SessionDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        var text = new StringBuilder(512);
        var origin = description.Origin;
        Line(text, 'v', "0");
        Line(text, 'o', $"{origin.UserName} {origin.SessionId} {origin.SessionVersion} {origin.NetworkType} {origin.AddressType} {origin.Address}");
        Line(text, 's', description.SessionName);
        Others(text, description.OtherLines, "iuep");
        Connection(text, description.Connection);
        Others(text, description.OtherLines, "b");
        foreach (var time in description.Times)
            Line(text, 't', string.Create(CultureInfo.InvariantCulture, $"{time.Start} {time.Stop}"));
        Others(text, description.OtherLines, "rzk");
        Attributes(text, description.Attributes);
        Rest(text, description.OtherLines, "iuepbrzk");
        foreach (var media in description.Media)
            Media(text, media);
        return text.ToString();
    }

    private static void Media(StringBuilder text, MediaDescription media)
    {
        var port = media.PortCount == 1
            ? media.Port.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{media.Port}/{media.PortCount}");
        text.Append("m=").Append(media.Media).Append(' ').Append(port).Append(' ').Append(media.Protocol);
        foreach (var format in media.Formats)
            text.Append(' ').Append(SdpText.Token(format, nameof(MediaDescription.Formats)));
        text.Append("\r\n");
        Others(text, media.OtherLines, "i");
        Connection(text, media.Connection);
        Others(text, media.OtherLines, "cbk");
        Attributes(text, media.Attributes);
        Rest(text, media.OtherLines, "icbk");
    }

    private static void Connection(StringBuilder text, SdpConnection? connection)
    {
        if (connection is not null)
            Line(text, 'c', $"{connection.NetworkType} {connection.AddressType} {connection.Address}");
    }

    private static void Attributes(StringBuilder text, IReadOnlyList<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
            Line(text, 'a', attribute.Value is null ? attribute.Name : $"{attribute.Name}:{attribute.Value}");
    }

    private static void Others(StringBuilder text, IReadOnlyList<SdpLine> lines, string types)
    {
        foreach (var type in types)
            foreach (var line in lines)
                if (line.Type == type) Line(text, line.Type, line.Value);
    }

    private static void Rest(StringBuilder text, IReadOnlyList<SdpLine> lines, string known)
    {
        foreach (var line in lines)
            if (!known.Contains(line.Type, StringComparison.Ordinal)) Line(text, line.Type, line.Value);
    }

    private static void Line(StringBuilder text, char type, string value) =>
        text.Append(type).Append('=').Append(value).Append("\r\n");
}
