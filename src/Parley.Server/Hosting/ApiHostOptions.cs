using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Parley.Server.Access;

namespace Parley.Server.Hosting;

/// <summary>Where an <see cref="ApiHost"/> listens and whom it lets in.</summary>
public sealed record ApiHostOptions
{
    /// <summary>Address and port; port 0 for any. Without keys it must be a loopback address.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>With a certificate the host speaks TLS (wss, https) and nothing else; it stays its owner's. Default: none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The keys. Default: none.</summary>
    public ApiKeyRing Keys { get; init; } = ApiKeyRing.None;

    /// <summary>Origins of web pages that may connect besides the host's own, e.g. <c>https://desk.example.com</c>; <c>*</c> for all. Default: none.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Connections at a time, at least 1; further ones are closed at once. Default: 2,000, twice the sockets of the call API.</summary>
    public int MaxConnections { get; init; } = 2_000;

    /// <summary>Where faults are logged. Default: nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }
}
