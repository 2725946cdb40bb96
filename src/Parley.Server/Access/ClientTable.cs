namespace Parley.Server.Access;

/// <summary>Counts the sockets, in all and of each client.</summary>
/// <param name="most">Sockets at a time; past it 503.</param>
/// <param name="mostOfOne">Sockets of one client; past it 429.</param>
internal sealed class ClientTable(int most, int mostOfOne)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _clients = [];
    private TaskCompletionSource? _empty;
    private int _all;

    /// <summary>Takes a place; 0 when there is one, else the status of the refusal.</summary>
    public int TryEnter(string client)
    {
        lock (_gate)
        {
            if (_all >= most)
                return 503;
            var own = _clients.GetValueOrDefault(client);
            if (own >= mostOfOne)
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
            if (--_all == 0)
                _empty?.TrySetResult();
            if (--_clients[client] == 0)
                _clients.Remove(client);
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
}
