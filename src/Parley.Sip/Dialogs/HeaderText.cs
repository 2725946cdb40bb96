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

    /// <summary>Refuses headers the endpoint writes itself.</summary>
    /// <exception cref="ArgumentException">There is one; names <paramref name="argument"/>.</exception>
    public static void Require(IReadOnlyList<SipHeader>? headers, string argument)
    {
        if (headers is null)
            return;
        foreach (var header in headers)
        {
            if (header.Name is null)
                throw new ArgumentException("A header without a name.", argument);
            if (header.IsReserved)
                throw new ArgumentException($"{header.Name} is written by the endpoint and cannot be given.", argument);
        }
    }
}
