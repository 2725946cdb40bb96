using System.Security.Cryptography.X509Certificates;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>The certificate of TLS and WSS listeners.</summary>
internal static class Certificates
{
    /// <summary>Reads or makes it; null when none was asked for and none is needed.</summary>
    /// <exception cref="CommandException">Half of what is needed was given, or both ways at once.</exception>
    public static X509Certificate2? For(ServeSettings settings, IReadOnlyList<SipListenAddress> listen)
    {
        if (settings.TlsCertificate is null != settings.TlsKey is null)
            throw CommandException.Usage("--tls-cert and --tls-key go together: a certificate and its private key, both as PEM files.");
        if (settings.TlsCertificate is not null && settings.TlsSelfSigned == true)
            throw CommandException.Usage("--tls-self-signed makes a certificate; leave it out where --tls-cert names one.");
        if (settings.TlsCertificate is { } certificate)
            return TlsCertificates.LoadPem(certificate, settings.TlsKey!);
        if (settings.TlsSelfSigned == true)
            return TlsCertificates.SelfSigned([.. NamesOf(settings, listen)]);
        return listen.FirstOrDefault(one => one.Transport.IsSecure()) is { } secure
            ? throw CommandException.Usage($"{secure} needs a certificate: --tls-cert F.pem --tls-key F.pem, or --tls-self-signed to try it out.")
            : null;
    }

    private static IEnumerable<string> NamesOf(ServeSettings settings, IReadOnlyList<SipListenAddress> listen)
    {
        var hosts = listen.Where(one => one.Transport.IsSecure()).Select(one => DialAddress.HostFor(one.Local).ToString());
        return hosts.Prepend(settings.ExternalHost ?? "localhost").Prepend("127.0.0.1").Prepend("localhost").Distinct();
    }
}
