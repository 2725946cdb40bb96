using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Interop.Tests.Harness;

/// <summary>Writes the folder a baresip starts from.</summary>
internal static class BaresipConfig
{
    /// <summary>baresip puts TLS on the port above SIP's, so its control port is the third.</summary>
    public static int ControlPort(int port) => port + 2;

    public static string Uri(BaresipOptions options, int port)
        => options.Account is { } account ? $"sip:{account.Name}@{account.Server};transport={options.Transport}"
            : options.Transport == "tls"
            ? $"sip:phone@127.0.0.1:{port + 1};transport=tls"
            : $"sip:phone@127.0.0.1:{port};transport={options.Transport}";

    public static async Task WriteAsync(TempFolder folder, BaresipOptions options, int port)
    {
        // G.722 is sampled at 16 kHz, and baresip 1.0.0 does not resample a file: the microphone has the codec's rate.
        var rate = options.Codec switch { "G722" => 16_000, "opus" => 48_000, _ => 8_000 };
        if (options.Microphone.IsEmpty)
            Wav.WriteTone(folder.File("microphone.wav"), options.ToneHz, TimeSpan.FromSeconds(90), rate);
        else
            Wav.Write(folder.File("microphone.wav"), options.Microphone.Span, rate);
        await File.WriteAllTextAsync(folder.File("certificate.pem"), Certificate());
        await File.WriteAllTextAsync(folder.File("contacts"), string.Concat(Contacts(options)));
        await File.WriteAllTextAsync(folder.File("accounts"), $"{Account(options)};answermode={options.Answer}{Codecs(options.Codec)}{Encryption(options)}\n");
        var template = await File.ReadAllTextAsync(Path.Combine(Repository.Peers, "baresip", "config"));
        if (options.Encryption.Length > 0)
            template += "module srtp.so\n";
        if (options.Codec == "opus")
            template += "module opus.so\nopus_inbandfec yes\n";
        await File.WriteAllTextAsync(folder.File("config"), template
            .Replace("@FOLDER@", folder.Path, StringComparison.Ordinal)
            .Replace("@SIP@", $"{port}", StringComparison.Ordinal)
            .Replace("@CONTROL@", $"{ControlPort(port)}", StringComparison.Ordinal)
            .Replace("@RTP@", $"{port + 4}-{port + 7}", StringComparison.Ordinal)
            .Replace("@RATE@", $"{rate}", StringComparison.Ordinal));
    }

    private static string Account(BaresipOptions options)
    {
        if (options.Account is not { } account)
            return $"<sip:phone@127.0.0.1;transport={options.Transport}>;regint=0";
        var proxy = account.Proxy.Length == 0 ? "" : $";outbound=\"{account.Proxy}\"";
        return $"<sip:{account.Name}@{account.Server};transport={options.Transport}>;auth_user={account.Name};auth_pass={account.Password}"
            + $";regint=600;pubint={account.PublishInterval}{proxy}";
    }

    private static string Encryption(BaresipOptions options) => options.Encryption.Length == 0 ? "" : $";mediaenc={options.Encryption}";

    private static IEnumerable<string> Contacts(BaresipOptions options)
        => (options.Account?.Contacts ?? []).Select((uri, i) => $"\"Contact {i}\" <{uri}>;presence=p2p\n");

    private static string Codecs(string codec) => codec switch
    {
        "" => ";audio_codecs=pcmu/8000/1,pcma/8000/1",
        "PCMU" or "PCMA" => $";audio_codecs={codec}/8000/1",
        "G722" => ";audio_codecs=G722/16000/1",
        "opus" => ";audio_codecs=opus/48000/2",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "PCMU, PCMA, G722, opus or empty"),
    };

    private static string Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
