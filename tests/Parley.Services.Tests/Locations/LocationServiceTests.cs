using Parley.Net;
using Parley.Services.Locations;
using Parley.Services.Tests.Registrar;
using static Parley.Services.Tests.Registrar.RegistrarStage;

namespace Parley.Services.Tests.Locations;

public sealed class LocationServiceTests
{
    [Fact]
    public async Task The_answer_leaves_when_the_binding_is_durable_and_nobody_sees_it_before()
    {
        var store = new SlowStore { IsHeld = true };
        await using var stage = new RegistrarStage(store: store);

        stage.Post(stage.Text("Contact: <sip:alice@10.0.0.2:5060>"));
        stage.Advance(0.1);
        Assert.Empty(stage.Received);
        Assert.Empty(stage.Bindings);

        store.Release();
        stage.Network.RunUntilIdle();

        Assert.Equal("200 OK", Status(Assert.Single(stage.Received)));
        Assert.Single(stage.Bindings);
        Assert.Single(store.Rows);
        store.IsHeld = false;
    }

    [Fact]
    public async Task What_comes_during_a_commit_goes_into_the_next_one_together()
    {
        var store = new SlowStore { IsHeld = true };
        await using var stage = new RegistrarStage(store: store);

        for (var i = 0; i < 5; i++)
            stage.Post(stage.Text("Contact: <sip:a@10.0.0.2>", to: $"sip:user{i}@example.com", callId: $"call{i}"));
        stage.Advance(0.1);
        store.IsHeld = false;
        store.Release();
        stage.Network.RunUntil(() => stage.Received.Count == 5);

        Assert.Equal([1, 4], store.Batches);
        Assert.Equal(2, stage.Locations.Counters.Commits);
    }

