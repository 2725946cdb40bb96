using Microsoft.Extensions.Logging;
using Parley.Contracts.Events;
using Parley.Server.Access;
using Parley.Server.CallApi.Methods;

namespace Parley.Server.CallApi.Commands;

/// <summary>
/// One command from its result to its Ended, of which there is exactly one, after an Error if it failed. It goes on without the socket it came by; a socket that repeats the request
/// with the same id joins it. For any thread; listeners are told in one order.
/// </summary>
internal sealed partial class CommandRun : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ICommandListener> _listeners = [];
    private readonly List<CommandMessage> _kept = [];
    private readonly CancellationTokenSource _cancel = new();
    private readonly ILogger _log;
    private readonly int _keep;
    private bool _failed;

    /// <param name="id">Its cmd_id.</param>
    /// <param name="method">What was asked for.</param>
    /// <param name="principal">Whose it is.</param>
    /// <param name="keep">How many messages are kept for those who join later; 0 when nobody can.</param>
    /// <param name="log">For faults of ours.</param>
    public CommandRun(string id, Method method, ApiPrincipal principal, int keep, ILogger log) =>
        (Id, Method, Principal, _keep, _log) = (id, method, principal, keep, log);

    public string Id { get; }

    public Method Method { get; }

    public ApiPrincipal Principal { get; }

    /// <summary>Fires when it is given up.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    public bool IsOver { get; private set; }

    /// <summary>Tells a listener everything from the beginning, and from now on whatever happens. Nothing when it listens already.</summary>
    public void Join(ICommandListener listener)
    {
        lock (_gate)
        {
            if (_listeners.Contains(listener) && !IsOver)
                return;
            foreach (var message in _kept)
                listener.Tell(this, message);
            if (!IsOver)
                _listeners.Add(listener);
        }
    }

    /// <summary>Tells a listener nothing any more.</summary>
    public void Leave(ICommandListener listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    /// <summary>Gives it up; it still ends by itself.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            if (IsOver)
                return;
        }

        // Outside: what waits for it may go on at once, and tell.
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Something happened; nothing is told once it is over.</summary>
    public void Tell(Happening what, EventDetails details) => Tell(new CommandMessage.Happened(what, details));

    /// <summary>Runs it to its end. What comes out of <paramref name="body"/> as an exception is its Error.</summary>
    /// <returns>True when it failed.</returns>
    public async Task<bool> RunAsync(Func<CommandRun, Task> body)
    {
        try
        {
            await body(this);
        }
        catch (CommandFailure e)
        {
            Fail(e.Code, e.Message, e.Text);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            // Given up by who began it: no failure.
        }
        catch (ArgumentException e)
        {
            var message = e.Message.Split(" (Parameter")[0];
            Fail(400, message, message);
        }
        catch (Exception e) // boundary: a fault in one command is that command's end
        {
            LogFault(_log, Method.Name, Id, e);
            Fail(500, "Server Internal Error", "500 Server Internal Error");
        }

        End();
        return _failed;
    }

    private void Fail(int code, string message, string text)
    {
        _failed = true;
        Tell(new CommandMessage.Failed(code, message, text));
    }

    private void End()
    {
        lock (_gate)
        {
            Tell(CommandMessage.Ended.Instance);
            IsOver = true;
            _listeners.Clear();
        }
    }

    /// <summary>After its end.</summary>
    public void Dispose() => _cancel.Dispose();

    private void Tell(CommandMessage message)
    {
        lock (_gate)
        {
            if (IsOver)
                return;
            if (_keep > 0 && (_kept.Count < _keep || message is not CommandMessage.Happened))
                _kept.Add(message);
            foreach (var listener in _listeners)
                listener.Tell(this, message);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The command {Method} ({Id}) failed by a fault of ours")]
    private static partial void LogFault(ILogger log, string method, string id, Exception e);
}
