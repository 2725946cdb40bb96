using System.Data.Common;
using Microsoft.Data.Sqlite;
using Parley.Storage.Accounts;

namespace Parley.Storage.Sqlite;

/// <summary>Accounts in an SQLite file. Its calls are short and rare; they run on the thread pool, one at a time.</summary>
internal sealed class SqliteAccountStore(SqliteConnection connection, TimeProvider time) : SqlAccountStore("accounts", "", time)
{
    private readonly SemaphoreSlim _one = new(1);
    private int _isClosed;

    public override ValueTask<long> VersionAsync(CancellationToken cancel = default) => RunAsync(
        "SELECT value FROM meta WHERE name = 'accounts'", async command => (long)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false))!, cancel);

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await _one.WaitAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        _one.Dispose();
    }

    protected override async ValueTask<T> RunAsync<T>(string sql, Func<DbCommand, Task<T>> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                async () =>
                {
                    using var command = connection.CreateCommand();
                    command.CommandText = sql;
                    return await work(command).ConfigureAwait(false);
                },
                cancel).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteStorage.Failed(Failure, e);
        }
        finally
        {
            _one.Release();
        }
    }

    protected override object Changed(DateTimeOffset time) => time.ToUnixTimeSeconds();

    protected override DateTimeOffset ChangedIn(DbDataReader reader, int column) => DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(column));
}
