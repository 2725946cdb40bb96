using System.Globalization;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Services.Messaging;

/// <summary>From a MESSAGE to what is kept of it and back.</summary>
internal static class PagerMessage
{
    // What says something about the message itself (RFC 3261 table 2, RFC 3428 §11, RFC 5438 in CPIM within the body). The rest is about its way.
    private static readonly (HeaderId Id, string Name)[] s_kept =
    [
        (HeaderId.Date, "Date"),
        (HeaderId.Subject, "Subject"),
        (HeaderId.ContentDisposition, "Content-Disposition"),
        (HeaderId.ContentEncoding, "Content-Encoding"),
        (HeaderId.ContentLanguage, "Content-Language"),
        (HeaderId.MimeVersion, "MIME-Version"),
        (HeaderId.Priority, "Priority"),
        (HeaderId.Organization, "Organization"),
        (HeaderId.InReplyTo, "In-Reply-To"),
        (HeaderId.ReplyTo, "Reply-To"),
        (HeaderId.CallInfo, "Call-Info"),
    ];

    /// <summary>Copies what is needed, so that the request can go; null when it holds what cannot be sent on: no sender, or control characters.</summary>
    public static StoredMessage? Read(SipMessage request, DateTimeOffset now, TimeSpan keep)
    {
        if (!request.TryGetFrom(out var from) || !SipAddress.TryFromView(from, out var sender) || sender.DisplayName?.Any(char.IsControl) == true)
            return null;
        var type = request.GetString(HeaderId.ContentType) ?? "";
        if (type.Any(c => c is < ' ' or > '~') || (type.Length == 0 && !request.Body.IsEmpty))
            return null;
        if (request.TryGetExpires(out var seconds) && TimeSpan.FromSeconds(seconds) < keep)
            keep = TimeSpan.FromSeconds(seconds);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Recipient = default,
            Sender = sender.WithTag(null),
            Received = now,
            Expires = now + keep,
            ContentType = type,
            Body = request.Body.ToArray(),
            Headers = [.. Kept(request)],
        };
    }

    /// <summary>A state of the moment, which is wrong by the time it could be delivered (RFC 3994 §3).</summary>
    public static bool IsMomentary(StoredMessage message) => message.ContentType.StartsWith("application/im-iscomposing+xml", StringComparison.OrdinalIgnoreCase);

    /// <summary>The headers to send; one that comes later says when it was written.</summary>
    public static IReadOnlyList<SipHeader> HeadersFor(StoredMessage message, bool later) =>
        later && !message.Headers.Any(header => header.Name == "Date")
            ? [.. message.Headers, new SipHeader("Date", message.Received.UtcDateTime.ToString("r", CultureInfo.InvariantCulture))]
            : message.Headers;

    private static List<SipHeader> Kept(SipMessage request)
    {
        List<SipHeader> kept = [];
        foreach (var (id, name) in s_kept)
        {
            foreach (var value in request.Lines(id))
            {
                if (!value.Contains((byte)0))
                    kept.Add(new SipHeader(name, Encoding.UTF8.GetString(value)));
            }
        }

        return kept;
    }
}
