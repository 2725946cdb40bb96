namespace Parley.Net;

/// <summary>An open listener of a virtual host.</summary>
internal sealed class VirtualListener(VirtualHost host, StreamListenOptions options, NetEndpoint local, Func<IStreamConnection, Task> accept) : IStreamListener
{
    private int _connections;

    public NetEndpoint Local { get; } = local;

    public StreamKind Kind => Options.Kind;

    public StreamListenOptions Options { get; } = options;

    public VirtualHost Host { get; } = host;

    /// <summary>Takes a connection's listening end: it stays open until the accepting code is done with it.</summary>
    /// <returns>False when there are as many as allowed.</returns>
    public bool TryAccept(VirtualConnection connection)
    {
        if (Interlocked.Increment(ref _connections) > Options.MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            return false;
        }

        connection.Closed.UnsafeRegister(static state => Interlocked.Decrement(ref ((VirtualListener)state!)._connections), this);
        _ = ServeAsync(connection);
        return true;
    }

    private async Task ServeAsync(VirtualConnection connection)
    {
        await using (connection)
        {
            try
            {
                await accept(connection);
            }
            catch (Exception exception) // the boundary to the accepting code: its faults end this connection only
            {
                if (exception is not OperationCanceledException)
                    Host.Clock.Report(exception);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Host.Remove(this);
        return ValueTask.CompletedTask;
    }
}
