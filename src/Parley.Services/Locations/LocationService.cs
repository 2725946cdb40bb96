using System.Runtime.InteropServices;
using Parley.Services.Accounts;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>
/// Bindings in memory, with a store behind them (RFC 3261 §10). Nothing is seen before it is durable, so a killed server comes back with all that anybody was told. May be
/// used from any thread.
/// </summary>
public sealed partial class LocationService : ILocationService, IAsyncDisposable
{
    private readonly LocationTable _table = new();
    private readonly LocationOptions _options;
    private readonly TimeProvider _time;
    private readonly AccountDirectory? _accounts;
    private readonly LocationCommitter _committer;
    private readonly ExpirySweep _sweep;
    private readonly FlowWatch _flows;
    private long _unreadable;

    private LocationService(ILocationStore? store, ServedDomains domains, LocationOptions options, TimeProvider time, AccountDirectory? accounts, byte[] key)
    {
        Domains = domains;
        _options = options;
        _time = time;
        _accounts = accounts;
        _committer = new(store, time, options, Publish);
        _sweep = new(time, Expire);
        _flows = new(OnFlowLost);
        Gruus = new(key);
    }

    /// <inheritdoc/>
    public ServedDomains Domains { get; }

    /// <summary>What is held and has been done. May be read from any thread.</summary>
    public LocationCounters Counters => new()
    {
        Addresses = _table.Size,
        Pending = _committer.Waiting,
        Commits = _committer.Commits,
        CommitFailures = _committer.Failures,
        UnreadableRows = Interlocked.Read(ref _unreadable),
        WatcherFaults = Interlocked.Read(ref _watcherFaults),
    };

    internal LocationOptions Options => _options;

    internal GruuSeal Gruus { get; }

