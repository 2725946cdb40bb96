using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>One address of record in memory. Everything in it belongs to the lock of its shard.</summary>
internal sealed class LocationEntry(string key)
{
    /// <summary><c>user@domain</c>.</summary>
    public string Key => key;

    /// <summary>What is known and durable.</summary>
    public byte[] Record = BindingRecord.None;

    /// <summary>The flows the bindings came over, in their order; null where there is none, as after a restart.</summary>
    public SipChannel?[]? Channels;

    /// <summary>What is on its way to the store; null when nothing is.</summary>
    public LocationWrite? Pending;

    /// <summary>What came meanwhile, to be done in order; null when nothing did.</summary>
    public Queue<ILocationEdit>? Waiting;

    /// <summary>The second at which its expiry is looked at next; 0 when it is in no bucket.</summary>
    public uint CheckAt;

    public LocationState State => new(Record, Channels);
}

/// <summary>The bindings of one address of record at a moment.</summary>
internal readonly record struct LocationState(byte[] Record, SipChannel?[]? Channels)
{
    public static LocationState None => new(BindingRecord.None, null);

    public SipChannel? ChannelAt(int index) => Channels is { } all && index < all.Length ? all[index] : null;
}

/// <summary>A change of one address of record on its way to the store.</summary>
internal sealed class LocationWrite(LocationState next)
{
    public LocationState Next => next;

    /// <summary>Set by the service when it begins.</summary>
    public LocationEntry Entry { get; set; } = null!;

    /// <summary>Who asked; null for what time did.</summary>
    public ILocationEdit? Edit { get; set; }

    /// <summary>What became of bindings that are gone and had time left.</summary>
    public BindingEvent Removed { get; init; } = BindingEvent.Unregistered;
}

/// <summary>Something that changes the bindings of one address of record.</summary>
internal interface ILocationEdit
{
    /// <summary>
    /// Works out the new bindings from the present ones. Called under a lock: no waiting, no calls elsewhere. It may be called again with other bindings before
    /// <see cref="OnDone"/>; then only the last time counts.
    /// </summary>
    /// <param name="present">The bindings, all of them durable; expired ones may be among them.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <returns>What to write; null when nothing changes.</returns>
    LocationWrite? Apply(in LocationState present, uint now);

    /// <summary>Called once, on any thread.</summary>
    void OnDone(EditResult result);
}

/// <summary>How a change ended.</summary>
internal enum EditResult : byte
{
    /// <summary>Durable, or nothing had to be changed.</summary>
    Done,

    /// <summary>The store failed; everything is as it was.</summary>
    StoreFailed,

    /// <summary>There is no place for another address of record, or too many changes of this one wait.</summary>
    Full,
}
