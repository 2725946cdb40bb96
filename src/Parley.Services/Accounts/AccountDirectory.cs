using System.Collections.Concurrent;
using Parley.Sip.Authentication;

namespace Parley.Services.Accounts;

/// <summary>
/// Accounts as signalling needs them: from memory, and never more than a moment behind the store. Before an answer is given the store's version is asked for, once in
/// <see cref="AccountDirectoryOptions.Freshness"/>; when somebody has changed something, in this process or another, all is fetched anew as it is needed. So an account added, changed
/// or removed by a command counts within that time, without a restart. May be used from any thread.
/// </summary>
public sealed class AccountDirectory
{
    private const long Never = long.MinValue;

    private readonly IAccountStore _store;
    private readonly TimeProvider _time;
    private readonly AccountDirectoryOptions _options;
    private readonly Lock _checking = new();
    private volatile Cache _cache = new();
    private long _checked = Never;
    private long _version = -1;
    private Task? _check;

    /// <summary>Makes a directory.</summary>
    /// <param name="store">Where the accounts are; it is not disposed with this.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    /// <param name="options">Times and limits. Default: that type's defaults.</param>
    public AccountDirectory(IAccountStore store, TimeProvider? time = null, AccountDirectoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _time = time ?? TimeProvider.System;
        _options = options ?? new();
    }

    /// <summary>An account; null when there is none. Completes at once as long as it is known and fresh.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="realm">The domain, in lower case.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default)
    {
        if (TryFind(name, realm, out var known))
            return new(known?.Account);
        return FetchAsync(name, realm, cancel);
    }

    /// <summary>What is known in memory; false when the store has to be asked first.</summary>
    internal bool TryFind(string name, string realm, out KnownAccount? known)
    {
        known = null;
        return IsFresh && _cache.Accounts.TryGetValue((realm, name), out known);
    }

    private bool IsFresh
    {
        get
        {
            var last = Interlocked.Read(ref _checked);
            return last != Never && _time.GetElapsedTime(last) < _options.Freshness;
        }
    }

    private async ValueTask<Account?> FetchAsync(string name, string realm, CancellationToken cancel)
    {
        await RefreshAsync(cancel).ConfigureAwait(false);
        var cache = _cache;
        if (cache.Accounts.TryGetValue((realm, name), out var known))
            return known?.Account;
        var account = await _store.FindAsync(name, realm, cancel).ConfigureAwait(false);
        // Names nobody has are remembered too, or guessing them would be guessing at the store.
        if (cache.Accounts.Count < _options.MaxCached)
            cache.Accounts[(realm, name)] = account is null ? null : new(account);
        else
            _cache = new();
        return account;
    }

    // Whoever comes while the store is being asked waits for that answer.
    private Task RefreshAsync(CancellationToken cancel)
    {
        lock (_checking)
        {
            if (IsFresh)
                return Task.CompletedTask;
            if (_check is null or { IsCompleted: true })
                _check = CheckAsync();
            return _check.WaitAsync(cancel);
        }
    }

    private async Task CheckAsync()
    {
        var version = await _store.VersionAsync().ConfigureAwait(false);
        if (version != _version)
            _cache = new();
        _version = version;
        Interlocked.Exchange(ref _checked, _time.GetTimestamp());
    }

    // Replaced as a whole, so that what was fetched for an older version cannot come into a newer one.
    private sealed class Cache
    {
        public ConcurrentDictionary<(string Realm, string Name), KnownAccount?> Accounts { get; } = new();
    }
}

/// <summary>An account with its hashes in the form digest authentication takes them.</summary>
internal sealed class KnownAccount(Account account)
{
    public Account Account => account;

    public DigestCredentials Credentials { get; } = new()
    {
        Username = account.Name,
        Realm = account.Realm,
        Ha1 = account.Md5 ?? "",
        Ha1Algorithm = DigestAlgorithm.Md5,
        OtherHa1s = [.. Others(account)],
    };

    private static IEnumerable<DigestHa1> Others(Account account)
    {
        if (account.Sha256 is { } sha256)
            yield return new(DigestAlgorithm.Sha256, sha256);
        if (account.Sha512T256 is { } sha512)
            yield return new(DigestAlgorithm.Sha512T256, sha512);
    }
}
