using Parley.Sip.Transport;

namespace Parley.Services.Locations;

// What changes bindings: registrations, failed flows, the operator, time. One change of an address of record is under way at a time; the next waits for it.
public sealed partial class LocationService
{
    private readonly Lock _watching = new();
    private ILocationWatcher[] _watchers = [];
    private long _watcherFaults;

    /// <inheritdoc/>
    public async ValueTask FlowFailedAsync(AddressOfRecord address, Binding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        await RemoveAsync(address, new RemovalEdit(binding.Id, binding)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAsync(AddressOfRecord address, string? bindingId = null) =>
        await RemoveAsync(address, new RemovalEdit(bindingId, null)).ConfigureAwait(false);

    /// <inheritdoc/>
    public IDisposable Watch(ILocationWatcher watcher)
    {
        ArgumentNullException.ThrowIfNull(watcher);
        lock (_watching)
            _watchers = [.. _watchers, watcher];
        return new Watching(this, watcher);
    }

    /// <summary>Has a change made. Its end is told on any thread, perhaps before this returns.</summary>
    internal void Submit(AddressOfRecord address, ILocationEdit edit)
    {
        var shard = _table.For(address.Text);
        LocationWrite? write = null;
        EditResult? result;
        lock (shard.Lock)
        {
            shard.Entries.TryGetValue(address.Text, out var entry);
            result = entry?.Pending is null ? Start(shard, entry, address, edit, out write) : Wait(entry, edit);
        }

        if (write is not null)
            _committer.Enqueue(write);
        else if (result is { } end)
            edit.OnDone(end);
    }

    // Under the lock of the shard, as the next two are. Null as long as the end is open.
    private EditResult? Wait(LocationEntry entry, ILocationEdit edit)
    {
        entry.Waiting ??= new();
        if (entry.Waiting.Count >= _options.MaxWaiting)
            return EditResult.Full;
        entry.Waiting.Enqueue(edit);
        return null;
    }

    private EditResult? Start(LocationTable.Shard shard, LocationEntry? entry, AddressOfRecord address, ILocationEdit edit, out LocationWrite? write)
    {
        write = edit.Apply(entry?.State ?? LocationState.None, Now);
        if (write is null)
            return EditResult.Done;
        if (entry is null && !_table.TryAdd(shard, entry = new LocationEntry(address.Text), _options.MaxAddresses))
        {
            write = null;
            return EditResult.Full;
        }

        Begin(entry, write, edit);
        return null;
    }

    private static void Begin(LocationEntry entry, LocationWrite write, ILocationEdit? edit)
    {
        write.Entry = entry;
        write.Edit = edit;
        entry.Pending = write;
    }

    // One batch at a time, so watchers hear of changes in order.
    private void Publish(IReadOnlyList<LocationWrite> batch, bool isDurable)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var write = batch[i];
            var before = Publish(write, isDurable);
            End(write, isDurable);
            if (isDurable)
            {
                Tell(write, before);
                WatchFlows(write);
            }

            Continue(write.Entry);
        }
    }

    // Who cannot be answered, because its lane has ended or is flooded, must not keep the others from their answers.
    private void End(LocationWrite write, bool isDurable)
    {
        try
        {
            write.Edit?.OnDone(isDurable ? EditResult.Done : EditResult.StoreFailed);
        }
        catch (Exception e)
        {
            _options.Report(e);
        }
    }

    private LocationState Publish(LocationWrite write, bool isDurable)
    {
        var entry = write.Entry;
        var shard = _table.For(entry.Key);
        lock (shard.Lock)
        {
            var before = entry.State;
            if (isDurable)
            {
                entry.Record = write.Next.Record;
                entry.Channels = write.Next.Channels;
                _sweep.Schedule(entry, BindingRecord.FirstExpiry(entry.Record));
            }

            return before;
        }
    }

    // RFC 5626 §4.2: a binding that keeps a connection open is gone when that is.
    private void WatchFlows(LocationWrite write)
    {
        var (next, key) = (write.Next, write.Entry.Key);
        if (next.Channels is null || !Array.Exists(next.Channels, static channel => channel is { IsReliable: true }))
            return;
        var reader = new BindingReader(next.Record);
        while (reader.MoveNext())
        {
            if (reader.RegId != 0 && next.ChannelAt(reader.Index) is { IsReliable: true } channel)
                _flows.Add(channel, key);
        }
    }

    // Reading is enough: what is read without its connection is taken out.
    private void OnFlowLost(string key)
    {
        var address = AddressOfRecord.FromCanonical(key);
        if (StateOf(address) is { } state)
            Read(address, state, static (in _, _) => true, 0);
    }

    /// <summary>Begins what waited for the change that has just ended.</summary>
    private void Continue(LocationEntry entry)
    {
        var shard = _table.For(entry.Key);
        while (true)
        {
            ILocationEdit edit;
            lock (shard.Lock)
            {
                entry.Pending = null;
                if (entry.Waiting is null || !entry.Waiting.TryDequeue(out edit!))
                {
                    entry.Waiting = null;
                    if (entry.Record.Length == 0)
                        _table.Remove(shard, entry);
                    return;
                }

                if (edit.Apply(entry.State, Now) is { } write)
                {
                    Begin(entry, write, edit);
                    _committer.Enqueue(write);
                    return;
                }
            }

            edit.OnDone(EditResult.Done);
        }
    }

    private void Tell(LocationWrite write, LocationState before)
    {
        var watchers = _watchers;
        if (watchers.Length == 0)
            return;
        var (address, now) = (AddressOfRecord.FromCanonical(write.Entry.Key), Now);
        var changes = LocationChanges.Between(before, write.Next, write.Removed, now);
        var change = new LocationChange(address, BindingRecord.LastExpiry(write.Next.Record) > now, changes.HasNew, changes.Read);
        foreach (var watcher in watchers)
        {
            try
            {
                watcher.OnChanged(change);
            }
            catch (Exception e) // the boundary to the application's code: others are to be told all the same
            {
                Interlocked.Increment(ref _watcherFaults);
                _options.Report(e);
            }
        }
    }

    private void Expire(LocationEntry entry, uint due)
    {
        var shard = _table.For(entry.Key);
        LocationWrite? write = null;
        lock (shard.Lock)
        {
            if (entry.CheckAt != due)
                return; // looked at in the meantime
            entry.CheckAt = 0;
            if (entry.Pending is null)
                write = new ExpiryEdit().Apply(entry.State, Now);
            if (write is null)
                _sweep.Schedule(entry, entry.Pending is null ? BindingRecord.FirstExpiry(entry.Record) : Now + 1);
            else
                Begin(entry, write, null);
        }

        if (write is not null)
            _committer.Enqueue(write);
    }

    private async Task<int> RemoveAsync(AddressOfRecord address, RemovalEdit edit)
    {
        Submit(address, edit);
        return await edit.Done.ConfigureAwait(false);
    }

    private void Unwatch(ILocationWatcher watcher)
    {
        lock (_watching)
        {
            var at = Array.IndexOf(_watchers, watcher);
            if (at >= 0)
                _watchers = [.. _watchers[..at], .. _watchers[(at + 1)..]];
        }
    }

    private sealed class Watching(LocationService service, ILocationWatcher watcher) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                service.Unwatch(watcher);
        }
    }
}
