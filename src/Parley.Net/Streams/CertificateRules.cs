using System.Formats.Asn1;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>Whether a certificate is trusted, and which SIP domains it speaks for (RFC 5922).</summary>
public static class CertificateRules
{
    private const string SubjectAltNameOid = "2.5.29.17";
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// True when the certificate carries <paramref name="domain"/> as a SIP identity: a subjectAltName URI <c>sip:domain</c>; without any
    /// such URI a DNS name; without any subjectAltName the common name (RFC 5922 §7.1). Names are compared without case and wildcards do
    /// not count (§7.2). An IP address matches an address in subjectAltName.
    /// </summary>
    public static bool SpeaksFor(X509Certificate2 certificate, string domain)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(domain);
        var names = ReadNames(certificate);
        if (IPAddress.TryParse(domain.Trim('[', ']'), out var address))
            return names.Addresses.Contains(address);
        var candidates = names.SipUris.Count > 0 ? names.SipUris
            : names.DnsNames.Count > 0 ? names.DnsNames
            : names.HasExtension ? [] : [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
        return candidates.Contains(domain.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One sentence that says why a server's certificate is refused; null when it is good.</summary>
    internal static string? FindFault(
        X509Certificate2? certificate,
        X509Chain? chain,
        SslPolicyErrors errors,
        string hostName,
        StreamKind kind,
        X509Certificate2Collection? trusted)
    {
        if (certificate is null)
            return "the peer showed no certificate.";
        if (FindChainFault(certificate, chain, errors, trusted, ServerAuthOid) is { } fault)
            return fault;
        // WebSocket connections follow HTTP's rules for names (RFC 7118 §6), which the platform has already applied.
        var carries = kind == StreamKind.Wss ? (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 : SpeaksFor(certificate, hostName);
        return carries
            ? null
            : $"the peer's certificate does not carry the name '{hostName}' but {DescribeNames(certificate)} (RFC 5922 §7.2).";
    }

    /// <summary>A client need not show a certificate; one that it shows must be trusted.</summary>
    internal static bool AcceptClient(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? trusted) =>
        certificate is null || FindChainFault((X509Certificate2)certificate, chain, errors, trusted, ClientAuthOid) is null;

    private static string? FindChainFault(
        X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? trusted, string usage)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0)
            return null;
        if (trusted is { Count: > 0 })
        {
            using var again = new X509Chain();
            again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            again.ChainPolicy.CustomTrustStore.AddRange(trusted);
            again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            again.ChainPolicy.ApplicationPolicy.Add(new(usage));
            if (chain is not null)
                again.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(e => e.Certificate).ToArray());
            return again.Build(certificate) ? null : DescribeChain(certificate, again);
        }

        return DescribeChain(certificate, chain);
    }

    private static string DescribeChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var states = chain?.ChainStatus.Select(s => s.StatusInformation.Trim().TrimEnd('.')).Distinct().ToArray() ?? [];
        var why = states.Length > 0 ? string.Join("; ", states) : "its chain is not trusted";
        var until = certificate.NotAfter.ToUniversalTime();
        return $"the peer's certificate '{certificate.Subject}' (valid until {until:yyyy-MM-dd}) does not verify: {why}.";
    }

    private static string DescribeNames(X509Certificate2 certificate)
    {
        var names = ReadNames(certificate);
        string[] all = [.. names.SipUris.Select(n => "sip:" + n), .. names.DnsNames, .. names.Addresses.Select(a => a.ToString())];
        return all.Length > 0 ? string.Join(", ", all.Select(n => $"'{n}'")) : $"only the subject '{certificate.Subject}'";
    }

    // GeneralName, RFC 5280 §4.2.1.6: dNSName is [2], uniformResourceIdentifier [6], iPAddress [7]. The platform's reader skips URIs.
    private static Names ReadNames(X509Certificate2 certificate)
    {
        var names = new Names();
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value != SubjectAltNameOid)
                continue;
            names.HasExtension = true;
            try
            {
                ReadSequence(extension.RawData, names);
            }
            catch (AsnContentException)
            {
                // A broken extension names nobody.
            }
        }

        return names;
    }

    private static void ReadSequence(byte[] encoded, Names names)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific)
                reader.ReadEncodedValue();
            else if (tag.TagValue == 2)
                names.DnsNames.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            else if (tag.TagValue == 6)
                AddUri(names, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            else if (tag.TagValue == 7 && reader.ReadOctetString(tag) is { Length: 4 or 16 } address)
                names.Addresses.Add(new IPAddress(address));
            else if (tag.TagValue != 7)
                reader.ReadEncodedValue();
        }
    }

    // RFC 5922 §7.1: only sip URIs count, without user part; parameters and port do not belong to the identity.
    private static void AddUri(Names names, string uri)
    {
        if (!uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || uri.Contains('@', StringComparison.Ordinal))
            return;
        var end = uri.AsSpan(4).IndexOfAny(':', ';', '?');
        names.SipUris.Add(end < 0 ? uri[4..] : uri[4..(4 + end)]);
    }

    private sealed class Names
    {
        public bool HasExtension { get; set; }

        public List<string> SipUris { get; } = [];

        public List<string> DnsNames { get; } = [];

        public List<IPAddress> Addresses { get; } = [];
    }
}
