using System.Data.Common;
using Npgsql;
using Parley.Storage.Accounts;

namespace Parley.Storage.Postgres;

/// <summary>Accounts in a PostgreSQL database.</summary>
internal sealed class PostgresAccountStore(NpgsqlDataSource source, TimeProvider time) : SqlAccountStore("parley_accounts", "COLLATE \"C\"", time)
{
    public override ValueTask<long> VersionAsync(CancellationToken cancel = default) => RunAsync(
        "SELECT number FROM parley_meta WHERE name = 'accounts'", async command => (long)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false))!, cancel);

    // The connections belong to the storage.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask<T> RunAsync<T>(string sql, Func<DbCommand, Task<T>> work, CancellationToken cancel) => new(PostgresStorage.RunAsync(Failure, async () =>
    {
        await using var command = source.CreateCommand(sql);
        return await work(command).ConfigureAwait(false);
    }));

    protected override object Changed(DateTimeOffset time) => time.UtcDateTime;

    protected override DateTimeOffset ChangedIn(DbDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);
}
