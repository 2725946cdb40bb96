using Microsoft.AspNetCore.Http;
using Parley.Server.Access;

namespace Parley.Server.Hosting;

/// <summary>One API of an <see cref="ApiHost"/>: a path and what answers below it.</summary>
public abstract class ApiSurface : IAsyncDisposable
{
    /// <summary>Where it is, e.g. <c>/call-api</c>.</summary>
    public abstract string Path { get; }

    /// <summary>Whether anybody may ask it, without a key, wherever it listens: it tells nothing that is anybody's and changes nothing. Default: no.</summary>
    public virtual bool IsOpen => false;

    /// <summary>Whether a request is for this one. Default: it is for <see cref="Path"/> or below.</summary>
    /// <param name="path">The path asked for.</param>
    public virtual bool Serves(PathString path) => path.StartsWithSegments(Path);

    /// <summary>Answers a request that it serves: for <see cref="Path"/> or below it. An exception costs that request alone.</summary>
    /// <param name="context">The request.</param>
    /// <param name="gate">To be asked who it is, before anything else is.</param>
    public abstract Task AnswerAsync(HttpContext context, ApiGate gate);

    /// <summary>The host ends: what still runs here is told so and left.</summary>
    public abstract ValueTask DisposeAsync();
}
