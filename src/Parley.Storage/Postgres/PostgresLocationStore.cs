using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Parley.Services.Locations;

namespace Parley.Storage.Postgres;

/// <summary>Bindings in a PostgreSQL database: a commit is one round trip and one transaction, whatever the number of addresses in it.</summary>
internal sealed class PostgresLocationStore(NpgsqlDataSource source, TimeProvider time) : ILocationStore
{
    private const string Failure = "The bindings cannot be read or written";

    private const string Put = """
        INSERT INTO parley_locations (address, expires, record) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (address) DO UPDATE SET expires = excluded.expires, record = excluded.record
        """;

    private const string Remove = "DELETE FROM parley_locations WHERE address = ANY ($1)";

    public async IAsyncEnumerable<StoredLocation> LoadAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        // Read to the end before the first is handed out: a failure in between is then one of the store's.
        foreach (var location in await PostgresStorage.RunAsync(Failure, () => ReadAsync(cancel)).ConfigureAwait(false))
            yield return location;
    }

    public Task CommitAsync(IReadOnlyList<StoredLocation> changes, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return PostgresStorage.RunAsync(Failure, async () =>
        {
            await using var batch = source.CreateBatch();
            var there = changes.Where(change => !change.Record.IsEmpty).ToList();
            var gone = changes.Where(change => change.Record.IsEmpty).Select(change => change.Address.Text).ToArray();
            if (there.Count > 0)
                batch.BatchCommands.Add(PutAll(there));
            if (gone.Length > 0)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Remove) { Parameters = { new NpgsqlParameter<string[]> { TypedValue = gone } } });
            return await batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        });
    }

    public Task<byte[]> KeyAsync(CancellationToken cancel = default) => PostgresStorage.RunAsync(Failure, async () =>
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO parley_meta (name, bytes) VALUES ('key', $1) ON CONFLICT DO NOTHING")
        {
            Parameters = { new NpgsqlParameter<byte[]> { TypedValue = RandomNumberGenerator.GetBytes(32) } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT bytes FROM parley_meta WHERE name = 'key'"));
        return (byte[])(await batch.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
    });

    // The connections belong to the storage.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NpgsqlBatchCommand PutAll(List<StoredLocation> locations) => new(Put)
    {
        Parameters =
        {
            new NpgsqlParameter<string[]> { TypedValue = [.. locations.Select(location => location.Address.Text)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new NpgsqlParameter<long[]> { TypedValue = [.. locations.Select(location => location.Expires)] },
            new NpgsqlParameter<byte[][]> { TypedValue = [.. locations.Select(location => location.Record.ToArray())], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        },
    };

    private async Task<List<StoredLocation>> ReadAsync(CancellationToken cancel)
    {
        await using var batch = source.CreateBatch();
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM parley_locations WHERE expires <= $1") { Parameters = { new NpgsqlParameter<long> { TypedValue = now } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT address, expires, record FROM parley_locations"));
        await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        List<StoredLocation> all = [];
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (AddressOfRecord.TryParseCanonical(reader.GetString(0), out var address))
                all.Add(new(address, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }

        return all;
    }
}
