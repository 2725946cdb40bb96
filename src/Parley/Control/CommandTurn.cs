namespace Parley.Control;

/// <summary>The right of one command, or of a host, to change a call; while it lasts no other command gets it. Disposing it gives it back.</summary>
public sealed class CommandTurn : IDisposable
{
    private readonly LogicalCall _call;
    private readonly CancellationTokenSource _stop;

    internal CommandTurn(LogicalCall call, CancellationToken cancel)
    {
        _call = call;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, call.Over);
        Token = _stop.Token;
    }

    /// <summary>Fires when the command is given up, or the call is over.</summary>
    public CancellationToken Token { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _call.Return(this);
        _stop.Dispose();
    }
}
