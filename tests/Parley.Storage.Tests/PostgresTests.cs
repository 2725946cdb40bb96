using Npgsql;
using Parley.Storage.Postgres;

namespace Parley.Storage.Tests;

public sealed class PostgresTests(PostgresCluster cluster) : StoreContract, IClassFixture<PostgresCluster>
{
    private string? _database;

    [Fact]
    public async Task Rows_that_have_expired_are_deleted_at_the_next_start()
    {
        await using var opened = await OpenAsync();
        await opened.Locations.CommitAsync([Row("old", 1, expires: 1_000), Row("new", 2)], Cancel);

        Assert.Equal(["new@example.com 2"], await LoadAsync(opened));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so() =>
        await Assert.ThrowsAsync<IOException>(() => PostgresStorage.OpenAsync("Host=/nonexistent;Username=x;Timeout=2", cancel: Cancel));

    [Fact]
    public async Task What_got_its_200_survives_kill_9()
    {
        var database = await DatabaseAsync();
        await KillRun.ProveAsync("postgres", database, async () =>
        {
            var storage = await PostgresStorage.OpenAsync(database, cancel: Cancel);
            return (storage.Locations, storage);
        });
    }

    protected override async Task<Opened> OpenAsync()
    {
        var storage = await PostgresStorage.OpenAsync(await DatabaseAsync(), cancel: Cancel);
        return new(storage.Accounts, storage.Locations, storage, DumpAsync);
    }

    private async Task<string> DatabaseAsync() => _database ??= await cluster.NewDatabaseAsync();

    private async Task<List<string>> DumpAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database!);
        await using var command = source.CreateCommand("SELECT accounts::text FROM parley_accounts AS accounts");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        List<string> rows = [];
        while (await reader.ReadAsync(Cancel))
            rows.Add(reader.GetString(0));
        Assert.NotEmpty(rows);
        return rows;
    }
}
