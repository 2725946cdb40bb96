using Microsoft.Extensions.Logging;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Testing.Local;

/// <summary>How a <see cref="LocalServer"/> is started.</summary>
public sealed record LocalServerOptions
{
    /// <summary>The network it lives on. Default one of its own, the system's.</summary>
    public INetwork? Network { get; init; }

    /// <summary>The address it listens on, over UDP and TCP. Default 127.0.0.1.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port of both. Default 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Sees every message. Default none.</summary>
    public ISipTrace? Trace { get; init; }

    /// <summary>Where to log. Default nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }
}
