namespace Parley.Services.Locations;

/// <summary>What is different between two states of one address of record.</summary>
internal sealed class LocationChanges
{
    private readonly LocationState _before;
    private readonly LocationState _after;
    private readonly BindingEvent _removed;
    private readonly uint _now;

    private LocationChanges(in LocationState before, in LocationState after, BindingEvent removed, uint now)
    {
        (_before, _after, _removed, _now) = (before, after, removed, now);
        var reader = new BindingReader(after.Record);
        while (reader.MoveNext())
            HasNew |= !Has(before, reader.Id);
    }

    /// <summary>True when there is a binding that was not there before.</summary>
    public bool HasNew { get; }

    public static LocationChanges Between(in LocationState before, in LocationState after, BindingEvent removed, uint now) => new(before, after, removed, now);

    /// <summary>The bindings that differ.</summary>
    public IReadOnlyList<BindingChange> Read()
    {
        List<BindingChange> changes = [];
        var gone = new BindingReader(_before.Record);
        while (gone.MoveNext())
        {
            if (!Has(_after, gone.Id) && BindingText.ToBinding(gone, null) is { } binding)
                changes.Add(new(gone.Expires <= _now ? BindingEvent.Expired : _removed, binding));
        }

        var there = new BindingReader(_after.Record);
        while (there.MoveNext())
        {
            var isOld = Has(_before, there.Id);
            if (isOld && IsIn(_before, there.Raw))
                continue;
            if (BindingText.ToBinding(there, _after.ChannelAt(there.Index)) is { } binding)
                changes.Add(new(isOld ? BindingEvent.Refreshed : BindingEvent.Registered, binding));
        }

        return changes;
    }

    private static bool Has(in LocationState state, uint id)
    {
        var reader = new BindingReader(state.Record);
        while (reader.MoveNext())
        {
            if (reader.Id == id)
                return true;
        }

        return false;
    }

    private static bool IsIn(in LocationState state, ReadOnlySpan<byte> raw)
    {
        var reader = new BindingReader(state.Record);
        while (reader.MoveNext())
        {
            if (reader.Raw.SequenceEqual(raw))
                return true;
        }

        return false;
    }
}
