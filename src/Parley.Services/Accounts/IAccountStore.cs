namespace Parley.Services.Accounts;

/// <summary>Where accounts are kept. May be used from any thread, and by several processes at once where the store is a file or a server.</summary>
public interface IAccountStore : IAsyncDisposable
{
    /// <summary>An account; null when there is none.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default);

    /// <summary>A number that rises with every change that anybody makes, in this process or another.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<long> VersionAsync(CancellationToken cancel = default);

    /// <summary>All accounts by realm and name, without their secrets.</summary>
    /// <param name="realm">Those of one realm; null for all.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default);

    /// <summary>Adds an account. False when there is one of that name.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default);

    /// <summary>Replaces an account, password and all. False when there is none of that name.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default);

    /// <summary>Removes an account. False when there is none of that name.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default);
}
