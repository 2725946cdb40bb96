using System.Net.Security;
using System.Net.WebSockets;

namespace Parley.Client;

/// <summary>Sockets as both clients open them.</summary>
internal static class ServerSocket
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    /// <summary>A socket that has yet to connect.</summary>
    /// <param name="key">The server's key for us; null for a server without one.</param>
    /// <param name="validate">Judges the server's certificate; null for the system.</param>
    public static ClientWebSocket Create(string? key, RemoteCertificateValidationCallback? validate)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        if (key is not null)
            socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        if (validate is not null)
            socket.Options.RemoteCertificateValidationCallback = validate;
        return socket;
    }
}
