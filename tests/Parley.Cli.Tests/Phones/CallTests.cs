using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Sip.Invites;

namespace Parley.Cli.Tests.Phones;

public sealed class CallTests
{
    [Fact]
    public void Two_phones_call_each_other_by_name_and_hear_each_other() => Office.Run(async office =>
    {
        var answered = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        await office.PhoneAsync("bob", "10.0.0.12", async (call, ended) =>
        {
            await call.RingAsync();
            await call.AnswerAsync();
            call.StartPlayback(new ToneSource(900, 8000));
            answered.SetResult(call);
            await call.WaitForEndAsync(ended);
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var rang = false;
        await using var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice") with { OnProgress = step => rang |= step.Status == 180 });
        call.StartPlayback(new ToneSource(600, 8000));
        Assert.True(rang);
        Assert.True(await Heard.ToneAsync(call, 900));
        var other = await answered.Task;
        Assert.True(await Heard.ToneAsync(other, 600));
        Assert.Equal("sip:alice@10.0.0.1", other.From.Uri.ToString());
        await other.HangUpAsync();
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync()).By);
    });

    [Fact]
    public void Extensions_are_open_to_everybody_and_nothing_else_is() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", Answer);
        var stranger = await office.StartAsync("10.0.0.99");
        Assert.Equal(200, await Office.StatusAsync(stranger, "tone"));
        Assert.Equal(407, await Office.StatusAsync(stranger, "bob"));
        Assert.Equal(407, await Office.StatusAsync(stranger, "nobody"));
        Assert.Equal(407, await Office.StatusAsync(stranger, "bob", Office.As("alice") with { Password = "wrong" }));
    });

    [Fact]
    public void Nobody_calls_in_somebody_elses_name() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", Answer);
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(403, await Office.StatusAsync(alice, "bob", Office.As("alice") with { Caller = "sip:carol@10.0.0.1" }));
        Assert.Equal(403, await Office.StatusAsync(alice, "bob", Office.As("alice") with { Caller = "sip:alice@elsewhere.example" }));
    });

    [Theory]
    [InlineData("bob", 486)]
    [InlineData("carol", 480)]
    [InlineData("dora", 404)]
    public void Busy_offline_and_unknown_are_told_apart(string dialled, int status) => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", (call, _) => call.RejectAsync(486));
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(status, await Office.StatusAsync(alice, dialled, Office.As("alice")));
    });

    [Fact]
    public void A_phone_that_nobody_picks_up_stops_ringing_after_a_while() => Office.Run(
        async office =>
        {
            CallEnd? end = null;
            await office.PhoneAsync("bob", "10.0.0.12", async (call, _) =>
            {
                await call.RingAsync();
                end = await call.WaitForEndAsync();
            });
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            var began = office.Network.Time.GetTimestamp();
            Assert.Equal(480, await Office.StatusAsync(alice, "bob", Office.As("alice")));
            Assert.InRange(office.Network.Time.GetElapsedTime(began).TotalSeconds, 19, 22);
            await office.Delay(1);
            Assert.Equal(CallEndKind.Cancelled, end?.Kind);
        },
        """{ "limits": { "ring": "20s" } }""");

    [Fact]
    public void A_phone_that_has_vanished_is_not_there() => Office.Run(async office =>
    {
        var bob = await office.PhoneAsync("bob", "10.0.0.12", Answer);
        await bob.DisposeAsync();
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(480, await Office.StatusAsync(alice, "bob", Office.As("alice")));
    });

    [Fact]
    public void All_phones_of_somebody_ring_and_the_first_to_answer_has_the_call() => Office.Run(async office =>
    {
        CallEnd? desk = null;
        await office.PhoneAsync("bob", "10.0.0.12", async (call, _) =>
        {
            await call.RingAsync();
            desk = await call.WaitForEndAsync();
        });
        await office.PhoneAsync("bob", "10.0.0.13", async (call, ended) =>
        {
            await call.RingAsync();
            await Task.Delay(TimeSpan.FromSeconds(2), office.Network.Time, ended);
            await call.AnswerAsync();
            await call.PlayAsync(new ToneSource(900, 8000), cancel: ended);
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        await using var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        Assert.True(await Heard.ToneAsync(call, 900));
        Assert.Equal(CallEndKind.Cancelled, desk?.Kind);
    });

    [Fact]
    public void Whoever_gives_up_leaves_no_phone_ringing() => Office.Run(async office =>
    {
        CallEnd? end = null;
        await office.PhoneAsync("bob", "10.0.0.12", async (call, _) =>
        {
            await call.RingAsync();
            end = await call.WaitForEndAsync();
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), office.Network.Time);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"), patience.Token));
        await office.Delay(1);
        Assert.Equal(CallEndKind.Cancelled, end?.Kind);
    });

    [Fact]
    public void Calling_oneself_rings_ones_own_phone() => Office.Run(async office =>
    {
        var alice = await office.PhoneAsync("alice", "10.0.0.11", Answer);
        Assert.Equal(200, await Office.StatusAsync(alice, "alice", Office.As("alice")));
    });

    [Fact]
    public void An_account_has_no_more_calls_than_it_may() => Office.Run(
        async office =>
        {
            await office.PhoneAsync("bob", "10.0.0.12", Answer);
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using (await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice")))
                Assert.Equal(486, await Office.StatusAsync(alice, "bob", Office.As("alice")));
            await office.Delay(1);
            Assert.Equal(200, await Office.StatusAsync(alice, "bob", Office.As("alice")));
        },
        """{ "limits": { "calls-per-account": 1 } }""");

    [Fact]
    public void An_account_that_is_added_counts_at_once_and_one_that_is_removed_no_more() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", Answer);
        var dora = await office.StartAsync("10.0.0.14");
        Assert.Equal(407, await Office.StatusAsync(dora, "bob", Office.As("dora")));
        await office.Accounts.AddAsync(Services.Accounts.Account.Create("dora", "parley", "dora"));
        await office.Delay(1.1);
        Assert.Equal(200, await Office.StatusAsync(dora, "bob", Office.As("dora")));
        await office.Accounts.RemoveAsync("dora", "parley");
        await office.Delay(1.1);
        Assert.Equal(407, await Office.StatusAsync(dora, "bob", Office.As("dora")));
    });

    [Fact]
    public void The_phones_of_an_account_that_is_removed_ring_no_more() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", Answer);
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(200, await Office.StatusAsync(alice, "bob", Office.As("alice")));
        await office.Accounts.RemoveAsync("bob", "parley");
        await office.Delay(1.1);
        Assert.Equal(404, await Office.StatusAsync(alice, "bob", Office.As("alice")));
    });

    [Fact]
    public void A_refusal_that_may_be_an_attack_has_a_line_with_the_address_in_front()
    {
        var office = Office.Run(async office =>
        {
            var stranger = await office.StartAsync("10.0.0.99");
            await Office.StatusAsync(stranger, "bob", Office.As("alice") with { Password = "guess" });
            await Office.StatusAsync(stranger, "bob", Office.As("alice") with { Caller = "sip:carol@10.0.0.1" });
        });
        Assert.Contains("refused INVITE from 10.0.0.99 port 5060 over udp: wrong credentials (user \"alice\")", office.Log, StringComparison.Ordinal);
        Assert.Contains("refused INVITE from 10.0.0.99 port 5060 over udp: not allowed to the caller", office.Log, StringComparison.Ordinal);
    }

    private static async Task Answer(IncomingCall call, CancellationToken ended)
    {
        await call.RingAsync(ended);
        await call.AnswerAsync(cancel: ended);
        await call.WaitForEndAsync(ended);
    }
}
