using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Speech.Vendors;

/// <summary>Tencent signs an address: HMAC-SHA1 over it with its parameters in order of their names, as another parameter.</summary>
internal static class TencentSignature
{
    /// <summary>The address with its parameters and their signature.</summary>
    /// <param name="method">What the signed text begins with: empty for recognition, <c>GET</c> for synthesis.</param>
    /// <param name="signedHost">The host that is signed, which is Tencent's even where another is connected to.</param>
    /// <param name="address">Where to connect.</param>
    /// <param name="parameters">Unescaped; signed as they are and escaped in the address.</param>
    /// <param name="name">Name of the signature's parameter.</param>
    /// <param name="secretKey">The key.</param>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA1 is what Tencent checks.")]
    public static Uri Sign(string method, string signedHost, Uri address, IEnumerable<KeyValuePair<string, string>> parameters, string name, string secretKey)
    {
        var sorted = parameters.OrderBy(one => one.Key, StringComparer.Ordinal).ToList();
        var text = $"{method}{signedHost}{address.AbsolutePath}?{string.Join('&', sorted.Select(one => $"{one.Key}={one.Value}"))}";
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secretKey), Encoding.UTF8.GetBytes(text)));
        var query = string.Join('&', sorted.Append(new(name, signature)).Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value)}"));
        return new UriBuilder(address) { Query = query }.Uri;
    }
}