    internal uint Now => (uint)_time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Loads what the store has and begins to serve.</summary>
    /// <param name="store">Where bindings outlive the process; null keeps them in memory only. It is not disposed with the service.</param>
    /// <param name="domains">The domains served.</param>
    /// <param name="options">Limits and times. Default: that type's defaults.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    /// <param name="accounts">Who exists, so that a user who is not there now is told from one who never was (480 and 404). Default: everybody exists.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit or time is not above zero.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<LocationService> StartAsync(
        ILocationStore? store,
        ServedDomains domains,
        LocationOptions? options = null,
        TimeProvider? time = null,
        AccountDirectory? accounts = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(domains);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBindings, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAddresses, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CommitInterval, TimeSpan.FromMilliseconds(1), nameof(options));
        var key = store is null ? GruuSeal.NewKey() : await store.KeyAsync(cancel).ConfigureAwait(false);
        var service = new LocationService(store, domains, options, time ?? TimeProvider.System, accounts, key);
        if (store is not null)
            await service.LoadAsync(store, cancel).ConfigureAwait(false);
        return service;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Binding>> FindAsync(AddressOfRecord address, CancellationToken cancel = default)
    {
        if (!address.HasValue || StateOf(address) is not { } state)
            return new([]);
        return new(Read(address, state, static (in _, _) => true, 0));
    }

    /// <inheritdoc/>
    public ValueTask<LocationAnswer> ResolveAsync(SipUri uri, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var answer = Resolve(uri, out var mayBeUnknown);
        return mayBeUnknown && _accounts is not null ? new(CheckExistsAsync(_accounts, answer, cancel)) : new(answer);
    }

    /// <summary>Commits what waits and stops the clock. What still comes afterwards is kept in memory only as far as it was committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _sweep.Dispose();
        await _committer.FlushAsync().ConfigureAwait(false);
    }

    private LocationState? StateOf(AddressOfRecord address)
    {
        var shard = _table.For(address.Text);
        lock (shard.Lock)
            return shard.Entries.TryGetValue(address.Text, out var entry) ? entry.State : null;
    }

    private delegate bool Fits<in T>(in BindingReader packed, T argument);

    private List<Binding> Read<T>(AddressOfRecord address, in LocationState state, Fits<T> fits, T argument)
    {
        List<Binding> bindings = [];
        List<Binding>? lost = null;
        var now = Now;
        var reader = new BindingReader(state.Record);
        while (reader.MoveNext())
        {
            if (reader.Expires <= now || !fits(reader, argument))
                continue;
            var channel = state.ChannelAt(reader.Index);
            if (BindingText.ToBinding(reader, channel) is not { } binding)
                continue;
            // RFC 5626 §4.2: the connection was the binding. Its removal may still be on its way.
            if (binding.IsOutbound && binding.Transport.IsReliable() && channel is { IsOpen: false })
                (lost ??= []).Add(binding);
            else
                bindings.Add(binding);
        }

        foreach (var binding in lost ?? [])
            Submit(address, new RemovalEdit(binding.Id, binding));
        // The last one was refreshed last. A stable sort keeps that order among equals.
        bindings.Reverse();
        return [.. bindings.OrderByDescending(binding => binding.Q)];
    }

    private LocationAnswer Resolve(SipUri uri, out bool mayBeUnknown)
    {
        mayBeUnknown = false;
        if (GruuSeal.IsTemporary(uri))
            return ResolveTemporary(uri);
        if (!Domains.TryResolve(uri, out var address))
            return new(Domains.Find(uri.Host) is null ? LocationOutcome.NotServed : LocationOutcome.Unknown, default, []);
        var instance = GruuSeal.InstanceOf(uri);
        var found = StateOf(address) is not { } state
            ? []
            : Read(address, state, static (in packed, wanted) => wanted is null || GruuSeal.IsInstance(packed.Instance, wanted), instance);
        mayBeUnknown = found.Count == 0;
        return new(found.Count == 0 ? LocationOutcome.Offline : LocationOutcome.Found, address, found) { Instance = instance };
    }

    // RFC 5627 §5.3: a temporary GRUU without bindings is no longer valid, where a public one stays so.
    private LocationAnswer ResolveTemporary(SipUri uri)
    {
        if (Domains.Find(uri.Host) is null)
            return new(LocationOutcome.NotServed, default, []);
        if (!Gruus.TryOpen(uri, out var address, out var epoch) || StateOf(address) is not { } state)
            return new(LocationOutcome.Unknown, default, []);
        var found = Read(address, state, static (in packed, wanted) => packed.GruuEpoch == wanted && !packed.Instance.IsEmpty, epoch);
        return found.Count == 0
            ? new(LocationOutcome.Unknown, address, [])
            : new(LocationOutcome.Found, address, found) { Instance = found[0].Instance };
    }

    private static async Task<LocationAnswer> CheckExistsAsync(AccountDirectory accounts, LocationAnswer answer, CancellationToken cancel)
    {
        var account = await accounts.FindAsync(answer.Address.User, answer.Address.Domain, cancel).ConfigureAwait(false);
        return account is null ? answer with { Outcome = LocationOutcome.Unknown } : answer;
    }

    private async Task LoadAsync(ILocationStore store, CancellationToken cancel)
    {
        var now = Now;
        await foreach (var row in store.LoadAsync(cancel).ConfigureAwait(false))
        {
            var record = MemoryMarshal.TryGetArray(row.Record, out var array) && array.Count == array.Array!.Length ? array.Array! : row.Record.ToArray();
            if (!row.Address.HasValue || !BindingRecord.IsReadable(record))
                _unreadable++;
            else if (BindingRecord.LastExpiry(record) > now)
                Add(new LocationEntry(row.Address.Text) { Record = record });
        }
    }

    // Also past the limit: what was granted once is not taken back because a number in the configuration became smaller.
    private void Add(LocationEntry entry)
    {
        var shard = _table.For(entry.Key);
        lock (shard.Lock)
        {
            if (_table.TryAdd(shard, entry, int.MaxValue))
                _sweep.Schedule(entry, BindingRecord.FirstExpiry(entry.Record));
        }
    }
}
