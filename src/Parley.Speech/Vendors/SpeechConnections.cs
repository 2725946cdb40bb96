using System.Collections.Concurrent;
using System.Net;

namespace Parley.Speech.Vendors;

/// <summary>
/// The connections to vendors that all calls of a process share: HTTP ones are pooled, WebSockets that a vendor lets be used again are kept for a while. One for the
/// process; dispose of it last.
/// </summary>
public sealed class SpeechConnections : IDisposable
{
    private readonly HttpMessageHandler _handler;
    private readonly ConcurrentDictionary<string, ConcurrentStack<(VendorSocket Socket, long Since)>> _idle = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    /// <summary>Makes a set without connections.</summary>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="handler">What connects, e.g. one that judges where an address leads; it must follow no redirections, and is disposed of with this. Null for one that connects to every address.</param>
    public SpeechConnections(VendorLimits? limits = null, HttpMessageHandler? handler = null)
    {
        Limits = limits ?? VendorLimits.Default;
        _handler = handler ?? new SocketsHttpHandler
        {
            ConnectTimeout = Limits.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // addresses behind a name change
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            AllowAutoRedirect = false, // a key must not follow to another host
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
        };
        Http = new(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>How long is waited, and for how much.</summary>
    public VendorLimits Limits { get; }

    internal HttpClient Http { get; }

    /// <summary>Closes what is kept; connections in use are their users'.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var stack in _idle.Values)
        {
            while (stack.TryPop(out var one)) one.Socket.Abort();
        }

        Http.Dispose();
        _handler.Dispose();
    }

    /// <summary>A connection that was kept under this name, or none.</summary>
    internal VendorSocket? TryReuse(string name)
    {
        if (!_idle.TryGetValue(name, out var stack)) return null;
        while (stack.TryPop(out var one))
        {
            if (one.Socket.IsOpen && TimeProvider.System.GetElapsedTime(one.Since) < Limits.IdleConnection) return one.Socket;
            one.Socket.Abort();
        }

        return null;
    }

    /// <summary>Keeps a connection that is in order and owes nothing.</summary>
    internal void Keep(string name, VendorSocket socket)
    {
        var stack = _idle.GetOrAdd(name, static _ => new());
        if (_disposed || !socket.IsOpen || stack.Count >= Limits.MaxIdleConnections) socket.Abort();
        else stack.Push((socket, TimeProvider.System.GetTimestamp()));
    }

    internal HttpMessageInvoker Invoker => Http;
}
