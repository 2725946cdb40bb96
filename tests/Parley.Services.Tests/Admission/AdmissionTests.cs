using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Registrar;
using Parley.Services.Tests.Registrar;
using Parley.Sip.Authentication;
using Parley.Sip.Endpoint;
using static Parley.Services.Tests.Registrar.RegistrarStage;

namespace Parley.Services.Tests.Admission;

/// <summary>REGISTER with credentials, end to end.</summary>
public sealed class AdmissionTests : IAsyncDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string Contact = "Contact: <sip:alice@10.0.0.2:5060>";

    private readonly MemoryAccountStore _store = new([Account.Create("alice", "example.com", "secret"), Account.Create("bob", "example.com", "other")]);
    private readonly List<string> _log = [];

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Without_credentials_every_algorithm_is_offered_the_better_first()
    {
        await using var stage = Stage();

        var response = stage.Register(Contact);

        Assert.Equal("401 Unauthorized", Status(response));
        var challenges = Wire.Headers(response, "WWW-Authenticate");
        Assert.Contains("algorithm=SHA-256", challenges[0], StringComparison.Ordinal);
        Assert.Contains("algorithm=MD5", challenges[1], StringComparison.Ordinal);
        Assert.All(challenges, challenge => Assert.Contains("realm=\"example.com\"", challenge, StringComparison.Ordinal));
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData(DigestAlgorithm.Md5)]
    [InlineData(DigestAlgorithm.Sha256)]
    public async Task The_right_password_registers_by_either_algorithm(DigestAlgorithm algorithm)
    {
        await using var stage = Stage();
        var client = Client("alice", "secret", algorithm);

        var response = stage.Register(Answer(client, stage.Register(Contact)), cseq: 2);

        Assert.Equal("200 OK", Status(response));
        Assert.Single(stage.Bindings);
    }

    [Theory]
    [InlineData("alice", "wrong", "wrong credentials")]
    [InlineData("carol", "secret", "unknown user")]
    [InlineData("x refused REGISTER from 192.0.2.1 port 1", "secret", "unknown user")]
    public async Task The_wrong_one_is_asked_again_not_told_why_and_logged(string user, string password, string why)
    {
        await using var stage = Stage();

        var response = stage.Register(Answer(Client(user, password), stage.Register(Contact)), cseq: 2);

        Assert.Equal("401 Unauthorized", Status(response));
        Assert.DoesNotContain("stale", response, StringComparison.Ordinal);
        Assert.Empty(stage.Bindings);
        Assert.Equal($"refused REGISTER from 10.0.0.2 port 5060 over udp: {why} (user \"{user.Replace(' ', '?')}\")", Assert.Single(_log));
    }

    [Fact]
    public async Task Somebody_elses_address_of_record_gets_403()
    {
        await using var stage = Stage();

        var response = stage.Register(Answer(Client("bob", "other"), stage.Register(Contact)), cseq: 2);

        Assert.Equal("403 Not your address of record", Status(response));
        Assert.Empty(stage.Bindings);
    }

    [Fact]
    public async Task Credentials_taken_a_second_time_and_an_old_nonce_are_stale()
    {
        await using var stage = Stage();
        var client = Client("alice", "secret");
        var first = Answer(client, stage.Register(Contact));
        Assert.Equal("200 OK", Status(stage.Register(first, cseq: 2)));

        var replayed = stage.Register(first, cseq: 3);
        Assert.Equal("401 Unauthorized", Status(replayed));
        Assert.Contains("stale=true", replayed, StringComparison.Ordinal);
        Assert.Equal("200 OK", Status(stage.Register(Continue(client), cseq: 4)));

        stage.Advance(301);
        Assert.Contains("stale=true", stage.Register(Continue(client), cseq: 5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_added_changed_or_removed_by_somebody_else_counts_within_a_second()
    {
        await using var stage = Stage();
        var to = "sip:dave@example.com";
        string Try(string password) => Status(stage.Register(
            Answer(Client("dave", password), stage.Register("Contact: <sip:d@10.0.0.2>", to: to, callId: Guid.NewGuid().ToString())), to: to, callId: Guid.NewGuid().ToString()));
        Assert.Equal("401 Unauthorized", Try("one"));

        await _store.AddAsync(Account.Create("dave", "example.com", "one"), Cancel);
        stage.Advance(1);
        Assert.Equal("200 OK", Try("one"));

        await _store.ReplaceAsync(Account.Create("dave", "example.com", "two"), Cancel);
        stage.Advance(1);
        Assert.Equal("401 Unauthorized", Try("one"));
        Assert.Equal("200 OK", Try("two"));

        await _store.RemoveAsync("dave", "example.com", Cancel);
        stage.Advance(1);
        Assert.Equal("401 Unauthorized", Try("two"));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_lets_nobody_in()
    {
        await using var stage = Stage(store: new BrokenStore());

        Assert.Equal("500 Server Internal Error", Status(stage.Register(Answer(Client("alice", "secret"), stage.Register(Contact)), cseq: 2)));
        Assert.Empty(stage.Bindings);
    }

    [Fact]
    public async Task A_trusted_network_needs_no_credentials()
    {
        await using var stage = Stage(options: new() { Trusted = [NetworkRange.Parse("10.0.0.0/30")] });

        Assert.Equal("200 OK", Status(stage.Register(Contact)));
        Assert.Equal("401 Unauthorized", Status(stage.Register(Contact, from: "10.0.0.4", callId: "far")));
    }

    [Fact]
    public async Task Who_guesses_is_banned_for_a_while_and_not_heard_at_all()
    {
        await using var stage = Stage(guard: new() { MaxFailures = 3, FirstBan = TimeSpan.FromSeconds(60) });
        for (var i = 0; i < 3; i++)
            Assert.Equal("401 Unauthorized", Status(stage.Register(Answer(Client("alice", "guess" + i), stage.Register(Contact, callId: $"a{i}")), callId: $"b{i}")));

        Assert.Equal("banned from 10.0.0.2 port 5060: 3 failed authentications, for 60 s", _log[^1]);
        Assert.Throws<TimeoutException>(() => stage.Register(Contact, callId: "banned"));
        Assert.Equal("401 Unauthorized", Status(stage.Register(Contact, from: "10.0.0.3", callId: "other")));
        stage.Advance(30);
        Assert.Equal("401 Unauthorized", Status(stage.Register(Contact, callId: "free")));
    }

    [Fact]
    public async Task Too_many_requests_without_credentials_get_503_without_a_transaction()
    {
        await using var stage = Stage(guard: new() { UnauthenticatedRate = 1, UnauthenticatedBurst = 2 });
        stage.Register(Contact, callId: "1");
        stage.Register(Contact, callId: "2");
        var before = stage.Endpoint.Counters.Transactions.Active;

        var response = stage.Register(Contact, callId: "3");

        Assert.Equal("503 Service Unavailable", Status(response));
        Assert.Equal(before, stage.Endpoint.Counters.Transactions.Active);
        Assert.Equal("refused REGISTER from 10.0.0.2 port 5060 over udp: too many without credentials", Assert.Single(_log));
        stage.Advance(1);
        Assert.Equal("401 Unauthorized", Status(stage.Register(Contact, callId: "4")));
    }

    private RegistrarStage Stage(IAccountStore? store = null, AdmissionOptions? options = null, SourceGuardOptions? guard = null)
    {
        var network = new Parley.Net.VirtualNetwork();
        var sources = new SourceGuard((guard ?? new()) with { Log = _log.Add }, network.Time);
        var accounts = new AccountDirectory(store ?? _store, network.Time);
        return new(
            admission: new AdmissionService(accounts, Domains, sources, options, network.Time),
            change: endpoint => endpoint with { Transport = endpoint.Transport with { Gate = sources } },
            network: network);
    }

    private static DigestClient Client(string user, string password, DigestAlgorithm? algorithm = null) => new(
    [
        algorithm is not { } only
            ? new() { Username = user, Password = password }
            : new() { Username = user, Ha1 = DigestCredentials.HashPassword(only, user, "example.com", password), Ha1Algorithm = only },
    ]);

    private static string Answer(DigestClient client, string challenge) => Lines(client.Answer(Messages.Parse(challenge), "REGISTER"u8, "sip:example.com"u8));

    private static string Continue(DigestClient client) => Lines(client.Continue("REGISTER"u8, "sip:example.com"u8));

    private static string Lines(IReadOnlyList<Parley.Sip.Messages.SipHeader> headers) => $"{Assert.Single(headers)}\n{Contact}";

    private sealed class BrokenStore : IAccountStore
    {
        public ValueTask<Account?> FindAsync(string name, string realm, CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask<long> VersionAsync(CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask<IReadOnlyList<AccountInfo>> ListAsync(string? realm = null, CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask<bool> AddAsync(Account account, CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask<bool> ReplaceAsync(Account account, CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask<bool> RemoveAsync(string name, string realm, CancellationToken cancel = default) => throw new IOException("gone");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
