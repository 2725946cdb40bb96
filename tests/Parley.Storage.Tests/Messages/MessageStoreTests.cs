using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Sip.Messages;
using Parley.Storage.Messages;

namespace Parley.Storage.Tests.Messages;

/// <summary>What every message store does alike.</summary>
public abstract class MessageStoreContract
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_123);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<IMessageStore> OpenAsync();

    [Fact]
    public async Task A_message_comes_back_as_it_was_kept_also_after_the_store_was_opened_anew()
    {
        var kept = Message("bob", 1) with
        {
            Sender = SipAddress.Parse("\"A. Ä\" <sip:alice@example.com>"),
            ContentType = "message/cpim",
            Body = new byte[] { 0, 1, 0xff, (byte)'\n' },
            Headers = [new SipHeader("Subject", "über: alles"), new SipHeader("Priority", "urgent")],
        };
        await using (var store = await OpenAsync())
            Assert.True(await store.AddAsync(kept, 10, Cancel));
        await using var again = await OpenAsync();
        var found = Assert.Single(await again.ListAsync(kept.Recipient, Cancel));
        Assert.Equal(kept.Body.ToArray(), found.Body.ToArray());
        Assert.Equal(kept.Headers, found.Headers);
        Assert.Equal(kept with { Body = default, Headers = [] }, found with { Body = default, Headers = [] });
        Assert.Equal([kept.Recipient], await again.RecipientsAsync(Cancel));
    }

    [Fact]
    public async Task Messages_are_in_the_order_they_came_and_leave_one_by_one()
    {
        await using var store = await OpenAsync();
        foreach (var second in (int[])[2, 1, 3])
            await store.AddAsync(Message("bob", second), 10, Cancel);
        var messages = await store.ListAsync(Message("bob", 0).Recipient, Cancel);
        Assert.Equal([1, 2, 3], messages.Select(m => (m.Received - s_now).TotalSeconds));
        await store.RemoveAsync(messages[0], Cancel);
        await store.RemoveAsync(messages[0], Cancel);
        Assert.Equal(2, (await store.ListAsync(messages[0].Recipient, Cancel)).Count);
        Assert.Equal((2, 0), (await store.CountAsync(messages[0].Recipient, Cancel), await store.CountAsync(Message("carol", 1).Recipient, Cancel)));
    }

    [Fact]
    public async Task One_recipient_has_so_many_and_no_more_and_others_theirs()
    {
        await using var store = await OpenAsync();
        Assert.True(await store.AddAsync(Message("bob", 1), 1, Cancel));
        Assert.False(await store.AddAsync(Message("bob", 2), 1, Cancel));
        Assert.True(await store.AddAsync(Message("carol", 3), 1, Cancel));
    }

    [Fact]
    public async Task What_has_expired_goes()
    {
        await using var store = await OpenAsync();
        await store.AddAsync(Message("bob", 1), 10, Cancel);
        await store.AddAsync(Message("carol", 2), 10, Cancel);
        Assert.Equal(1, await store.ExpireAsync(s_now.AddSeconds(61), Cancel));
        Assert.Equal("carol@example.com", Assert.Single(await store.RecipientsAsync(Cancel)).Text);
    }

    protected static StoredMessage Message(string user, int second) => new()
    {
        Id = Guid.CreateVersion7(s_now.AddSeconds(second)),
        Recipient = AddressOfRecord.Create(user, "example.com"),
        Sender = SipAddress.Parse("<sip:alice@example.com>"),
        Received = s_now.AddSeconds(second),
        Expires = s_now.AddSeconds(second + 60),
    };
}

public sealed class MemoryMessageStoreTests : MessageStoreContract, IAsyncDisposable
{
    private readonly MemoryMessageStore _store = new(); // disposing it forgets nothing

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    protected override Task<IMessageStore> OpenAsync() => Task.FromResult<IMessageStore>(_store);
}

public sealed class SqliteMessageStoreTests : MessageStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IMessageStore> OpenAsync() => MessageStores.OpenSqliteAsync(_folder.File("parley.db"), Cancel);

    [Fact]
    public async Task It_may_be_the_file_of_the_accounts()
    {
        await using var storage = await Parley.Storage.Sqlite.SqliteStorage.OpenAsync(_folder.File("parley.db"), cancel: Cancel);
        await using var store = await OpenAsync();
        Assert.True(await store.AddAsync(Message("bob", 1), 10, Cancel));
        Assert.Empty(await storage.Accounts.ListAsync(cancel: Cancel));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_said_so() =>
        await Assert.ThrowsAsync<IOException>(() => MessageStores.OpenSqliteAsync(_folder.File("missing/parley.db"), Cancel));
}

public sealed class PostgresMessageStoreTests(PostgresCluster cluster) : MessageStoreContract, IClassFixture<PostgresCluster>
{
    private string? _database;

    protected override async Task<IMessageStore> OpenAsync() =>
        await MessageStores.OpenPostgresAsync(_database ??= await cluster.NewDatabaseAsync(), Cancel);

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so() =>
        await Assert.ThrowsAsync<IOException>(() => MessageStores.OpenPostgresAsync("Host=/nonexistent;Username=x;Timeout=2", Cancel));
}
