using Npgsql;
using Parley.Services.Accounts;

namespace Parley.Storage.Postgres;

/// <summary>Accounts in a PostgreSQL database.</summary>
internal sealed class PostgresAccountStore(NpgsqlDataSource source, TimeProvider time) : IAccountStore
{
    private const string Failure = "The accounts cannot be read or written";

    public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default) => new(PostgresStorage.RunAsync(Failure, async () =>
    {
        await using var command = source.CreateCommand("SELECT display_name, md5, sha256, sha512_256 FROM parley_accounts WHERE realm = $1 AND name = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = realm });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
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
    }));

    public ValueTask<long> VersionAsync(CancellationToken cancel = default) => new(PostgresStorage.RunAsync(Failure, async () =>
    {
        await using var command = source.CreateCommand("SELECT number FROM parley_meta WHERE name = 'accounts'");
        return (long)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
    }));

    public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default) =>
        new(PostgresStorage.RunAsync<IReadOnlyList<AccountInfo>>(Failure, async () =>
        {
            await using var command = source.CreateCommand(
                "SELECT name, realm, display_name, changed FROM parley_accounts WHERE $1::text IS NULL OR realm = $1 ORDER BY realm COLLATE \"C\", name COLLATE \"C\"");
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)realm ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            List<AccountInfo> accounts = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                accounts.Add(new(reader.GetString(0), reader.GetString(1), Text(reader, 2), reader.GetFieldValue<DateTimeOffset>(3)));
            return accounts;
        }));

    public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account,
        """
        INSERT INTO parley_accounts (realm, name, display_name, md5, sha256, sha512_256, changed) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        """,
        cancel);

    public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account, "UPDATE parley_accounts SET display_name = $3, md5 = $4, sha256 = $5, sha512_256 = $6, changed = $7 WHERE realm = $1 AND name = $2", cancel);

    public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default) => new(PostgresStorage.RunAsync(Failure, async () =>
    {
        await using var command = source.CreateCommand("DELETE FROM parley_accounts WHERE realm = $1 AND name = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = realm });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) > 0;
    }));

    // The connections belong to the storage.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<bool> WriteAsync(Account account, string sql, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(account);
        return new(PostgresStorage.RunAsync(Failure, async () =>
        {
            await using var command = source.CreateCommand(sql);
            foreach (var text in new[] { account.Realm, account.Name, account.DisplayName, account.Md5, account.Sha256, account.Sha512T256 })
                command.Parameters.Add(new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime });
            return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) > 0;
        }));
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
