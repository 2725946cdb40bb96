namespace Parley.Server.CallApi;

/// <summary>Counts the sockets, in all and of each client.</summary>
internal sealed class SocketTable(CallApiLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _clients = [];
    private int _all;

    /// <summary>Takes a place; 0 when there is one, else the status of the refusal.</summary>
    public int TryEnter(string client)
    {
        lock (_gate)
        {
            if (_all >= limits.MaxSockets)
                return 503;
            var own = _clients.GetValueOrDefault(client);
            if (own >= limits.MaxSocketsPerClient)
                return 429;
            _clients[client] = own + 1;
            _all++;
            return 0;
        }
    }

    public void Leave(string client)
    {
        lock (_gate)
        {
            _all--;
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
    }
}
