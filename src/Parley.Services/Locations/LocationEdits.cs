using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>Takes away what has expired.</summary>
internal sealed class ExpiryEdit : ILocationEdit
{
    public LocationWrite? Apply(in LocationState present, uint now) =>
        Removal.From(present, now, BindingEvent.Expired, static (in packed, at) => packed.Expires <= at, now);

    public void OnDone(EditResult result)
    {
    }
}

/// <summary>Takes away one binding or all of them.</summary>
/// <param name="id">Which; null for all.</param>
/// <param name="only">Only when it is still this one: not refreshed since. Null for in any case.</param>
internal sealed class RemovalEdit(string? id, Binding? only) : ILocationEdit
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>How many there were.</summary>
    public Task<int> Done => _done.Task;

    public LocationWrite? Apply(in LocationState present, uint now)
    {
        var write = Removal.From(present, now, BindingEvent.Deactivated, static (in packed, edit) => edit.Hits(packed), this);
        _count = write is null ? 0 : Count(present.Record) - Count(write.Next.Record);
        return write;
    }

    public void OnDone(EditResult result)
    {
        if (result == EditResult.Done)
            _done.TrySetResult(_count);
        else
            _done.TrySetException(new IOException("The store could not make the removal durable; nothing was removed."));
    }

    private bool Hits(in BindingReader packed)
    {
        if (id is not null && BindingText.IdOf(packed.Id) != id)
            return false;
        return only is null || (packed.CSeq == only.CSeq && packed.Expires == only.Expires.ToUnixTimeSeconds());
    }

    private static int Count(byte[] record)
    {
        var count = 0;
        var reader = new BindingReader(record);
        while (reader.MoveNext())
            count++;
        return count;
    }
}

/// <summary>Bindings without some of them.</summary>
internal static class Removal
{
    public delegate bool Hits<in T>(in BindingReader packed, T argument);

    /// <returns>Null when none is hit.</returns>
    public static LocationWrite? From<T>(in LocationState present, uint now, BindingEvent what, Hits<T> hits, T argument)
    {
        var writer = new BindingWriter(present.Record.Length);
        List<SipChannel?> channels = [];
        var hit = false;
        var reader = new BindingReader(present.Record);
        while (reader.MoveNext())
        {
            if (hits(reader, argument) || reader.Expires <= now)
            {
                hit = true;
                continue;
            }

            writer.Copy(reader);
            channels.Add(present.ChannelAt(reader.Index));
        }

        var write = hit ? new LocationWrite(new(writer.ToArray(), [.. channels])) { Removed = what } : null;
        writer.Dispose();
        return write;
    }
}
