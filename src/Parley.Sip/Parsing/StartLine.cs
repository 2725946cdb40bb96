using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>The request line and the status line (RFC 3261 §7.1, §7.2).</summary>
internal static class StartLine
{
    /// <summary>Reads the line at <paramref name="at"/> and moves behind it; -1 there when this is no SIP message or a response nobody could use.</summary>
    public static SipFault Read(SipMessage message, ref int at, SipLimits limits)
    {
        var start = at;
        var rest = message.Data.AsSpan(start, message.End - start);
        var length = rest[..Math.Min(rest.Length, limits.MaxLine)].IndexOf((byte)'\n');
        at = -1;
        if (length <= 0)
            return new SipFault(400, "No start line", start);
        var next = start + length + 1;
        if (rest[length - 1] == '\r')
            length--;
        var line = rest[..length];
        if (line.Length >= 4 && Ascii.EqualsIgnoreCase(line[..4], "SIP/"u8))
            return ReadStatus(message, line, ref at, next);
        return ReadRequest(message, line, ref at, next);
    }

    private static SipFault ReadStatus(SipMessage message, ReadOnlySpan<byte> line, ref int at, int next)
    {
        // "SIP/2.0 200 " and a phrase, which may be empty, even with its blank left out.
        if (line.Length < 11 || !IsVersion(line[..7]) || line[7] != ' ' || (line.Length > 11 && line[11] != ' '))
            return new SipFault(400, "Malformed status line", message.Start);
        if (!SipSyntax.TryReadNumber(line.Slice(8, 3), 699, out var status) || status < 100)
            return new SipFault(400, "Status code is not within 100 to 699", message.Start + 8);
        // A line end to some: it must not reach what is made from this message.
        if (line.Contains((byte)'\r'))
            return new SipFault(400, "Carriage return without line feed", message.Start);
        message.StatusCode = (int)status;
        message.ReasonPiece = line.Length > 12 ? Piece.Between(message.Start + 12, message.Start + line.Length) : default;
        at = next;
        return default;
    }

    private static SipFault ReadRequest(SipMessage message, ReadOnlySpan<byte> line, ref int at, int next)
    {
        var methodEnd = line.IndexOf((byte)' ');
        var versionStart = line.LastIndexOf((byte)' ') + 1;
        if (methodEnd <= 0 || !SipSyntax.IsToken(line[..methodEnd]))
            return new SipFault(400, "Not a SIP message", message.Start);
        at = next;
        message.IsRequest = true;
        message.Method = SipMethods.Find(line[..methodEnd]);
        message.MethodPiece = new Piece(message.Start, methodEnd);
        var version = line[versionStart..];
        if (version.Length < 5 || !Ascii.EqualsIgnoreCase(version[..4], "SIP/"u8))
            return new SipFault(400, "Malformed request line", message.Start + versionStart);
        // One blank on each side of the URI and none in it (RFC 3261 §7.1).
        var uriStart = methodEnd + 1;
        var uri = uriStart < versionStart ? line[uriStart..(versionStart - 1)] : default;
        message.UriPiece = new Piece(message.Start + uriStart, uri.Length);
        if (!IsVersion(version))
            return new SipFault(505, "Version Not Supported", message.Start + versionStart);
        if (!SipUriIndex.TryParse(uri, out message.UriIndex))
            return new SipFault(400, "Malformed Request-URI", message.Start + uriStart);
        message.Known |= SipMessage.Parsed.Uri;
        // Headers in it would be for a request made from it (RFC 3261 §19.1.1, table 1).
        return message.UriIndex.Headers.IsEmpty ? default : new SipFault(400, "Request-URI with header fields in it", message.Start + uriStart);
    }

    private static bool IsVersion(ReadOnlySpan<byte> version) => version.SequenceEqual("SIP/2.0"u8) || Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8);
}
