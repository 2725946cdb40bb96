using Microsoft.Data.Sqlite;
using Parley.Services.Accounts;

namespace Parley.Storage.Sqlite;

/// <summary>Accounts in an SQLite file. Its calls are short and rare; they run on the thread pool, one at a time.</summary>
internal sealed class SqliteAccountStore(SqliteConnection connection, TimeProvider time) : IAccountStore
{
    private readonly SemaphoreSlim _one = new(1);
    private int _isClosed;

    public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default) => RunAsync(
        () =>
        {
            using var command = Command("SELECT display_name, md5, sha256, sha512_256 FROM accounts WHERE realm = $realm AND name = $name");
            command.Parameters.AddWithValue("$realm", realm);
            command.Parameters.AddWithValue("$name", name);
            using var reader = command.ExecuteReader();
            return !reader.Read()
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

    public ValueTask<long> VersionAsync(CancellationToken cancel = default) =>
        RunAsync(() => (long)SqliteSchema.Ask(connection, "SELECT value FROM meta WHERE name = 'accounts'")!, cancel);

    public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default) => RunAsync<IReadOnlyList<AccountInfo>>(
        () =>
        {
            using var command = Command("SELECT name, realm, display_name, changed FROM accounts WHERE $realm IS NULL OR realm = $realm ORDER BY realm, name");
            command.Parameters.AddWithValue("$realm", (object?)realm ?? DBNull.Value);
            using var reader = command.ExecuteReader();
            List<AccountInfo> accounts = [];
            while (reader.Read())
                accounts.Add(new(reader.GetString(0), reader.GetString(1), Text(reader, 2), DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(3))));
            return accounts;
        },
        cancel);

    public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account,
        """
        INSERT INTO accounts (realm, name, display_name, md5, sha256, sha512_256, changed)
        VALUES ($realm, $name, $display, $md5, $sha256, $sha512, $changed) ON CONFLICT DO NOTHING
        """,
        cancel);

    public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => WriteAsync(
        account,
        """
        UPDATE accounts SET display_name = $display, md5 = $md5, sha256 = $sha256, sha512_256 = $sha512, changed = $changed
        WHERE realm = $realm AND name = $name
        """,
        cancel);

    public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default) => RunAsync(
        () =>
        {
            using var command = Command("DELETE FROM accounts WHERE realm = $realm AND name = $name");
            command.Parameters.AddWithValue("$realm", realm);
            command.Parameters.AddWithValue("$name", name);
            return command.ExecuteNonQuery() > 0;
        },
        cancel);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await _one.WaitAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        _one.Dispose();
    }

    private ValueTask<bool> WriteAsync(Account account, string sql, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(account);
        return RunAsync(
            () =>
            {
                using var command = Command(sql);
                command.Parameters.AddWithValue("$realm", account.Realm);
                command.Parameters.AddWithValue("$name", account.Name);
                command.Parameters.AddWithValue("$display", (object?)account.DisplayName ?? DBNull.Value);
                command.Parameters.AddWithValue("$md5", (object?)account.Md5 ?? DBNull.Value);
                command.Parameters.AddWithValue("$sha256", (object?)account.Sha256 ?? DBNull.Value);
                command.Parameters.AddWithValue("$sha512", (object?)account.Sha512T256 ?? DBNull.Value);
                command.Parameters.AddWithValue("$changed", time.GetUtcNow().ToUnixTimeSeconds());
                // Rows that triggers change are counted too: what matters is whether there was one.
                return command.ExecuteNonQuery() > 0;
            },
            cancel);
    }

    private async ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancel).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteStorage.Failed("The accounts cannot be read or written", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
