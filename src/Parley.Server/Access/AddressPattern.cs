using System.IO.Enumeration;
using Parley.Sip.Messages;

namespace Parley.Server.Access;

/// <summary>A set of addresses by user and host, with stars.</summary>
internal readonly record struct AddressPattern(string User, string Host)
{
    /// <summary>Reads <c>user@host</c>, <c>user</c> or <c>@host</c>, with or without <c>sip:</c>.</summary>
    public static AddressPattern Parse(string text)
    {
        var address = text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) ? text[4..] : text;
        if (string.IsNullOrWhiteSpace(address))
            throw new ArgumentException("A pattern of addresses is empty; write user@host, user or @host.", nameof(text));
        var at = address.LastIndexOf('@');
        return at < 0 ? new(address, "*") : new(at == 0 ? "*" : address[..at], at == address.Length - 1 ? "*" : address[(at + 1)..]);
    }

    /// <summary>True when the URI is of the set. Of a tel URI the number is its user.</summary>
    public bool Matches(string uri) =>
        SipUri.TryParse(uri, out var parsed) && FileSystemName.MatchesSimpleExpression(User, parsed.User, ignoreCase: false)
        && FileSystemName.MatchesSimpleExpression(Host, parsed.Host);
}
