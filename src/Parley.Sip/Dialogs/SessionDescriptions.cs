using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>
/// Tells whether a body carries a session description: the one thing signalling has to know of bodies, because an unanswered offer decides which requests may
/// be sent (RFC 3311 §5.1). What is in it is nobody's business here.
/// </summary>
internal static class SessionDescriptions
{
    private static ReadOnlySpan<byte> Sdp => "application/sdp"u8;

    public static bool IsIn(SipMessage message) => !message.Body.IsEmpty && IsIn(message.Value(HeaderId.ContentType), message.Body);

    public static bool IsIn(in SipBody body) => body.ContentType is { } type
        && (type.StartsWith("application/sdp", StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) && Contains(body.Content.Span, Sdp)));

    private static bool IsIn(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (StartsWith(type, Sdp))
            return true;
        return StartsWith(type, "multipart/"u8) && Contains(body, Sdp);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    // The Content-Type of a part; in any other text of a part it would be a curiosity that costs no more than a 491 too many.
    private static bool Contains(ReadOnlySpan<byte> body, ReadOnlySpan<byte> type)
    {
        while (body.IndexOfAny((byte)'a', (byte)'A') is var at and >= 0)
        {
            body = body[at..];
            if (StartsWith(body, type))
                return true;
            body = body[1..];
        }

        return false;
    }
}
