using Microsoft.Extensions.Logging;

namespace Parley.Server.CallApi;

/// <summary>How the call API is served.</summary>
public sealed record CallApiOptions
{
    /// <summary>How much clients may make the server keep. Default: that type's defaults.</summary>
    public CallApiLimits Limits { get; init; } = new();

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where faults are logged. Default: nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }
}
