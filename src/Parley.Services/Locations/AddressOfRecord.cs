using System.Diagnostics.CodeAnalysis;
using Parley.Sip.Messages;

namespace Parley.Services.Locations;

/// <summary>
/// Who somebody is, in the canonical form bindings are kept under (RFC 3261 §10.3 step 5): the user with its escapes resolved, and the domain in lower case. Scheme, port
/// and parameters are gone, so sip and sips mean the same user. A value; the default one is nobody.
/// </summary>
public readonly struct AddressOfRecord : IEquatable<AddressOfRecord>
{
    private readonly string? _text;

    private AddressOfRecord(string text) => _text = text;

    /// <summary>The user, unescaped; case counts (RFC 3261 §19.1.4).</summary>
    public string User => Text[..Math.Max(Text.LastIndexOf('@'), 0)];

    /// <summary>The domain in lower case.</summary>
    public string Domain => Text[(Text.LastIndexOf('@') + 1)..];

    /// <summary>False for the default value.</summary>
    public bool HasValue => _text is not null;

    /// <summary><c>user@domain</c>: what tables and stores use as key.</summary>
    public string Text => _text ?? "";

    /// <summary>Makes one out of its parts.</summary>
    /// <param name="user">The user, unescaped.</param>
    /// <param name="domain">The domain, in any case; an IPv6 address without brackets.</param>
    /// <exception cref="ArgumentException">A part is empty or has a control character in it, or the domain has an <c>@</c> in it.</exception>
    public static AddressOfRecord Create(string user, string domain)
    {
        Require(user, nameof(user));
        Require(domain, nameof(domain));
        if (domain.Contains('@', StringComparison.Ordinal))
            throw new ArgumentException("A domain has no '@' in it.", nameof(domain));
        return new($"{user}@{domain.ToLowerInvariant()}");
    }

    /// <summary>Reads <c>user@domain</c>, as <see cref="Text"/> writes it, or a sip or sips URI. False for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AddressOfRecord address)
    {
        address = default;
        if (string.IsNullOrEmpty(text) || text.Any(char.IsControl))
            return false;
        if (SipUri.TryParse(text, out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips)
            return TryFrom(uri, out address);
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
            return false;
        address = new($"{text[..at]}@{text[(at + 1)..].ToLowerInvariant()}");
        return true;
    }

    /// <summary>Reads back what <see cref="Text"/> wrote. False for anything that it would not have written.</summary>
    public static bool TryParseCanonical([NotNullWhen(true)] string? text, out AddressOfRecord address)
    {
        address = default;
        var at = text?.LastIndexOf('@') ?? -1;
        if (text is null || at <= 0 || at == text.Length - 1 || text.Any(char.IsControl))
            return false;
        address = new(text);
        return true;
    }

    /// <summary>Who a sip or sips URI names. False for other schemes and for a URI without user. Which domains are served is for <see cref="ServedDomains"/> to say.</summary>
    public static bool TryFrom([NotNullWhen(true)] SipUri? uri, out AddressOfRecord address)
    {
        address = default;
        if (uri is null || uri.Scheme is not (SipScheme.Sip or SipScheme.Sips) || uri.User.Length == 0 || uri.User.Any(char.IsControl))
            return false;
        address = new($"{uri.User}@{uri.Host.ToLowerInvariant()}");
        return true;
    }

    /// <summary>The sip URI of this address.</summary>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    public SipUri ToUri() => HasValue ? SipUri.Create(User, Domain) : throw new InvalidOperationException("Nobody has no URI.");

    /// <inheritdoc/>
    public bool Equals(AddressOfRecord other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AddressOfRecord other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Equality of user and domain.</summary>
    public static bool operator ==(AddressOfRecord left, AddressOfRecord right) => left.Equals(right);

    /// <summary>Inequality of user or domain.</summary>
    public static bool operator !=(AddressOfRecord left, AddressOfRecord right) => !left.Equals(right);

    /// <summary><c>user@domain</c>.</summary>
    public override string ToString() => Text;

    /// <summary>From text that is canonical already.</summary>
    internal static AddressOfRecord FromCanonical(string text) => new(text);

    private static void Require(string part, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, argument);
        if (part.Any(char.IsControl))
            throw new ArgumentException("A control character cannot be part of an address.", argument);
    }
}
