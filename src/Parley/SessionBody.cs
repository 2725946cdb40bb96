using Parley.Media.Sdp;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>Finds the session description in a SIP body: the body itself, or the first such part of a multipart one (RFC 5621 §3.1).</summary>
internal static class SessionBody
{
    private static ReadOnlySpan<byte> SdpType => "application/sdp"u8;

    /// <summary>True when the message carries a session description, well-formed or not.</summary>
    public static bool IsPresent(SipMessage message) => !Find(message).IsEmpty;

    /// <summary>The description of a message; null with a reason when it has one that cannot be read; null without one when it has none.</summary>
    public static SessionDescription? Read(SipMessage message, out string? problem)
    {
        problem = null;
        var bytes = Find(message);
        if (bytes.IsEmpty)
            return null;
        if (SdpParser.TryParse(bytes, SdpLimits.Default, out var session, out var error))
            return session;
        problem = error.ToString();
        return null;
    }

    /// <summary>The description of a message as it came, to keep; null when it has none.</summary>
    public static byte[]? Bytes(SipMessage message)
    {
        var found = Find(message);
        return found.IsEmpty ? null : found.ToArray();
    }

    /// <summary>The description in a body of ours; null when it has none.</summary>
    public static byte[]? Bytes(in SipBody body)
    {
        if (body.IsNone)
            return null;
        if (body.ContentType == SessionDescription.MediaType)
            return body.Content.IsEmpty ? null : body.Content.ToArray();
        var found = Find(System.Text.Encoding.ASCII.GetBytes(body.ContentType!), body.Content.Span);
        return found.IsEmpty ? null : found.ToArray();
    }

    /// <summary>The description of a message as text; null when it has none.</summary>
    public static string? Text(SipMessage message)
    {
        var found = Find(message);
        return found.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(found);
    }

    /// <summary>A description as a body; none for null.</summary>
    public static SipBody Of(byte[]? sdp) => sdp is null ? default : new("application/sdp", sdp);

    /// <summary>A description given as text as a body; none for null. Line ends are put right, since literals in code have those of their file.</summary>
    public static SipBody Of(string? sdp) =>
        string.IsNullOrEmpty(sdp) ? default : new("application/sdp", sdp.TrimEnd().ReplaceLineEndings("\r\n") + "\r\n");

    /// <summary>Everything a message carries, to be sent on.</summary>
    public static SipBody Whole(SipMessage message) =>
        message.Body.IsEmpty ? default : new(message.GetString(HeaderId.ContentType) ?? "application/sdp", message.Body.ToArray());

    public static SipBody Write(SessionDescription session) => new("application/sdp", SdpWriter.ToBytes(session));

    private static ReadOnlySpan<byte> Find(SipMessage message) => Find(message.Value(HeaderId.ContentType), message.Body);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return default;
        if (MediaTypeIs(type, SdpType))
            return body;
        return MediaTypeIs(type, "multipart/"u8, prefix: true) ? FindPart(type, body) : default;
    }

    private static ReadOnlySpan<byte> FindPart(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        var boundary = Boundary(type);
        // RFC 2046 §5.1.1: a boundary has at most 70 characters.
        if (boundary.IsEmpty || boundary.Length > 70)
            return default;
        Span<byte> marker = stackalloc byte[72];
        "--"u8.CopyTo(marker);
        boundary.CopyTo(marker[2..]);
        marker = marker[..(boundary.Length + 2)];
        var at = body.IndexOf(marker);
        while (at >= 0)
        {
            body = body[(at + marker.Length)..];
            at = body.IndexOf(marker);
            var part = at < 0 ? body : body[..at];
            if (PartContent(part) is { IsEmpty: false } content)
                return content;
        }

        return default;
    }

    private static ReadOnlySpan<byte> PartContent(ReadOnlySpan<byte> part)
    {
        var end = part.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return default;
        foreach (var range in part[..end].Split("\r\n"u8))
        {
            var line = part[..end][range];
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && HeaderNames.Find(line[..colon].Trim((byte)' ')) == HeaderId.ContentType
                && MediaTypeIs(line[(colon + 1)..].Trim((byte)' '), SdpType))
                return part[(end + 4)..];
        }

        return default;
    }

    private static ReadOnlySpan<byte> Boundary(ReadOnlySpan<byte> type)
    {
        var at = type.IndexOf("boundary="u8);
        if (at < 0)
            return default;
        var value = type[(at + "boundary="u8.Length)..];
        if (value is [(byte)'"', ..])
        {
            value = value[1..];
            var quote = value.IndexOf((byte)'"');
            return quote < 0 ? default : value[..quote];
        }

        var end = value.IndexOfAny("; \t"u8);
        return end < 0 ? value : value[..end];
    }

    private static bool MediaTypeIs(ReadOnlySpan<byte> value, ReadOnlySpan<byte> type, bool prefix = false)
    {
        if (value.Length < type.Length || !System.Text.Ascii.EqualsIgnoreCase(value[..type.Length], type))
            return false;
        return prefix || value.Length == type.Length || value[type.Length] is (byte)';' or (byte)' ' or (byte)'\t';
    }
}
