using System.Net.Sockets;
using Npgsql;
using Parley.Services.Accounts;
using Parley.Services.Locations;

namespace Parley.Storage.Postgres;

/// <summary>
/// Accounts and bindings in a PostgreSQL database, in tables of their own beginning with <c>parley_</c>. What is committed is as durable as the server is set up to make it:
/// with its default <c>synchronous_commit = on</c> it survives killed processes and power cuts. Several processes may change accounts at once; bindings belong to one.
/// </summary>
public sealed class PostgresStorage : IAsyncDisposable
{
    // One that takes part in making the tables: two processes that start at once do it one after the other.
    private const long SchemaLock = 0x5061_726C_6579_0001;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS parley_meta (name text PRIMARY KEY, number bigint, bytes bytea);
        INSERT INTO parley_meta (name, number) VALUES ('accounts', 0) ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS parley_accounts (
            realm text NOT NULL, name text NOT NULL, display_name text, md5 text, sha256 text, sha512_256 text, changed timestamptz NOT NULL,
            PRIMARY KEY (realm, name));
        CREATE TABLE IF NOT EXISTS parley_locations (address text PRIMARY KEY, expires bigint NOT NULL, record bytea NOT NULL);
        CREATE OR REPLACE FUNCTION parley_accounts_changed() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN UPDATE parley_meta SET number = number + 1 WHERE name = 'accounts'; RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER parley_accounts_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON parley_accounts
            FOR EACH STATEMENT EXECUTE FUNCTION parley_accounts_changed();
        """;

    private readonly NpgsqlDataSource _source;

    private PostgresStorage(NpgsqlDataSource source, TimeProvider time)
    {
        _source = source;
        Accounts = new PostgresAccountStore(source, time);
        Locations = new PostgresLocationStore(source, time);
    }

    /// <summary>The accounts.</summary>
    public IAccountStore Accounts { get; }

    /// <summary>The bindings.</summary>
    public ILocationStore Locations { get; }

    /// <summary>Connects, and makes the tables where they are missing.</summary>
    /// <param name="connectionString">Where, as whom: <c>Host=…;Username=…;Password=…;Database=…</c>.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static async Task<PostgresStorage> OpenAsync(string connectionString, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var source = NpgsqlDataSource.Create(connectionString);
        try
        {
            await RunAsync("The tables cannot be made", () => MakeTablesAsync(source, cancel)).ConfigureAwait(false);
            return new(source, time ?? TimeProvider.System);
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    internal static async Task<T> RunAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or ObjectDisposedException)
        {
            throw new IOException($"{what}: {e.Message}", e);
        }
    }

    private static async Task<bool> MakeTablesAsync(NpgsqlDataSource source, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({SchemaLock}); {Tables}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        return true;
    }
}
