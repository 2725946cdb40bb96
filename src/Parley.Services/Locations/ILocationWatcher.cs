namespace Parley.Services.Locations;

/// <summary>Told what becomes of bindings: for the <c>reg</c> event package, and for messages that wait for somebody.</summary>
public interface ILocationWatcher
{
    /// <summary>
    /// The bindings of an address of record have changed, durably. Called on whatever thread made the change, for one address in order; must not block: take note, and go on on
    /// a lane of your own.
    /// </summary>
    void OnChanged(LocationChange change);
}

/// <summary>What became of one binding; the names of RFC 3680 §5.1 where it has them.</summary>
public enum BindingEvent : byte
{
    /// <summary>It is new.</summary>
    Registered,

    /// <summary>It was there and was registered again.</summary>
    Refreshed,

    /// <summary>Its device took it back.</summary>
    Unregistered,

    /// <summary>It was not refreshed in time.</summary>
    Expired,

    /// <summary>Its flow failed (RFC 5626), or the operator removed it: the device may register again.</summary>
    Deactivated,
}

/// <summary>One binding and what became of it.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Binding">The binding as it is now, or was at its end.</param>
public readonly record struct BindingChange(BindingEvent Event, Binding Binding);

/// <summary>A change of the bindings of one address of record. Details are made when asked for.</summary>
public sealed class LocationChange
{
    private readonly Lazy<IReadOnlyList<BindingChange>> _changes;

    internal LocationChange(AddressOfRecord address, bool isReachable, bool hasNew, Func<IReadOnlyList<BindingChange>> changes)
    {
        Address = address;
        IsReachable = isReachable;
        HasNew = hasNew;
        _changes = new(changes);
    }

    /// <summary>Whose.</summary>
    public AddressOfRecord Address { get; }

    /// <summary>True when there is a binding now.</summary>
    public bool IsReachable { get; }

    /// <summary>True when a binding was added, not only refreshed.</summary>
    public bool HasNew { get; }

    /// <summary>The bindings concerned. Made when first read.</summary>
    public IReadOnlyList<BindingChange> Changes => _changes.Value;
}
