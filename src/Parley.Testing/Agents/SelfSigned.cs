using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Testing.Agents;

/// <summary>A certificate for agents that have to listen on TLS and were given none.</summary>
internal static class SelfSigned
{
    public static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        // Windows serves only keys that came out of a file.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
