using System.Buffers;
using System.Globalization;
using System.Text;
using Text = System.Runtime.CompilerServices.DefaultInterpolatedStringHandler;

namespace Parley.Media.Sdp;

/// <summary>
/// Writes descriptions with the lines in the order RFC 8866 §5 fixes, each ended by CR LF. What was parsed and is written
/// again keeps every line; only the place of lines that stood out of order changes.
/// </summary>
public static class SdpWriter
{
    // Room on the stack for the description of a call; a longer one borrows.
    private const int UsualLength = 1024;

    /// <summary>The description as a body.</summary>
    /// <param name="description">What to write.</param>
    public static byte[] ToBytes(SessionDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        var text = new Text(0, 0, CultureInfo.InvariantCulture, stackalloc char[UsualLength]);
        Session(ref text, description);
        var bytes = new byte[Encoding.UTF8.GetByteCount(text.Text)];
        Encoding.UTF8.GetBytes(text.Text, bytes);
        text.Clear();
        return bytes;
    }

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
        var text = new Text(0, 0, CultureInfo.InvariantCulture, stackalloc char[UsualLength]);
        Session(ref text, description);
        return text.ToStringAndClear();
    }

    private static void Session(ref Text text, SessionDescription description)
    {
        Line(ref text, 'v', "0");
        Origin(ref text, description.Origin);
        Line(ref text, 's', description.SessionName);
        Others(ref text, description.OtherLines, "iuep");
        Connection(ref text, description.Connection);
        Others(ref text, description.OtherLines, "b");
        foreach (var time in description.Times)
        {
            text.AppendLiteral("t=");
            text.AppendFormatted(time.Start);
            text.AppendLiteral(" ");
            text.AppendFormatted(time.Stop);
            text.AppendLiteral("\r\n");
        }

        Others(ref text, description.OtherLines, "rzk");
        Attributes(ref text, description.Attributes);
        Rest(ref text, description.OtherLines, "iuepbrzk");
        foreach (var media in description.Media)
            Media(ref text, media);
    }

    private static void Origin(ref Text text, SdpOrigin origin)
    {
        text.AppendLiteral("o=");
        Word(ref text, origin.UserName);
        Word(ref text, origin.SessionId);
        Word(ref text, origin.SessionVersion);
        Word(ref text, origin.NetworkType);
        Word(ref text, origin.AddressType);
        text.AppendLiteral(origin.Address);
        text.AppendLiteral("\r\n");
    }

    private static void Media(ref Text text, MediaDescription media)
    {
        text.AppendLiteral("m=");
        Word(ref text, media.Media);
        text.AppendFormatted(media.Port);
        if (media.PortCount != 1)
        {
            text.AppendLiteral("/");
            text.AppendFormatted(media.PortCount);
        }

        text.AppendLiteral(" ");
        text.AppendLiteral(media.Protocol);
        foreach (var format in media.Formats)
        {
            text.AppendLiteral(" ");
            text.AppendLiteral(SdpText.Token(format, nameof(MediaDescription.Formats)));
        }

        text.AppendLiteral("\r\n");
        Others(ref text, media.OtherLines, "i");
        Connection(ref text, media.Connection);
        Others(ref text, media.OtherLines, "cbk");
        Attributes(ref text, media.Attributes);
        Rest(ref text, media.OtherLines, "icbk");
    }

    private static void Connection(ref Text text, SdpConnection? connection)
    {
        if (connection is null)
            return;
        text.AppendLiteral("c=");
        Word(ref text, connection.NetworkType);
        Word(ref text, connection.AddressType);
        text.AppendLiteral(connection.Address);
        text.AppendLiteral("\r\n");
    }

    private static void Attributes(ref Text text, IReadOnlyList<SdpAttribute> attributes)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            var attribute = attributes[i];
            text.AppendLiteral("a=");
            text.AppendLiteral(attribute.Name);
            if (attribute.Value is { } value)
            {
                text.AppendLiteral(":");
                text.AppendLiteral(value);
            }

            text.AppendLiteral("\r\n");
        }
    }

    private static void Others(ref Text text, IReadOnlyList<SdpLine> lines, string types)
    {
        if (lines.Count == 0)
            return;
        foreach (var type in types)
            foreach (var line in lines)
                if (line.Type == type) Line(ref text, line.Type, line.Value);
    }

    private static void Rest(ref Text text, IReadOnlyList<SdpLine> lines, string known)
    {
        if (lines.Count == 0)
            return;
        foreach (var line in lines)
            if (!known.Contains(line.Type, StringComparison.Ordinal)) Line(ref text, line.Type, line.Value);
    }

    private static void Line(ref Text text, char type, string value)
    {
        text.AppendFormatted(type);
        text.AppendLiteral("=");
        text.AppendLiteral(value);
        text.AppendLiteral("\r\n");
    }

    private static void Word(ref Text text, string value)
    {
        text.AppendLiteral(value);
        text.AppendLiteral(" ");
    }
}
