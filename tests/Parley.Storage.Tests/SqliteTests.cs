using Microsoft.Data.Sqlite;
using Parley.Services.Locations;
using Parley.Storage.Sqlite;

namespace Parley.Storage.Tests;

public sealed class SqliteTests : StoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder.File("parley.db");

    public void Dispose() => _folder.Dispose();

    // 250 addresses in a journal of some 20 kB make three steps of folding and three of forgetting.
    [Fact]
    public async Task The_journal_is_folded_into_the_table_bit_by_bit_and_nothing_is_lost_wherever_it_stops()
    {
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var stop = 0; stop < 40; stop++)
        {
            await using var storage = await SqliteStorage.OpenAsync(File, null, foldAbove: 20_000, Cancel);
            await using var opened = new Opened(storage.Accounts, storage.Locations, storage, DumpAsync);
            Assert.Equal(expected.Values.Order(StringComparer.Ordinal), await LoadAsync(opened));
            for (var i = 0; i < (stop % 8 == 0 ? 260 : stop % 8); i++)
            {
                var user = $"user{(stop * 7 + i) % 250}";
                await opened.Locations.CommitAsync([i % 9 == 8 ? Gone(user) : Row(user, (byte)stop, expires: 4_000_000_000 + i)], Cancel);
                if (i % 9 == 8)
                    expected.Remove(user);
                else
                    expected[user] = $"{user}@example.com {stop}";
            }
        }

        using var connection = SqliteSchema.Open(File);
        Assert.InRange((long)SqliteSchema.Ask(connection, "SELECT count(*) FROM location_journal")!, 1, 700);
        Assert.InRange((long)SqliteSchema.Ask(connection, "SELECT count(*) FROM locations")!, 100, 250);
    }

    [Fact]
    public async Task Rows_that_have_expired_are_deleted_at_the_next_start()
    {
        await using (await OpenAsync())
        {
        }

        using (var connection = SqliteSchema.Open(File))
            SqliteSchema.Run(connection, "INSERT INTO locations VALUES ('old@example.com', 1000, x'01'), ('new@example.com', 4000000000, x'02')");
        await using var opened = await OpenAsync();

        Assert.Equal(["new@example.com 2"], await LoadAsync(opened));
    }

    [Fact]
    public async Task Every_commit_waits_for_the_disk()
    {
        await using var opened = await OpenAsync();
        using var connection = SqliteSchema.Open(File);

        Assert.Equal("wal", SqliteSchema.Ask(connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, SqliteSchema.Ask(connection, "PRAGMA synchronous"));
    }

    [Fact]
    public async Task A_file_of_a_later_version_or_of_another_kind_is_refused_by_name()
    {
        await using (await OpenAsync())
        {
        }

        using (var connection = SqliteSchema.Open(File))
            SqliteSchema.Run(connection, "PRAGMA user_version = 99");
        var later = await Assert.ThrowsAsync<IOException>(() => SqliteStorage.OpenAsync(File, cancel: Cancel));
        Assert.Contains("later version", later.Message, StringComparison.Ordinal);

        var text = _folder.File("text.db");
        await System.IO.File.WriteAllTextAsync(text, new string('x', 5000), Cancel);
        var other = await Assert.ThrowsAsync<IOException>(() => SqliteStorage.OpenAsync(text, cancel: Cancel));
        Assert.Contains(text, other.Message, StringComparison.Ordinal);

        await Assert.ThrowsAsync<IOException>(() => SqliteStorage.OpenAsync(_folder.File("no/such/folder.db"), cancel: Cancel));
    }

    [Fact]
    public async Task After_disposal_a_commit_fails_instead_of_waiting_for_ever()
    {
        var opened = await OpenAsync();
        await opened.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => opened.Locations.CommitAsync([Row("a", 1)], Cancel));
    }

    [Fact]
    public async Task What_got_its_200_survives_kill_9() => await KillRun.ProveAsync("sqlite", File, async () =>
    {
        var storage = await SqliteStorage.OpenAsync(File, cancel: Cancel);
        return (storage.Locations, storage);
    });

    protected override async Task<Opened> OpenAsync()
    {
        var storage = await SqliteStorage.OpenAsync(File, cancel: Cancel);
        return new(storage.Accounts, storage.Locations, storage, DumpAsync);
    }

    private async Task<List<string>> DumpAsync()
    {
        List<string> files = [];
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            files.Add(await reader.ReadToEndAsync(Cancel));
        }

        return files;
    }
}
