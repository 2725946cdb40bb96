using Parley.Net;
using Parley.Services.Accounts;

namespace Parley.Services.Tests.Accounts;

public sealed class AccountTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // RFC 7616 §3.9.1's user and password.
    [Fact]
    public void An_account_keeps_hashes_and_no_password()
    {
        var account = Account.Create("Mufasa", "http-auth@example.org".Split('@')[1], "Circle of Life");

        Assert.Equal(32, account.Md5!.Length);
        Assert.Equal(64, account.Sha256!.Length);
        Assert.Equal(64, account.Sha512T256!.Length);
        Assert.Equal("Mufasa@example.org", account.ToString());
        Assert.DoesNotContain("Circle", string.Join(' ', account.GetType().GetProperties().Select(property => property.GetValue(account))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "example.com", "x", "name")]
    [InlineData("a\r\nb", "example.com", "x", "name")]
    [InlineData("a b", "example.com", "x", "name")]
    [InlineData("a", "exam\"ple.com", "x", "realm")]
    [InlineData("a", "x@example.com", "x", "realm")]
    [InlineData("a", "example.com", "", "password")]
    public void What_cannot_be_an_account_is_refused_by_argument(string name, string realm, string password, string argument) =>
        Assert.Equal(argument, Assert.Throws<ArgumentException>(() => Account.Create(name, realm, password)).ParamName);

    [Fact]
    public async Task Accounts_are_added_once_listed_without_secrets_replaced_and_removed()
    {
        var store = new MemoryAccountStore();
        var alice = Account.Create("alice", "example.com", "one", "Alice");

        Assert.True(await store.AddAsync(alice, Cancel));
        Assert.False(await store.AddAsync(alice, Cancel));
        Assert.True(await store.AddAsync(Account.Create("bob", "example.org", "x"), Cancel));
        Assert.False(await store.ReplaceAsync(Account.Create("carol", "example.com", "x"), Cancel));
        var version = await store.VersionAsync(Cancel);
        Assert.True(await store.ReplaceAsync(alice with { DisplayName = "A." }, Cancel));
        Assert.True(await store.VersionAsync(Cancel) > version);
        Assert.Equal(["alice A.", "bob "], (await store.ListAsync(cancel: Cancel)).Select(info => $"{info.Name} {info.DisplayName}"));
        Assert.Equal("bob", Assert.Single(await store.ListAsync("example.org", Cancel)).Name);
        Assert.True(await store.RemoveAsync("alice", "example.com", Cancel));
        Assert.False(await store.RemoveAsync("alice", "example.com", Cancel));
        Assert.Null(await store.FindAsync("alice", "example.com", Cancel));
    }

    [Fact]
    public async Task A_directory_answers_from_memory_until_a_second_has_passed_and_something_changed()
    {
        var time = new VirtualTime();
        var store = new CountingStore(new MemoryAccountStore([Account.Create("alice", "example.com", "one")]));
        var directory = new AccountDirectory(store, time);

        Assert.NotNull(await directory.FindAsync("alice", "example.com", Cancel));
        Assert.Null(await directory.FindAsync("nobody", "example.com", Cancel));
        Assert.NotNull(await directory.FindAsync("alice", "example.com", Cancel));
        Assert.Null(await directory.FindAsync("nobody", "example.com", Cancel));
        Assert.Equal((2, 1), (store.Finds, store.Versions));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await directory.FindAsync("alice", "example.com", Cancel));
        Assert.Equal((2, 2), (store.Finds, store.Versions));

        await store.AddAsync(Account.Create("nobody", "example.com", "x"), Cancel);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await directory.FindAsync("nobody", "example.com", Cancel));
        Assert.Equal((3, 3), (store.Finds, store.Versions));
    }

    [Fact]
    public async Task Guessed_names_do_not_fill_the_memory()
    {
        var store = new CountingStore(new MemoryAccountStore([Account.Create("alice", "example.com", "one")]));
        var directory = new AccountDirectory(store, new VirtualTime(), new() { MaxCached = 10 });

        for (var i = 0; i < 100; i++)
            Assert.Null(await directory.FindAsync($"guess{i}", "example.com", Cancel));

        Assert.NotNull(await directory.FindAsync("alice", "example.com", Cancel));
    }

    private sealed class CountingStore(MemoryAccountStore store) : IAccountStore
    {
        public int Finds { get; private set; }

        public int Versions { get; private set; }

        public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default)
        {
            Finds++;
            return store.FindAsync(name, realm, cancel);
        }

        public ValueTask<long> VersionAsync(CancellationToken cancel = default)
        {
            Versions++;
            return store.VersionAsync(cancel);
        }

        public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default) => store.ListAsync(realm, cancel);

        public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => store.AddAsync(account, cancel);

        public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => store.ReplaceAsync(account, cancel);

        public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default) => store.RemoveAsync(name, realm, cancel);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
