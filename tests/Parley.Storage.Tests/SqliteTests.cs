using Microsoft.Data.Sqlite;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Sip.Messages;
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
    public async Task Messages_wait_in_order_until_they_are_taken_or_expire_and_are_there_after_a_restart()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var bob = AddressOfRecord.Create("bob", "example.com");
        var first = new StoredMessage
        {
            Id = Guid.CreateVersion7(now), Recipient = bob, Sender = SipAddress.Parse("\"Alice\" <sip:alice@example.com>"), Received = now, Expires = now.AddHours(1),
            ContentType = "text/plain", Body = "hello"u8.ToArray(), Headers = [new("Subject", "a: b"), new("Date", "now")],
        };
        var second = first with { Id = Guid.CreateVersion7(now.AddSeconds(1)), Body = default, ContentType = "", Headers = [], Expires = now.AddHours(2) };
        await using (var storage = await SqliteStorage.OpenAsync(File, cancel: Cancel))
        {
            Assert.True(await storage.Messages.AddAsync(second, 2, Cancel));
            Assert.True(await storage.Messages.AddAsync(first, 2, Cancel));
            Assert.False(await storage.Messages.AddAsync(first with { Id = Guid.CreateVersion7(now.AddSeconds(2)) }, 2, Cancel));
        }

        await using var again = await SqliteStorage.OpenAsync(File, cancel: Cancel);
        Assert.Equal([bob], await again.Messages.RecipientsAsync(Cancel));
        var waiting = await again.Messages.ListAsync(bob, Cancel);
        Assert.Equal([first.Id, second.Id], waiting.Select(one => one.Id));
        Assert.Equal((first.Sender, first.Received, first.Expires, "text/plain"), (waiting[0].Sender, waiting[0].Received, waiting[0].Expires, waiting[0].ContentType));
        Assert.Equal((IEnumerable<SipHeader>)first.Headers, waiting[0].Headers);
        Assert.Equal("hello"u8.ToArray(), waiting[0].Body.ToArray());
        Assert.Equal(1, await again.Messages.ExpireAsync(now.AddMinutes(90), Cancel));
        await again.Messages.RemoveAsync(second, Cancel);
        Assert.Empty(await again.Messages.RecipientsAsync(Cancel));
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
