using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>Guards text of the application on its way into a message, where a line break would start a header of somebody else's choice.</summary>
internal static class HeaderText
{
    /// <summary>Refuses control characters.</summary>
    /// <exception cref="ArgumentException">There is one; names <paramref name="argument"/>.</exception>
    public static void Require(string? text, string argument)
    {
        if (text is null)
            return;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is < ' ' or '\x7f')
                throw new ArgumentException($"A control character, at position {at}, cannot be part of a SIP header.", argument);
        }
    }

    /// <summary>Refuses headers the endpoint writes itself: twice they would contradict each other.</summary>
    /// <exception cref="ArgumentException">There is one; names <paramref name="argument"/>.</exception>
    public static void Require(IReadOnlyList<SipHeader>? headers, string argument)
    {
        if (headers is null)
            return;
        Span<byte> name = stackalloc byte[64];
        foreach (var header in headers)
        {
            if (header.Name is null)
                throw new ArgumentException("A header without a name.", argument);
            if (header.Name.Length > name.Length || !System.Text.Encoding.ASCII.TryGetBytes(header.Name, name, out var length))
                continue;
            if (IsOurs(HeaderNames.Find(name[..length])))
                throw new ArgumentException($"{header.Name} is written by the endpoint and cannot be given.", argument);
        }
    }

    private static bool IsOurs(HeaderId id) => id is HeaderId.Via or HeaderId.From or HeaderId.To or HeaderId.CallId or HeaderId.CSeq
        or HeaderId.MaxForwards or HeaderId.ContentLength or HeaderId.ContentType or HeaderId.Route or HeaderId.RecordRoute or HeaderId.Contact
        or HeaderId.Authorization or HeaderId.ProxyAuthorization or HeaderId.RSeq or HeaderId.RAck or HeaderId.SessionExpires or HeaderId.MinSE;
}
