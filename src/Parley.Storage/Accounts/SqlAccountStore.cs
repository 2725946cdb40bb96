using System.Data.Common;
using Parley.Services.Accounts;

namespace Parley.Storage.Accounts;

/// <summary>Accounts in a table, in SQL that SQLite and PostgreSQL both speak.</summary>
/// <param name="table">The table.</param>
/// <param name="collation">What orders names by their bytes; empty where that is what the database does.</param>
/// <param name="time">The clock of changes.</param>
internal abstract class SqlAccountStore(string table, string collation, TimeProvider time) : IAccountStore
{
    protected const string Failure = "The accounts cannot be read or written";

    public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default) => RunAsync(
        $"SELECT display_name, md5, sha256, sha512_256 FROM {table} WHERE realm = @realm AND name = @name",
        async command =>
        {
            Set(command, "realm", realm);
            Set(command, "name", name);
            var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            return !await reader.ReadAsync(cancel).ConfigureAwait(false)
                ? null
                : new Account
                {
                    Name = name,
                    Realm = realm,
                    DisplayName = Text(reader, 0),
                    Md5 = Text(reader, 1),
                    Sha256 = Text(reader, 2),
                    Sha512T256 = Text(reader, 3),
                };
        },
        cancel);

    public abstract ValueTask<long> VersionAsync(CancellationToken cancel = default);

    public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default) => RunAsync<IReadOnlyList<AccountInfo>>(
        $"""
        SELECT name, realm, display_name, changed FROM {table} WHERE CAST(@realm AS TEXT) IS NULL OR realm = CAST(@realm AS TEXT)
        ORDER BY realm {collation}, name {collation}
        """,
        async command =>
        {
            Set(command, "realm", realm);
            var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            List<AccountInfo> accounts = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                accounts.Add(new(reader.GetString(0), reader.GetString(1), Text(reader, 2), ChangedIn(reader, 3)));
            return accounts;
        },
        cancel);

    public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account,
        $"""
        INSERT INTO {table} (realm, name, display_name, md5, sha256, sha512_256, changed)
        VALUES (@realm, @name, @display, @md5, @sha256, @sha512, @changed) ON CONFLICT DO NOTHING
        """,
        cancel);

    public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account,
        $"""
        UPDATE {table} SET display_name = @display, md5 = @md5, sha256 = @sha256, sha512_256 = @sha512, changed = @changed
        WHERE realm = @realm AND name = @name
        """,
        cancel);

    public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default) => RunAsync(
        $"DELETE FROM {table} WHERE realm = @realm AND name = @name",
        async command =>
        {
            Set(command, "realm", realm);
            Set(command, "name", name);
            return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) > 0;
        },
        cancel);

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs a command, wherever and however many at a time the database likes it.</summary>
    /// <exception cref="IOException">It failed.</exception>
    protected abstract ValueTask<T> RunAsync<T>(string sql, Func<DbCommand, Task<T>> work, CancellationToken cancel);

    /// <summary>When an account was changed, as the table keeps it.</summary>
    protected abstract object Changed(DateTimeOffset time);

    protected abstract DateTimeOffset ChangedIn(DbDataReader reader, int column);

    private ValueTask<bool> WriteAsync(Account account, string sql, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(account);
        return RunAsync(
            sql,
            async command =>
            {
                Set(command, "realm", account.Realm);
                Set(command, "name", account.Name);
                Set(command, "display", account.DisplayName);
                Set(command, "md5", account.Md5);
                Set(command, "sha256", account.Sha256);
                Set(command, "sha512", account.Sha512T256);
                Set(command, "changed", Changed(time.GetUtcNow()));
                // Rows that triggers change may be counted too: what matters is whether there was one.
                return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) > 0;
            },
            cancel);
    }

    private static void Set(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
