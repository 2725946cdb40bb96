using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Contracts.JsonRpc;

namespace Parley.Client;

/// <summary>A command from its request to its Ended. Told by the reading task alone.</summary>
internal sealed class PendingCommand(string id, RpcRequest request, Action<CallNotification>? onEvent)
{
    private readonly TaskCompletionSource<CommandResult> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CallOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CallNotification> _events = [];
    private CallNotification? _error;
    private int _repeating = int.MaxValue;

    public string Id { get; } = id;

    public RpcRequest Request { get; } = request;

    /// <summary>Subscriptions tell without end: their events are not kept, and none is told twice.</summary>
    public bool IsSubscription { get; set; }

    /// <summary>The server's result, or its error.</summary>
    public Task<CommandResult> Taken => _taken.Task;

    public Task<CallOutcome> Ended => _ended.Task;

    /// <summary>It is asked for again: what it has told already will be told again, in the same order.</summary>
    public void Repeat()
    {
        _repeating = 0;
        if (IsSubscription && Taken.IsCompletedSuccessfully)
            onEvent?.Invoke(new() { CmdId = Id, Data = EventNames.EventsLost, Event = "EventsLost" });
    }

    public void TakenAs(CommandResult result) => _taken.TrySetResult(result);

    public void Refused(RpcError error) => Fail(new CallApiException(error));

    public void Fail(Exception why)
    {
        _taken.TrySetException(why);
        _ended.TrySetException(why);
        // Not everybody waits for both.
        _ = _taken.Task.Exception;
        _ = _ended.Task.Exception;
    }

    public void Told(string method, CallNotification notification)
    {
        switch (method)
        {
            case CallNotification.EndedMethod:
                _ended.TrySetResult(new(Id, _error?.Code ?? 200, _error?.Message ?? "OK") { Events = [.. _events] });
                break;
            case CallNotification.ErrorMethod:
                _error = notification;
                break;
            default:
                if (_repeating < _events.Count && _events[_repeating] == notification)
                {
                    _repeating++;
                    break;
                }

                _repeating = int.MaxValue;

                if (!IsSubscription)
                    _events.Add(notification);
                onEvent?.Invoke(notification);
                break;
        }
    }

}
