namespace Parley.Services.Accounts;

/// <summary>Accounts that live as long as the process: for tests, and for accounts that come from a configuration.</summary>
public sealed class MemoryAccountStore : IAccountStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Realm, string Name), (Account Account, DateTimeOffset Changed)> _accounts = [];
    private readonly TimeProvider _time;
    private long _version;

    /// <summary>Makes a store.</summary>
    /// <param name="accounts">Its first accounts.</param>
    /// <param name="time">The clock that changes are dated by. Default: the system's.</param>
    public MemoryAccountStore(IEnumerable<Account>? accounts = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        foreach (var account in accounts ?? [])
            _accounts[Key(account)] = (account, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default)
    {
        lock (_lock)
            return new(_accounts.TryGetValue((realm, name), out var found) ? found.Account : null);
    }

    /// <inheritdoc/>
    public ValueTask<long> VersionAsync(CancellationToken cancel = default) => new(Interlocked.Read(ref _version));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default)
    {
        lock (_lock)
        {
            return new(_accounts.Values
                .Where(entry => realm is null || entry.Account.Realm == realm)
                .OrderBy(entry => entry.Account.Realm, StringComparer.Ordinal)
                .ThenBy(entry => entry.Account.Name, StringComparer.Ordinal)
                .Select(entry => new AccountInfo(entry.Account.Name, entry.Account.Realm, entry.Account.DisplayName, entry.Changed))
                .ToList());
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => Put(account, isThere: false);

    /// <inheritdoc/>
    public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => Put(account, isThere: true);

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default)
    {
        lock (_lock)
        {
            var isRemoved = _accounts.Remove((realm, name));
            if (isRemoved)
                Interlocked.Increment(ref _version);
            return new(isRemoved);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<bool> Put(Account account, bool isThere)
    {
        ArgumentNullException.ThrowIfNull(account);
        lock (_lock)
        {
            if (_accounts.ContainsKey(Key(account)) != isThere)
                return new(false);
            _accounts[Key(account)] = (account, _time.GetUtcNow());
            Interlocked.Increment(ref _version);
            return new(true);
        }
    }

    private static (string Realm, string Name) Key(Account account) => (account.Realm, account.Name);
}
