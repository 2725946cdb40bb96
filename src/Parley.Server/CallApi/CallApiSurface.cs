using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Control;
using Parley.Server.Access;
using Parley.Server.CallApi.Dialects;
using Parley.Server.CallApi.Methods;
using Parley.Server.CallApi.OpenRpc;
using Parley.Server.CallApi.Sockets;
using Parley.Server.Hosting;

namespace Parley.Server.CallApi;

/// <summary>The call API as part of a host: JSON-RPC 2.0 over WebSocket at <c>/call-api</c>, its description at <c>/call-api/openrpc.json</c>.</summary>
public sealed class CallApiSurface : ApiSurface
{
    private readonly CallApiCore _core;
    private readonly ClientTable _sockets;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lazy<byte[]> _description;

    /// <summary>Makes one for the calls of a user agent.</summary>
    /// <param name="control">What its commands are carried out by; stays its owner's.</param>
    /// <param name="options">Limits, clock, log. Default: that type's defaults.</param>
    public CallApiSurface(ICallControl control, CallApiOptions? options = null)
        : this(CallMethods.Of(new ControlledCalls(control)), options ?? new())
    {
    }

    internal CallApiSurface(IReadOnlyList<Method> methods, CallApiOptions options)
    {
        var log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger("Parley.CallApi");
        _core = new(new(methods), options.Limits, options.Time, log);
        _sockets = new(options.Limits.MaxSockets, options.Limits.MaxSocketsPerClient);
        _description = new(() => OpenRpcDocument.Write(methods));
    }

    /// <inheritdoc/>
    public override string Path => "/call-api";

    /// <summary>What it has done, and what exists now.</summary>
    public CallApiCounters Counters => _core.Counters;

    /// <inheritdoc/>
    public override Task AnswerAsync(HttpContext context, ApiGate gate)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(gate);
        var path = context.Request.Path.Value!;
        if (path.Equals(Path + "/openrpc.json", StringComparison.Ordinal))
            return DescribeAsync(context);
        if (path.Equals(Path, StringComparison.Ordinal) || path.Equals(Path + "/", StringComparison.Ordinal))
            return ServeAsync(context, gate);
        return ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, $"There are {Path} for WebSockets and {Path}/openrpc.json.");
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _ending.Dispose();
    }

    // What can be asked for is no secret: it is the same for every server of this version.
    private async Task DescribeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET is served.");
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.ContentLength = _description.Value.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.Body.WriteAsync(_description.Value, context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context, ApiGate gate)
    {
        if (await gate.AdmitAsync(context) is { } principal)
            await _sockets.ServeAsync(context, principal, $"its description is at {Path}/openrpc.json", _core.Counters.SocketRefused, () => ServeSocketAsync(context, principal));
    }

    private async Task ServeSocketAsync(HttpContext context, ApiPrincipal principal)
    {
        if (Dialect.Find(context.Request.Query["dialect"]) is not { } dialect)
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status400BadRequest, "There is the default dialect, and ?dialect=opensips.");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = _core.Limits.KeepAlive, KeepAliveTimeout = _core.Limits.KeepAlive,
        });
        _core.Counters.SocketOpened();
        try
        {
            await new CallApiSession(_core, socket, principal, dialect).RunAsync(_ending.Token);
        }
        finally
        {
            _core.Counters.SocketClosed();
        }
    }
}
