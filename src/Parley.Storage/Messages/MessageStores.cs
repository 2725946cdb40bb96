using System.Data.Common;
using Npgsql;
using Parley.Services.Messaging;
using Parley.Storage.Sqlite;

namespace Parley.Storage.Messages;

/// <summary>Message stores that outlive the process.</summary>
public static class MessageStores
{
    private const string Columns =
        "(id TEXT PRIMARY KEY, recipient TEXT NOT NULL, received BIGINT NOT NULL, expires BIGINT NOT NULL, sender TEXT NOT NULL, type TEXT NOT NULL, headers TEXT NOT NULL, body";

    /// <summary>
    /// Messages in an SQLite file, which may be the one of <see cref="SqliteStorage"/>; the table is made where it is missing. What is kept has waited for the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The file cannot be opened or written.</exception>
    public static async Task<IMessageStore> OpenSqliteAsync(string path, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SQLitePCL.Batteries_V2.Init();
        var connection = await Task.Run(() => SqliteSchema.Open(path), cancel).ConfigureAwait(false);
        return await PrepareAsync(connection, "messages", "BLOB", cancel).ConfigureAwait(false);
    }

    /// <summary>Messages in a PostgreSQL database, in the table <c>parley_messages</c>, which is made where it is missing.</summary>
    /// <param name="connectionString">Where, as whom.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static async Task<IMessageStore> OpenPostgresAsync(string connectionString, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return await PrepareAsync(new NpgsqlConnection(connectionString), "parley_messages", "BYTEA", cancel).ConfigureAwait(false);
    }

    private static async Task<IMessageStore> PrepareAsync(DbConnection connection, string table, string bytes, CancellationToken cancel)
    {
        try
        {
            if (connection.State != System.Data.ConnectionState.Open)
                await connection.OpenAsync(cancel).ConfigureAwait(false);
            var command = connection.CreateCommand();
            await using var _ = command.ConfigureAwait(false);
            command.CommandText = $"CREATE TABLE IF NOT EXISTS {table} {Columns} {bytes} NOT NULL); CREATE INDEX IF NOT EXISTS {table}_by_recipient ON {table} (recipient)";
            await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            return new SqlMessageStore(connection, table);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is DbException or System.Net.Sockets.SocketException or TimeoutException)
                throw new IOException($"The table {table} cannot be made: {e.Message}", e);
            throw;
        }
    }
}
