using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>Where listeners get their certificate from.</summary>
public static class TlsCertificates
{
    /// <summary>Reads a certificate and its private key from PEM files.</summary>
    /// <param name="certificateFile">PEM file whose first certificate is the server's.</param>
    /// <param name="keyFile">PEM file with the unencrypted private key; may be the same file.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">
    /// A file holds no certificate or key, or they do not belong together; the message names the files.
    /// </exception>
    public static X509Certificate2 LoadPem(string certificateFile, string keyFile)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CryptographicException($"No TLS certificate from '{certificateFile}' with the key in '{keyFile}': {e.Message}", e);
        }
    }

    /// <summary>
    /// Reads the certificates that follow the first one in a PEM file, as authorities hand them out (<c>fullchain.pem</c>).
    /// </summary>
    /// <param name="certificateFile">PEM file.</param>
    /// <returns>The intermediates; none when the file holds one certificate only.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The file holds something that is no certificate; the message names it.</exception>
    public static X509Certificate2Collection LoadIntermediates(string certificateFile)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPemFile(certificateFile);
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException($"No TLS certificates from '{certificateFile}': {e.Message}", e);
        }

        if (all.Count > 0)
            all.RemoveAt(0);
        return all;
    }

    /// <summary>Makes a self-signed certificate (ECDSA P-256, valid for a year) for tests and closed networks.</summary>
    /// <param name="names">
    /// Host names and IP addresses it is for; a host name is put in both as DNS name and as <c>sip:</c> URI (RFC 5922 §7.1).
    /// </param>
    public static X509Certificate2 SelfSigned(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={(names.Count > 0 ? names[0] : "localhost")}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
                continue;
            }

            alternatives.AddDnsName(name);
            alternatives.AddUri(new Uri($"sip:{name}"));
        }

        if (names.Count > 0)
            request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        // A clock that is a little behind ours must not refuse it.
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }
}
