using System.Collections.Concurrent;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <content>Who is told of events, and who waits for them.</content>
public sealed partial class VoiceClient
{
    private readonly ConcurrentDictionary<object, Waiter> _waiters = new();
    private readonly Lock _handlersGate = new();
    private Handler[] _handlers = [];
    private long _ids;

    /// <summary>
    /// Has each event of a kind handled: <see cref="VoiceEvent"/> for all, <see cref="LegEvent"/> for a group, or one. Handlers run one after the other in the order of the events; one that takes
    /// long holds up those behind it, and nothing else. What fails in one is logged. Events that came before the first handler wait for it.
    /// </summary>
    /// <typeparam name="TEvent">The kind.</typeparam>
    /// <param name="handler">What is done; it may use this client in any way.</param>
    /// <returns>This client.</returns>
    public VoiceClient On<TEvent>(Func<TEvent, Task> handler)
        where TEvent : VoiceEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_handlersGate)
        {
            Volatile.Write(ref _handlers, [.. _handlers, happened => happened is TEvent wanted ? handler(wanted) : Task.CompletedTask]);
            if (_handlers.Length == 1)
                _handling = HandleAsync();
        }

        return this;
    }

    /// <summary>Has each event of a kind handled: <see cref="On{TEvent}(Func{TEvent, Task})"/> for what does not wait.</summary>
    /// <typeparam name="TEvent">The kind.</typeparam>
    /// <param name="handler">What is done.</param>
    /// <returns>This client.</returns>
    public VoiceClient On<TEvent>(Action<TEvent> handler)
        where TEvent : VoiceEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        return On<TEvent>(happened =>
        {
            handler(happened);
            return Task.CompletedTask;
        });
    }

    /// <summary>Waits for the next event of a kind: one that comes after this was called, so call it before what brings the event about.</summary>
    /// <typeparam name="TEvent">The kind.</typeparam>
    /// <param name="match">Which; null for any.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="VoiceCallException">The session is over, and there was none.</exception>
    public async Task<TEvent> WaitForAsync<TEvent>(Func<TEvent, bool>? match = null, CancellationToken cancel = default)
        where TEvent : VoiceEvent
    {
        var waiter = new Waiter(happened => happened is TEvent wanted && match?.Invoke(wanted) != false);
        _waiters[waiter] = waiter;
        try
        {
            if (_end.Task.IsCompleted)
                waiter.Fail(await _end.Task.ConfigureAwait(false));
            return (TEvent)await waiter.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _waiters.TryRemove(waiter, out _);
        }
    }

    /// <summary>Sends a command and waits until the server says that it has taken it.</summary>
    /// <param name="command">The command; an <see cref="VoiceCommand.Id"/> is made up where it has none.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="VoiceCallException">Nothing of it could be done, or the session is over.</exception>
    /// <exception cref="IOException">The session is over.</exception>
    public async Task<AckEvent> ConfirmAsync(VoiceCommand command, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var id = command.Id ?? $"c{Interlocked.Increment(ref _ids)}";
        var taken = WaitForAsync<AckEvent>(ack => ack.Id == id, cancel);
        await SendAsync(command with { Id = id }, cancel).ConfigureAwait(false);
        var ack = await taken.ConfigureAwait(false);
        return ack.Accepted ? ack : throw new VoiceCallException($"The server did not take {command.Command}; an error event tells why.");
    }

    private async Task<AnswerEvent> SetUpAsync(VoiceCommand command, CancellationToken cancel)
    {
        var setUp = WaitForAsync<VoiceEvent>(happened => IsOutcome(command, happened), CancellationToken.None);
        await SendAsync(command, cancel).ConfigureAwait(false);
        try
        {
            return await setUp.WaitAsync(cancel).ConfigureAwait(false) switch
            {
                AnswerEvent answer => answer,
                ErrorEvent error => throw new VoiceCallException(error.Error ?? "Failed", error.Code),
                var last => throw new VoiceCallException(VoiceEnd.Of(last).Reason, VoiceEnd.Of(last).Code),
            };
        }
        catch (OperationCanceledException)
        {
            await TryHangUpAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TryHangUpAsync()
    {
        try
        {
            await HangUpAsync(cancel: CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The session is over, and with it the call.
        }
    }

    private static bool IsOutcome(VoiceCommand command, VoiceEvent happened) =>
        happened is AnswerEvent { Refer: not true } || IsLast(happened) || (happened is ErrorEvent { Sender: { } sender } && sender == command.Command);

    private static bool IsLast(VoiceEvent happened) => happened is HangupEvent { Refer: not true } or RejectEvent { Refer: not true };

    private void Tell(VoiceEvent happened)
    {
        if (IsLast(happened))
            _last = happened;
        Guard(happened.Event, () => _options.OnEvent?.Invoke(happened));
        foreach (var waiter in _waiters.Values)
            waiter.Look(happened);
        _events.Add(happened);
        _handled.Add(happened);
    }

    private async Task HandleAsync()
    {
        await Task.Yield();
        _isInHandler.Value = true;
        await foreach (var happened in _handled.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            foreach (var handler in Volatile.Read(ref _handlers))
            {
                try
                {
                    await handler(happened).ConfigureAwait(false);
                }
                catch (Exception e) // boundary: a fault of one handler keeps no event from the others
                {
                    _options.Log?.Invoke(VoiceLogLevel.Error, $"Session {Id}: a handler of {happened.Event} failed: {e}");
                }
            }
        }
    }

    private void Guard(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) // boundary: a fault of a callback is no end of the session
        {
            _options.Log?.Invoke(VoiceLogLevel.Error, $"Session {Id}: a callback of {what} failed: {e}");
        }
    }

    private void FailWaiters(VoiceEnd end)
    {
        _end.TrySetResult(end);
        foreach (var waiter in _waiters.Values)
            waiter.Fail(end);
    }

    private delegate Task Handler(VoiceEvent happened);

    private sealed class Waiter(Func<VoiceEvent, bool> match)
    {
        private readonly TaskCompletionSource<VoiceEvent> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<VoiceEvent> Task => _found.Task;

        public void Look(VoiceEvent happened)
        {
            try
            {
                if (match(happened))
                    _found.TrySetResult(happened);
            }
            catch (Exception e) // boundary: told to whom the condition belongs
            {
                _found.TrySetException(e);
            }
        }

        public void Fail(VoiceEnd end) => _found.TrySetException(new VoiceCallException(end.Reason, end.Code));
    }
}
