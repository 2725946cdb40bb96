using System.Collections.Frozen;
using System.Text;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Services.Locations;

/// <summary>Which hosts of URIs are ours, and under which name. Ports do not matter. Immutable.</summary>
public sealed class ServedDomains
{
    // Longer ones are no names (RFC 1035 §2.3.4).
    private const int LongestHost = 255;

    private readonly FrozenDictionary<string, string> _names;
    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _byText;

    /// <summary>Makes the table.</summary>
    /// <param name="domains">At least one; the first is <see cref="Default"/>.</param>
    /// <exception cref="ArgumentException">There is none, a name is empty or no host, or one host means two domains.</exception>
    public ServedDomains(IReadOnlyList<ServedDomain> domains)
    {
        ArgumentNullException.ThrowIfNull(domains);
        if (domains.Count == 0)
            throw new ArgumentException("At least one domain must be served.", nameof(domains));
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var domain in domains)
        {
            var name = Canonical(domain.Name, nameof(domains));
            foreach (var host in domain.Aliases.Prepend(domain.Name))
            {
                var alias = Canonical(host, nameof(domains));
                if (names.TryGetValue(alias, out var other) && other != name)
                    throw new ArgumentException($"The host '{alias}' cannot mean both {other} and {name}.", nameof(domains));
                names[alias] = name;
            }
        }

        Names = [.. domains.Select(domain => Canonical(domain.Name, nameof(domains)))];
        _names = names.ToFrozenDictionary(StringComparer.Ordinal);
        _byText = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>One domain with further hosts that mean it.</summary>
    public ServedDomains(string name, params IReadOnlyList<string> aliases)
        : this([new ServedDomain(name) { Aliases = aliases }])
    {
    }

    /// <summary>The names, in the order given.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The first name: whose users are meant where no domain is named.</summary>
    public string Default => Names[0];

    /// <summary>The domain a host stands for; null when it is none of ours.</summary>
    /// <param name="host">A name in any case, or an address; IPv6 without brackets.</param>
    public string? Find(ReadOnlySpan<byte> host)
    {
        if (host.Length is 0 or > LongestHost)
            return null;
        if (host.Contains((byte)':'))
            return Find(Encoding.ASCII.GetString(host));
        Span<char> text = stackalloc char[LongestHost];
        var length = Ascii.ToLower(host, text, out var written) == System.Buffers.OperationStatus.Done ? written : 0;
        return _byText.TryGetValue(text[..length], out var name) ? name : null;
    }

    /// <summary>The domain a host stands for; null when it is none of ours.</summary>
    /// <param name="host">A name in any case, or an address; IPv6 without brackets.</param>
    public string? Find(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _names.GetValueOrDefault(Fold(host));
    }

    /// <summary>Whom of ours a URI names. False when its host is not ours, it has no user, or it is no sip or sips URI.</summary>
    public bool TryResolve(SipUriView uri, out AddressOfRecord address)
    {
        address = default;
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips) || uri.User.IsEmpty || Find(uri.Host) is not { } domain)
            return false;
        var user = Encoding.ASCII.GetString(uri.User);
        if (user.Contains('%', StringComparison.Ordinal))
            user = SipUri.FromView(uri).User;
        if (user.Any(char.IsControl))
            return false;
        address = AddressOfRecord.FromCanonical($"{user}@{domain}");
        return true;
    }

    /// <summary>Whom of ours a URI names. False when its host is not ours, it has no user, or it is no sip or sips URI.</summary>
    public bool TryResolve(SipUri uri, out AddressOfRecord address)
    {
        address = default;
        if (uri is null || !AddressOfRecord.TryFrom(uri, out var written) || Find(uri.Host) is not { } domain)
            return false;
        address = AddressOfRecord.FromCanonical($"{written.User}@{domain}");
        return true;
    }

    private static string Canonical(string host, string argument)
    {
        if (string.IsNullOrEmpty(host) || host.Length > LongestHost || host.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '@' or '/' or ';'))
            throw new ArgumentException($"'{host}' is no host name or address.", argument);
        return Fold(host);
    }

    // IPv6 addresses in one writing of the many (RFC 5952), names in lower case without the root's dot.
    private static string Fold(string host)
    {
        var bare = host is ['[', .. var inside, ']'] ? inside : host;
        if (bare.Contains(':', StringComparison.Ordinal) && NetEndpoint.TryParse($"[{bare}]:0", out var endpoint))
            return endpoint.ToAddress().ToString();
        return bare.TrimEnd('.').ToLowerInvariant();
    }
}
