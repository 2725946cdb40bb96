using Microsoft.AspNetCore.Http;

namespace Parley.Server.Access;

/// <summary>Counts the sockets of an API, in all and of each client, that is, of each key and address.</summary>
/// <param name="most">Sockets at a time; past it 503.</param>
/// <param name="mostOfOne">Sockets of one client; past it 429.</param>
internal sealed class ClientTable(int most, int mostOfOne)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _clients = [];
    private TaskCompletionSource? _empty;
    private int _all;

    /// <summary>Serves a socket while it has a place here. What has none, or is no WebSocket, has been answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="principal">Whose it is.</param>
    /// <param name="hint">What else is to be known by somebody who expected no WebSocket.</param>
    /// <param name="onFull">Told when there is no place.</param>
    /// <param name="serve">Serves it.</param>
    public async Task ServeAsync(HttpContext context, ApiPrincipal principal, string hint, Action onFull, Func<Task> serve)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status426UpgradeRequired, $"This is a WebSocket: {hint}.");
            return;
        }

        var client = $"{principal.Name} {context.Connection.RemoteIpAddress}";
        if (TryEnter(client) is > 0 and var status)
        {
            onFull();
            await ApiGate.RefuseAsync(context, status, status == StatusCodes.Status429TooManyRequests ? "This client has too many sockets." : "There are too many sockets.");
            return;
        }

        try
        {
            await serve();
        }
        finally
        {
            Leave(client);
        }
    }

    /// <summary>Completes when no socket is left; asked for when no further ones come.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            _empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_all == 0)
                _empty.TrySetResult();
            return _empty.Task;
        }
    }

    // Takes a place; 0 when there is one, else the status of the refusal.
    private int TryEnter(string client)
    {
        lock (_gate)
        {
            if (_all >= most)
                return StatusCodes.Status503ServiceUnavailable;
            var own = _clients.GetValueOrDefault(client);
            if (own >= mostOfOne)
                return StatusCodes.Status429TooManyRequests;
            _clients[client] = own + 1;
            _all++;
            return 0;
        }
    }

    private void Leave(string client)
    {
        lock (_gate)
        {
            if (--_all == 0)
                _empty?.TrySetResult();
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
    }
}
