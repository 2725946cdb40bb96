using Parley.Services.Accounts;
using Parley.Services.Locations;

namespace Parley.Storage.Tests;

/// <summary>What every store does alike.</summary>
public abstract class StoreContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the storage of this test, the same one each time.</summary>
    protected abstract Task<Opened> OpenAsync();

    [Fact]
    public async Task Accounts_are_added_once_found_listed_replaced_and_removed()
    {
        await using var opened = await OpenAsync();
        var store = opened.Accounts;
        var alice = Account.Create("alice", "example.com", "one", "Alice Ä");

        Assert.True(await store.AddAsync(alice, Cancel));
        Assert.False(await store.AddAsync(alice with { DisplayName = "other" }, Cancel));
        Assert.True(await store.AddAsync(Account.Create("Bob", "example.org", "x"), Cancel));
        Assert.Equal(alice, await store.FindAsync("alice", "example.com", Cancel));
        Assert.Null(await store.FindAsync("Alice", "example.com", Cancel));
        Assert.Null(await store.FindAsync("alice", "example.org", Cancel));
        Assert.Equal(["alice", "Bob"], (await store.ListAsync(cancel: Cancel)).Select(info => info.Name));
        Assert.InRange(DateTimeOffset.UtcNow - (await store.ListAsync("example.org", Cancel)).Single().Changed, TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(60));

        var changed = Account.Create("alice", "example.com", "two");
        Assert.True(await store.ReplaceAsync(changed, Cancel));
        Assert.Equal(changed, await store.FindAsync("alice", "example.com", Cancel));
        Assert.False(await store.ReplaceAsync(Account.Create("carol", "example.com", "x"), Cancel));
        Assert.True(await store.RemoveAsync("alice", "example.com", Cancel));
        Assert.False(await store.RemoveAsync("alice", "example.com", Cancel));
        Assert.Null(await store.FindAsync("alice", "example.com", Cancel));
    }

    [Fact]
    public async Task The_version_rises_with_every_change_somebody_else_makes()
    {
        await using var ours = await OpenAsync();
        await using var theirs = await OpenAsync();
        var before = await ours.Accounts.VersionAsync(Cancel);
        Assert.Equal(before, await ours.Accounts.VersionAsync(Cancel));

        await theirs.Accounts.AddAsync(Account.Create("alice", "example.com", "one"), Cancel);
        var added = await ours.Accounts.VersionAsync(Cancel);
        await theirs.Accounts.ReplaceAsync(Account.Create("alice", "example.com", "two"), Cancel);
        var replaced = await ours.Accounts.VersionAsync(Cancel);
        await theirs.Accounts.RemoveAsync("alice", "example.com", Cancel);

        Assert.True(before < added && added < replaced && replaced < await ours.Accounts.VersionAsync(Cancel));
    }

    [Fact]
    public async Task An_account_another_process_adds_is_honoured_without_a_restart()
    {
        await using var ours = await OpenAsync();
        await using var theirs = await OpenAsync();
        var directory = new AccountDirectory(ours.Accounts, options: new() { Freshness = TimeSpan.FromMilliseconds(1) });
        Assert.Null(await directory.FindAsync("alice", "example.com", Cancel));

        await theirs.Accounts.AddAsync(Account.Create("alice", "example.com", "one"), Cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);

        Assert.NotNull(await directory.FindAsync("alice", "example.com", Cancel));
    }

    [Fact]
    public async Task No_password_is_written_anywhere()
    {
        await using var opened = await OpenAsync();
        await opened.Accounts.AddAsync(Account.Create("alice", "example.com", "Tr0ub4dor"), Cancel);

        Assert.DoesNotContain(await opened.DumpAsync(), text => text.Contains("Tr0ub4dor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_committed_is_loaded_again_in_its_last_state()
    {
        await using (var opened = await OpenAsync())
        {
            Assert.Empty(await LoadAsync(opened));
            await opened.Locations.CommitAsync([Row("a", 1), Row("b", 2), Row("c", 3)], Cancel);
            await opened.Locations.CommitAsync([Row("b", 20), Gone("c"), Row("ä b", 4)], Cancel);
            await opened.Locations.CommitAsync([Gone("nobody")], Cancel);
        }

        await using var again = await OpenAsync();
        Assert.Equal(["a@example.com 1", "b@example.com 20", "ä b@example.com 4"], await LoadAsync(again));
    }

    [Fact]
    public async Task The_key_is_made_once()
    {
        byte[] key;
        await using (var opened = await OpenAsync())
            key = await opened.Locations.KeyAsync(Cancel);

        await using var again = await OpenAsync();
        Assert.Equal(32, key.Length);
        Assert.NotEqual(new byte[32], key);
        Assert.Equal(key, await again.Locations.KeyAsync(Cancel));
    }

    protected static StoredLocation Row(string user, byte content, long expires = 4_000_000_000) =>
        new(AddressOfRecord.Create(user, "example.com"), expires, new byte[] { content });

    protected static StoredLocation Gone(string user) => new(AddressOfRecord.Create(user, "example.com"), 0, default);

    protected static async Task<List<string>> LoadAsync(Opened opened)
    {
        List<string> rows = [];
        await foreach (var row in opened.Locations.LoadAsync(Cancel))
            rows.Add($"{row.Address} {row.Record.Span[0]}");
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    /// <summary>An open storage of either kind.</summary>
    protected sealed record Opened(IAccountStore Accounts, ILocationStore Locations, IAsyncDisposable Storage, Func<Task<List<string>>> DumpAsync) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Storage.DisposeAsync();
    }
}
