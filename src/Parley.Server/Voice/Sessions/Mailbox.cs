using System.Threading.Channels;

namespace Parley.Server.Voice.Sessions;

/// <summary>What a session does, one after the other. Those who put much in wait for it (<see cref="RunAsync"/>), so that none of them can fill it.</summary>
internal sealed class Mailbox
{
    private readonly Channel<Action> _actions = Channel.CreateUnbounded<Action>(new() { SingleReader = true });

    /// <summary>Puts an action in; false when the session is over, and it never runs.</summary>
    public bool Post(Action action) => _actions.Writer.TryWrite(action);

    /// <summary>Puts an action in and waits until it has run.</summary>
    public async Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Post(() =>
        {
            try
            {
                action();
            }
            finally
            {
                done.SetResult();
            }
        }))
        {
            return;
        }

        await done.Task;
    }

    /// <summary>Takes no more; what is in still runs.</summary>
    public void Close() => _actions.Writer.TryComplete();

    /// <summary>Runs what is put in, until <see cref="Close"/>.</summary>
    /// <param name="onFault">Told of what an action threw.</param>
    public async Task ServeAsync(Action<Exception> onFault)
    {
        await foreach (var action in _actions.Reader.ReadAllAsync())
        {
            try
            {
                action();
            }
            catch (Exception e) // boundary: a fault of one command is no end of the call
            {
                onFault(e);
            }
        }
    }
}
