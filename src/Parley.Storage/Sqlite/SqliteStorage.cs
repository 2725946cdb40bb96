using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Parley.Services.Accounts;
using Parley.Services.Locations;

namespace Parley.Storage.Sqlite;

/// <summary>
/// Accounts and bindings in one SQLite file. What is committed there survives a killed process, and, because every commit waits for the disk (write-ahead log with
/// <c>synchronous=FULL</c>), a power cut on a disk that keeps what it says it has written. Several processes may change accounts at once; bindings belong to one.
/// </summary>
public sealed class SqliteStorage : IAsyncDisposable
{
    private readonly SqliteAccountStore _accounts;
    private readonly SqliteLocationStore _locations;

    private SqliteStorage(SqliteAccountStore accounts, SqliteLocationStore locations)
    {
        _accounts = accounts;
        _locations = locations;
    }

    /// <summary>The accounts; disposed with the storage.</summary>
    public IAccountStore Accounts => _accounts;

    /// <summary>The bindings; disposed with the storage.</summary>
    public ILocationStore Locations => _locations;

    /// <summary>Opens a file, making it and its tables where they are missing.</summary>
    /// <param name="path">The file. Beside it SQLite keeps two more of that name, ending in <c>-wal</c> and <c>-shm</c>.</param>
    /// <param name="time">The clock that changes are dated by. Default: the system's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The file cannot be opened or written, is no SQLite file, or was made by a later version.</exception>
    public static Task<SqliteStorage> OpenAsync(string path, TimeProvider? time = null, CancellationToken cancel = default) =>
        OpenAsync(path, time, JournalFold.FoldAbove, cancel);

    internal static async Task<SqliteStorage> OpenAsync(string path, TimeProvider? time, long foldAbove, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        time ??= TimeProvider.System;
        SQLitePCL.Batteries_V2.Init();
        return await Task.Run(
            () =>
            {
                var accounts = SqliteSchema.Open(path);
                try
                {
                    SqliteSchema.Prepare(accounts, path);
                    return new SqliteStorage(new(accounts, time), new(SqliteSchema.Open(path), time, foldAbove));
                }
                catch
                {
                    accounts.Dispose();
                    throw;
                }
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>Closes the file after what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _locations.DisposeAsync().ConfigureAwait(false);
        await _accounts.DisposeAsync().ConfigureAwait(false);
    }

    internal static IOException Failed(string what, SqliteException e) => new($"{what}: {e.Message}", e);

    internal static byte[] ReadOrMakeKey(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO meta (name, value) VALUES ('key', $key) ON CONFLICT DO NOTHING; SELECT value FROM meta WHERE name = 'key'";
        command.Parameters.AddWithValue("$key", RandomNumberGenerator.GetBytes(32));
        return (byte[])command.ExecuteScalar()!;
    }
}
