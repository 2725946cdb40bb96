using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>Writes Event headers.</summary>
internal static class EventText
{
    public static SipHeader Header(string package, string id) => new("Event", id.Length == 0 ? package : $"{package};id={id}");

    /// <summary>Refuses what cannot be the name of a package, or an id: both are tokens (RFC 6665 §8.4).</summary>
    /// <exception cref="ArgumentException">It cannot; names <paramref name="argument"/>.</exception>
    public static void Require(string? text, string argument)
    {
        if (text is null || !System.Text.Ascii.IsValid(text) || !SipSyntax.IsToken(System.Text.Encoding.ASCII.GetBytes(text)))
            throw new ArgumentException("An event package, and an id, is a token: letters, digits and -.!%*_+`'~ only.", argument);
    }
}
