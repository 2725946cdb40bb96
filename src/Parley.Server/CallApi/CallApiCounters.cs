namespace Parley.Server.CallApi;

/// <summary>What the call API has done, and what exists now. Snapshots may tear between members.</summary>
public sealed class CallApiCounters
{
    private long _sockets, _socketsTotal, _socketsRefused, _socketsDropped, _commands, _commandsTotal, _commandsFailed, _requestsRefused;

    /// <summary>Sockets open now.</summary>
    public long Sockets => Interlocked.Read(ref _sockets);

    /// <summary>Sockets there have been.</summary>
    public long SocketsTotal => Interlocked.Read(ref _socketsTotal);

    /// <summary>Sockets refused because there were too many.</summary>
    public long SocketsRefused => Interlocked.Read(ref _socketsRefused);

    /// <summary>Sockets dropped because their peer did not read.</summary>
    public long SocketsDropped => Interlocked.Read(ref _socketsDropped);

    /// <summary>Commands in flight now.</summary>
    public long Commands => Interlocked.Read(ref _commands);

    /// <summary>Commands there have been.</summary>
    public long CommandsTotal => Interlocked.Read(ref _commandsTotal);

    /// <summary>Commands that ended with an Error.</summary>
    public long CommandsFailed => Interlocked.Read(ref _commandsFailed);

    /// <summary>Requests answered with an error.</summary>
    public long RequestsRefused => Interlocked.Read(ref _requestsRefused);

    internal void SocketOpened()
    {
        Interlocked.Increment(ref _sockets);
        Interlocked.Increment(ref _socketsTotal);
    }

    internal void SocketClosed() => Interlocked.Decrement(ref _sockets);

    internal void SocketRefused() => Interlocked.Increment(ref _socketsRefused);

    internal void SocketDropped() => Interlocked.Increment(ref _socketsDropped);

    internal void CommandBegun()
    {
        Interlocked.Increment(ref _commands);
        Interlocked.Increment(ref _commandsTotal);
    }

    internal void CommandEnded(bool failed)
    {
        Interlocked.Decrement(ref _commands);
        if (failed)
            Interlocked.Increment(ref _commandsFailed);
    }

    internal void RequestRefused() => Interlocked.Increment(ref _requestsRefused);
}
