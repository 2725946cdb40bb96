using System.Net;

namespace Parley.Cli.Configuration;

/// <summary>Where an API listens, and whether with TLS.</summary>
internal readonly record struct ApiAddress(IPEndPoint Address, bool IsSecure)
{
    /// <summary>Reads <c>HOST:PORT</c>, <c>ws:HOST:PORT</c> or <c>wss:HOST:PORT</c>.</summary>
    /// <param name="text">What is said.</param>
    /// <param name="example">For the message.</param>
    /// <exception cref="FormatException">It is no address.</exception>
    public static ApiAddress Parse(string text, string example)
    {
        const string secure = "wss:", plain = "ws:";
        if (text.StartsWith(secure, StringComparison.OrdinalIgnoreCase))
            return new(ServeSettings.ParseAddress(text[secure.Length..], example), true);
        return new(ServeSettings.ParseAddress(text.StartsWith(plain, StringComparison.OrdinalIgnoreCase) ? text[plain.Length..] : text, example), false);
    }
}
