using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Parley.TestSupport.Speech;

/// <summary>How a vendor's server treats a connection.</summary>
public enum Manner
{
    Good,
    RefusesKey,
    TooMany,
    ClosesEarly,
    BreaksOff,
    Silent,
    Garbage,
    Slow,
    ClosesAfterwards,
    ServerError,
}

/// <summary>A vendor on this machine: speaks his protocol, checks his signature, and misbehaves on request, connection by connection.</summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Queue<Manner> _manners;
    private readonly Lock _gate = new();

    private VendorServer(WebApplication app, IEnumerable<Manner> manners)
    {
        _app = app;
        _manners = new(manners);
    }

    /// <summary>Connections and requests so far.</summary>
    public int Connections { get; private set; }

    /// <summary>What was wrong with what clients sent.</summary>
    public List<string> Complaints { get; } = [];

    public Uri Http { get; private set; } = null!;

    public Uri WebSocket => new UriBuilder(Http) { Scheme = "ws" }.Uri;

    /// <summary>Starts one; the manners are those of the first connections, the rest are good.</summary>
    public static async Task<VendorServer> StartAsync(Func<HttpContext, Manner, VendorServer, Task> serve, params Manner[] manners)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var server = new VendorServer(app, manners);
        app.Run(context => serve(context, server.Next(), server));
        await app.StartAsync();
        server.Http = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var limited = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(limited.Token);
        await _app.DisposeAsync();
    }

    public void Complain(string what)
    {
        lock (_gate) Complaints.Add(what);
    }

    /// <summary>What all vendors do before they have said anything; true when the connection is over with that.</summary>
    public async Task<bool> RefuseAsync(HttpContext context, Manner manner, bool authorised)
    {
        var status = manner switch
        {
            Manner.RefusesKey => 401,
            Manner.TooMany => 429,
            Manner.ServerError => 503,
            _ when !authorised => 401,
            _ => 0,
        };
        if (!authorised) Complain($"not authorised: {context.Request.Path}{context.Request.QueryString}");
        if (status == 0) return false;
        context.Response.StatusCode = status;
        await context.Response.WriteAsync("""{"error":{"message":"no, key-0123456789 will not do"}}""");
        return true;
    }

    private Manner Next()
    {
        lock (_gate)
        {
            Connections++;
            return _manners.Count > 0 ? _manners.Dequeue() : Manner.Good;
        }
    }
}

/// <summary>Messages of a server's WebSocket.</summary>
internal static class ServerSockets
{
    public static async Task<(WebSocketMessageType Type, byte[] Bytes)> NextAsync(this WebSocket socket)
    {
        var bytes = new List<byte>();
        var buffer = new byte[65536];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return (WebSocketMessageType.Close, []);
            bytes.AddRange(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage) return (part.MessageType, [.. bytes]);
        }
    }

    public static Task SayAsync(this WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    public static Task SayAsync(this WebSocket socket, byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None);

    public static JsonElement Json(byte[] bytes) => JsonDocument.Parse(bytes).RootElement;

    /// <summary>Tencent's signature, computed as its documents say, from the address as it came.</summary>
    public static bool IsSignedForTencent(this HttpRequest request, string method, string host, string name, string key)
    {
        var parameters = request.Query.Where(one => one.Key != name).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}");
        var text = $"{method}{host}{request.Path}?{string.Join('&', parameters)}";
#pragma warning disable CA5350 // what Tencent uses
        var expected = Convert.ToBase64String(System.Security.Cryptography.HMACSHA1.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        return request.Query[name] == expected;
    }
}