    [Fact]
    public async Task A_commit_that_fails_gets_500_and_leaves_everything_as_it_was()
    {
        var store = new SlowStore();
        await using var stage = new RegistrarStage(store: store);
        stage.Register();
        store.Fails = true;

        Assert.Equal("500 Server Internal Error", Status(stage.Register("Contact: *\nExpires: 0", cseq: 2)));
        Assert.Equal("500 Server Internal Error", Status(stage.Register(to: "sip:bob@example.com", callId: "bob")));
        Assert.Single(stage.Bindings);
        Assert.Equal(1, stage.Locations.Counters.Addresses);
        Assert.Equal(2, stage.Locations.Counters.CommitFailures);

        store.Fails = false;
        Assert.Equal("200 OK", Status(stage.Register("Contact: *\nExpires: 0", cseq: 3)));
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task Registrations_of_one_address_are_done_one_after_the_other()
    {
        var store = new SlowStore { IsHeld = true };
        await using var stage = new RegistrarStage(store: store);

        stage.Post(stage.Text("Contact: <sip:a@10.0.0.2>", callId: "a"));
        stage.Post(stage.Text("Contact: <sip:b@10.0.0.2>", callId: "b"));
        stage.Post(stage.Text("Contact: *\nExpires: 0", callId: "c"));
        stage.Advance(0.1);
        store.IsHeld = false;
        store.Release();
        stage.Network.RunUntil(() => stage.Received.Count == 3);

        Assert.Equal([1, 2, 0], stage.Received.Select(response => Wire.Headers(response, "Contact").Count));
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task Only_so_many_changes_of_one_address_wait_for_a_slow_disk()
    {
        var store = new SlowStore { IsHeld = true };
        await using var stage = new RegistrarStage(store: store, limits: new() { MaxWaiting = 2 });

        for (var i = 0; i < 5; i++)
            stage.Post(stage.Text($"Contact: <sip:c{i}@10.0.0.2>", callId: $"call{i}"));
        stage.Advance(0.1);
        Assert.Equal(2, stage.Received.Count);
        Assert.All(stage.Received, response => Assert.Equal("503 Service Unavailable", Status(response)));

        store.IsHeld = false;
        store.Release();
        stage.Network.RunUntil(() => stage.Received.Count == 5);
        Assert.Equal(3, stage.Bindings.Count);
    }

    [Fact]
    public async Task A_disk_that_hangs_for_longer_than_a_phone_waits_mixes_nothing_up()
    {
        var store = new SlowStore { IsHeld = true };
        await using var stage = new RegistrarStage(store: store);
        stage.Post(stage.Text("Contact: <sip:a@10.0.0.2>", callId: "a"));
        stage.Post(stage.Text("Contact: <sip:b@10.0.0.2>", callId: "b"));
        stage.Advance(60);
        for (var i = 0; i < 10; i++)
            stage.Post(stage.Text("", to: "sip:carol@example.com", callId: $"other{i}")); // uses up what the messages were kept in, had they been let go
        stage.Advance(0.1);

        store.IsHeld = false;
        store.Release();
        stage.Network.Run(async () =>
        {
            while (stage.Bindings.Count < 2)
                await Task.Delay(TimeSpan.FromMilliseconds(10), stage.Network.Time);
        });

        Assert.Equal(["b", "a"], stage.Bindings.Select(binding => binding.Contact.User));
        Assert.Equal(["b", "a"], stage.Bindings.Select(binding => binding.CallId));
    }

    [Fact]
    public async Task A_restart_finds_everything_again_flows_of_UDP_included()
    {
        var store = new SlowStore();
        await using var network = new VirtualNetwork();
        await using (var before = new RegistrarStage(store: store, network: network))
        {
            before.Register("Contact: \"A\" <sip:a@10.0.0.2:5060>;q=0.5;reg-id=1;+sip.instance=\"<urn:x>\";audio\nUser-Agent: Phone/1\nSupported: path, outbound");
            before.Register("Contact: <sip:b@[2001:db8::1]>\nSupported: path\nPath: <sip:p.example.net;lr>", callId: "two");
            before.Register(to: "sip:bob@example.com", callId: "bob");
        }

        await using var stage = new RegistrarStage(store: store, network: network);

        Assert.Equal(2, stage.Locations.Counters.Addresses);
        var (b, a) = (stage.Bindings[0], stage.Bindings[1]);
        Assert.Equal("p.example.net", Assert.Single(b.Path).Host);
        Assert.Equal(("A", 0.5, 1, "urn:x", "Phone/1", "one", 1u), (a.DisplayName, a.Q, a.RegId, a.Instance, a.UserAgent, a.CallId, a.CSeq));
        Assert.Null(a.Flow);
        Assert.True(a.TryGetFlow(stage.Endpoint.Transport, out var flow));
        Assert.Equal("10.0.0.2:5060", flow.Remote.ToString());
        Assert.Equal("500 CSeq out of order", Status(stage.Register("Contact: <sip:b@[2001:db8::1]>", cseq: 1, callId: "two")));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_left_out_and_counted()
    {
        var store = new SlowStore();
        store.Rows[Alice] = new(Alice, uint.MaxValue, new byte[] { 1, 200, 0, 5 });

        await using var stage = new RegistrarStage(store: store);

        Assert.Equal(1, stage.Locations.Counters.UnreadableRows);
        Assert.Empty(stage.Bindings);
    }

    [Fact]
    public async Task A_binding_ends_with_its_lifetime_and_leaves_memory_and_store()
    {
        var store = new SlowStore();
        await using var stage = new RegistrarStage(store: store);
        stage.Register("Contact: <sip:short@10.0.0.2>;expires=100, <sip:long@10.0.0.2>;expires=200");

        stage.Advance(99);
        Assert.Equal(2, stage.Bindings.Count);
        stage.Advance(1);
        Assert.Equal("long", Assert.Single(stage.Bindings).Contact.User);
        stage.Advance(100);
        Assert.Empty(stage.Bindings);

        AwaitEmpty(stage);
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task A_refresh_moves_the_end()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>;expires=100");
        stage.Advance(90);
        stage.Register("Contact: <sip:a@10.0.0.2>;expires=100", cseq: 2);
        stage.Advance(90);
        Assert.Single(stage.Bindings);
        stage.Advance(12);
        Assert.Equal(0, stage.Locations.Counters.Addresses);
    }

    [Fact]
    public async Task Watchers_hear_of_every_change_in_order_with_what_became_of_each_binding()
    {
        await using var stage = new RegistrarStage();
        var watcher = new Recorder();
        using (stage.Locations.Watch(new Thrower()))
        using (stage.Locations.Watch(watcher))
        {
            stage.Register("Contact: <sip:a@10.0.0.2>;expires=300");
            stage.Register("Contact: <sip:a@10.0.0.2>;expires=300, <sip:b@10.0.0.2>;expires=100", cseq: 2);
            stage.Register("", cseq: 3);
            stage.Advance(103);
            stage.Register("Contact: <sip:c@10.0.0.2>", cseq: 4);
            stage.Register("Contact: <sip:a@10.0.0.2>;expires=0", cseq: 5);
            Assert.Equal(1, await stage.Locations.RemoveAsync(Alice));
        }

        stage.Register();

        Assert.Equal(
            [
                "new reachable: Registered a",
                "new reachable: Refreshed a, Registered b",
                "reachable: Expired b",
                "new reachable: Registered c",
                "reachable: Unregistered a",
                ": Deactivated c",
            ],
            watcher.Heard);
        Assert.Equal(6, stage.Locations.Counters.WatcherFaults);
    }

    [Fact]
    public async Task A_binding_can_be_removed_by_its_id()
    {
        await using var stage = new RegistrarStage();
        stage.Register("Contact: <sip:a@10.0.0.2>, <sip:b@10.0.0.2>");

        Assert.Equal(1, await stage.Locations.RemoveAsync(Alice, stage.Bindings[0].Id));
        Assert.Equal(0, await stage.Locations.RemoveAsync(Alice, "00000000"));
        Assert.Equal("a", Assert.Single(stage.Bindings).Contact.User);
    }

    [Theory]
    [InlineData("sip:alice@example.com", LocationOutcome.Found)]
    [InlineData("sip:ALICE@example.com", LocationOutcome.Offline)]
    [InlineData("sip:alice@10.0.0.1:5080;transport=udp", LocationOutcome.Found)]
    [InlineData("sip:bob@example.com", LocationOutcome.Offline)]
    [InlineData("sip:alice@example.org", LocationOutcome.NotServed)]
    [InlineData("sip:example.com", LocationOutcome.Unknown)]
    [InlineData("tel:+15550100", LocationOutcome.NotServed)]
    public async Task A_request_URI_leads_to_its_bindings(string uri, LocationOutcome outcome)
    {
        await using var stage = new RegistrarStage();
        stage.Register();

        Assert.Equal(outcome, stage.Resolve(uri).Outcome);
    }

    [Fact]
    public async Task Who_has_no_account_is_unknown_and_who_has_one_is_only_away()
    {
        var accounts = new Parley.Services.Accounts.AccountDirectory(new Parley.Services.Accounts.MemoryAccountStore(
            [Parley.Services.Accounts.Account.Create("bob", "example.com", "secret")]));
        await using var stage = new RegistrarStage(accounts: accounts);

        Assert.Equal(LocationOutcome.Offline, stage.Resolve("sip:bob@example.com").Outcome);
        Assert.Equal(LocationOutcome.Unknown, stage.Resolve("sip:carol@example.com").Outcome);
    }

    [Fact]
    public async Task A_hundred_thousand_bindings_that_end_together_are_gone_at_once_for_those_who_look_and_leave_memory_in_slices()
    {
        var store = new SlowStore();
        await using var network = new VirtualNetwork();
        var ends = (uint)network.Time.GetUtcNow().ToUnixTimeSeconds() + 60;
        for (var i = 0; i < 100_000; i++)
        {
            var address = AddressOfRecord.Create($"user{i}", "example.com");
            store.Rows[address] = new(address, ends, Records.Of("sip:user@10.0.0.2", ends));
        }

        await using var stage = new RegistrarStage(store: store, network: network);
        var address0 = AddressOfRecord.Create("user0", "example.com");
        Assert.Equal(100_000, stage.Locations.Counters.Addresses);
        Assert.Single(stage.Find(address0));

        stage.Advance(60);
        Assert.Empty(stage.Find(address0));
        AwaitFewerThan(stage, 100_000);
        Assert.InRange(stage.Locations.Counters.Addresses, 80_000, 99_999);
        AwaitEmpty(stage);

        Assert.Empty(store.Rows);
        Assert.All(store.Batches, batch => Assert.InRange(batch, 1, 1_000));
    }

    // The store's side of it runs on the thread pool.
    private static void AwaitEmpty(RegistrarStage stage) => AwaitFewerThan(stage, 1);

    private static void AwaitFewerThan(RegistrarStage stage, int addresses) => stage.Network.Run(async () =>
    {
        while (stage.Locations.Counters.Addresses >= addresses)
            await Task.Delay(TimeSpan.FromMilliseconds(100), stage.Network.Time);
    });

    private sealed class Recorder : ILocationWatcher
    {
        public List<string> Heard { get; } = [];

        public void OnChanged(LocationChange change) => Heard.Add(
            $"{(change.HasNew ? "new " : "")}{(change.IsReachable ? "reachable" : "")}: {string.Join(", ", change.Changes.Select(one => $"{one.Event} {one.Binding.Contact.User}"))}");
    }

    private sealed class Thrower : ILocationWatcher
    {
        public void OnChanged(LocationChange change) => throw new InvalidOperationException("a watcher's own fault");
    }
}
