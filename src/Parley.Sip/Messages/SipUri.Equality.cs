using System.Text;

namespace Parley.Sip.Messages;

// Comparison of URIs (RFC 3261 §19.1.4; RFC 3966 §4 for tel).
public sealed partial class SipUri
{
    // These change where or how a request goes: present on one side only, the URIs differ.
    private static readonly string[] Significant = ["transport", "user", "ttl", "method", "maddr"];

    /// <summary>Equality as RFC 3261 §19.1.4 defines it. It is not transitive: a parameter only one of two URIs has is mostly ignored.</summary>
    public bool Equals(SipUri? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Scheme != other.Scheme)
            return false;
        return Scheme switch
        {
            SipScheme.Other => _text == other._text,
            SipScheme.Tel => SameNumber(_rawUser, other._rawUser) && SameParameters(other, all: true),
            _ => Normal(_rawUser) == Normal(other._rawUser)
                && Normal(_rawPassword ?? "") == Normal(other._rawPassword ?? "")
                && SameHost(other)
                && Port == other.Port
                && SameParameters(other, all: false)
                && SameHeaders(other),
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SipUri);

    /// <summary>Hash over the parts that always count, so that equal URIs have one hash.</summary>
    public override int GetHashCode() => Scheme switch
    {
        SipScheme.Other => _text.GetHashCode(StringComparison.Ordinal),
        SipScheme.Tel => HashCode.Combine(Scheme, Digits(_rawUser).ToUpperInvariant()),
        _ => HashCode.Combine(Scheme, Normal(_rawUser), HostIsV6 ? "" : Host.ToUpperInvariant(), Port),
    };

    private bool SameHost(SipUri other)
    {
        if (string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase))
            return true;
        // One IPv6 address can be written in many ways (RFC 5118 §4.9 shows peers that do).
        return HostIsV6 && other.HostIsV6 && TryGetAddress(out var mine) && other.TryGetAddress(out var theirs) && mine == theirs;
    }

    private bool SameParameters(SipUri other, bool all)
    {
        foreach (var parameter in Parameters)
        {
            var theirs = other.GetParameter(parameter.Name);
            // Of a parameter that is there twice, against the rules, the first counts.
            if (theirs is null ? all || IsSignificant(parameter.Name) : !string.Equals(GetParameter(parameter.Name), theirs, StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return other.Parameters.All(parameter => GetParameter(parameter.Name) is not null || !(all || IsSignificant(parameter.Name)));
    }

    // Headers are never ignored; their order does not matter.
    private bool SameHeaders(SipUri other)
    {
        if (Headers.Count != other.Headers.Count)
            return false;
        return Headers.All(header => other.Headers.Any(theirs =>
            string.Equals(header.Name, theirs.Name, StringComparison.OrdinalIgnoreCase) && Normal(header.Value ?? "") == Normal(theirs.Value ?? "")));
    }

    private static bool IsSignificant(string name) => Significant.Contains(name, StringComparer.OrdinalIgnoreCase);

    // Visual separators of telephone numbers do not count (RFC 3966 §4).
    private static bool SameNumber(string left, string right) => string.Equals(Digits(left), Digits(right), StringComparison.OrdinalIgnoreCase);

    private static string Digits(string number) => string.Concat(number.Where(c => c is not ('-' or '.' or '(' or ')')));

    // Escapes of characters outside the reserved set are resolved, the others written in one way, so that %61 equals a but %40 is not an @.
    private static string Normal(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%' || i + 2 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var value = Convert.ToInt32(text.Substring(i + 1, 2), 16);
            if (value is > 0x20 and < 0x7F && !";/?:@&=+$,%".Contains((char)value, StringComparison.Ordinal))
                result.Append((char)value);
            else
                result.Append('%').Append(text.AsSpan(i + 1, 2).ToString().ToUpperInvariant());
            i += 2;
        }

        return result.ToString();
    }
}
