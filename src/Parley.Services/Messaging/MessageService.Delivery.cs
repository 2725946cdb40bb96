using System.Collections.Concurrent;
using Parley.Services.Locations;
using Parley.Services.Proxy;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Services.Messaging;

// To the phones: one message to all of them at once, and what has been waiting, one after the other.
public sealed partial class MessageService
{
    // Who has something waiting; the value is 1 while it is being delivered, 2 when it must be looked at once more after that.
    private readonly ConcurrentDictionary<AddressOfRecord, int> _waiting = [];

    /// <inheritdoc/>
    public void OnChanged(LocationChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.IsReachable && !_waiting.IsEmpty && _waiting.ContainsKey(change.Address))
            DeliverWaiting(change.Address);
    }

    // The first 2xx decides; the others go on by themselves. Without one, the best of what the phones said.
    private async ValueTask<int> DeliverAsync(StoredMessage message, IReadOnlyList<Binding> bindings, bool later)
    {
        var endpoint = _endpoint!;
        var pending = BindingTargets.Of(message.Recipient, bindings, endpoint.Transport, _locations, _targets).ConvertAll(target => SendAsync(message, target, later));
        var best = 480;
        while (pending.Count > 0)
        {
            var done = await Task.WhenAny(pending).ConfigureAwait(false);
            pending.Remove(done);
            var status = await done.ConfigureAwait(false);
            if (status is >= 200 and < 300)
                return status;
            if (IsForLater(best))
                best = status;
        }

        return best;
    }

    private async Task<int> SendAsync(StoredMessage message, ProxyTarget target, bool later)
    {
        Interlocked.Increment(ref _delivering);
        try
        {
            for (var next = target; next is not null; next = next.Fallback)
            {
                var status = await SendOnceAsync(message, next, later).ConfigureAwait(false);
                if (status != 430)
                    return status;
                next.FlowFailed?.Invoke();
            }

            return 430;
        }
        finally
        {
            Interlocked.Decrement(ref _delivering);
        }
    }

    private async ValueTask<int> SendOnceAsync(StoredMessage message, ProxyTarget target, bool later)
    {
        if (target.Flow is { Channel.IsOpen: false })
            return 430;
        var sending = _endpoint!.RequestAsync(new()
        {
            Method = SipMethod.Message,
            Target = target.Uri,
            To = new SipAddress(message.Recipient.ToUri()),
            From = message.Sender,
            Route = target.Route,
            Flow = target.Flow,
            Body = message.ContentType.Length == 0 ? default : new SipBody(message.ContentType, message.Body),
            Headers = PagerMessage.HeadersFor(message, later),
        }, _stop.Token);
        try
        {
            return (await sending.WaitAsync(_options.DeliveryTimeout, _time, _stop.Token).ConfigureAwait(false)).Status;
        }
        catch (TimeoutException)
        {
            return 408;
        }
        catch (ObjectDisposedException) // the endpoint is being closed
        {
            return 503;
        }
    }

    // One at a time for each recipient, so that order is kept and nothing is sent twice at once.
    private void DeliverWaiting(AddressOfRecord recipient)
    {
        if (_endpoint is null)
            return;
        while (_waiting.TryGetValue(recipient, out var state))
        {
            if (state == 2 || (state == 1 && _waiting.TryUpdate(recipient, 2, 1)))
                return;
            if (state == 0 && _waiting.TryUpdate(recipient, 1, 0))
            {
                _ = Task.Run(() => DeliverWaitingAsync(recipient));
                return;
            }
        }
    }

    private async Task DeliverWaitingAsync(AddressOfRecord recipient)
    {
        try
        {
            do
            {
                _waiting[recipient] = 1;
                await DeliverAllAsync(recipient).ConfigureAwait(false);
            }
            while (!_waiting.TryUpdate(recipient, 0, 1) && !_stop.IsCancellationRequested);

            await ForgetIfDoneAsync(recipient).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _waiting[recipient] = 0; // it is still in the store: the next registration tries again
            OnFault(e);
        }
    }

    private async ValueTask DeliverAllAsync(AddressOfRecord recipient)
    {
        foreach (var message in await _store.ListAsync(recipient, _stop.Token).ConfigureAwait(false))
        {
            if (message.Expires <= _time.GetUtcNow())
                continue; // goes with the next sweep
            var bindings = await _locations.FindAsync(recipient, _stop.Token).ConfigureAwait(false);
            if (bindings.Count == 0)
                return;
            var status = await DeliverAsync(message, bindings, later: true).ConfigureAwait(false);
            if (status is >= 200 and < 300)
            {
                await _store.RemoveAsync(message, _stop.Token).ConfigureAwait(false);
                await TellWaitingAsync(recipient).ConfigureAwait(false);
                Interlocked.Increment(ref _deliveredLater);
            }
            else if (IsForLater(status))
            {
                return;
            }
        }
    }

    // A message kept meanwhile finds its recipient in the table, or puts him there again.
    private async ValueTask ForgetIfDoneAsync(AddressOfRecord recipient)
    {
        if (await _store.CountAsync(recipient, _stop.Token).ConfigureAwait(false) > 0 || !_waiting.TryRemove(new(recipient, 0)))
            return;
        if (await _store.CountAsync(recipient, _stop.Token).ConfigureAwait(false) > 0 && _waiting.TryAdd(recipient, 0))
            DeliverWaiting(recipient);
    }

    private async Task ExpireAsync()
    {
        try
        {
            var expired = await _store.ExpireAsync(_time.GetUtcNow(), _stop.Token).ConfigureAwait(false);
            Interlocked.Add(ref _expired, expired);
            foreach (var recipient in _waiting.Keys)
            {
                if (expired > 0)
                    await TellWaitingAsync(recipient).ConfigureAwait(false);
                await ForgetIfDoneAsync(recipient).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            OnFault(e);
        }
    }
}
