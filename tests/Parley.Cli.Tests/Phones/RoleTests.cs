using System.Text;
using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Cli.Tests.Phones;

/// <summary>What is no call: lamps, presence, messages; and calls that are proxied.</summary>
public sealed class RoleTests
{
    [Fact]
    public void A_busy_lamp_follows_a_call_from_ringing_to_its_end() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", async (incoming, ended) =>
        {
            await incoming.RingAsync(ended);
            await Task.Delay(TimeSpan.FromSeconds(2), office.Network.Time, ended);
            await incoming.AnswerAsync(cancel: ended);
            await incoming.WaitForEndAsync(ended);
        });
        var carol = await office.PhoneAsync("carol", "10.0.0.13");
        var seen = new List<string>();
        var watching = WatchAsync(carol, "dialog", "bob", seen, "terminated");
        await office.Delay(1);
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        await using (await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice")))
            await office.Delay(2);
        await watching;
        Assert.Equal(["early", "confirmed", "terminated"], StatesOf(seen));
        Assert.DoesNotContain(seen, one => one.Contains("alice", StringComparison.Ordinal)); // whom he talks to is his affair
    });

    [Fact]
    public void Presence_says_who_is_registered() => Office.Run(async office =>
    {
        var carol = await office.PhoneAsync("carol", "10.0.0.13");
        var seen = new List<string>();
        var watching = WatchAsync(carol, "presence", "bob", seen, "open");
        await office.Delay(1);
        await office.PhoneAsync("bob", "10.0.0.12");
        await watching;
        Assert.Contains("closed", seen[0], StringComparison.Ordinal);
    });

    [Fact]
    public void A_subscription_needs_an_account() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        await using var subscription = stranger.Endpoint.Subscribe(new SubscribeOptions { Target = SipUri.Parse("sip:bob@10.0.0.1"), Event = "presence" });
        Assert.Equal(401, (await subscription.WaitAsync(CancellationToken.None)).Status);
    });

    [Fact]
    public void A_message_reaches_a_phone_and_waits_for_one_that_is_not_there() => Office.Run(async office =>
    {
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var taken = new Inbox();
        var bob = await office.StartAsync("10.0.0.12", taken);
        Assert.Equal(202, await SendAsync(alice, "first"));
        await office.RegisterAsync(bob, "bob");
        await office.Delay(2);
        Assert.Equal(["first"], taken.Texts);
        Assert.Equal(200, await SendAsync(alice, "second"));
        Assert.Equal(["first", "second"], taken.Texts);
        Assert.Equal(401, await SendAsync(await office.StartAsync("10.0.0.99"), "spam", password: "wrong"));
    });

    [Fact]
    public void With_direct_media_a_call_is_proxied_and_its_audio_goes_from_phone_to_phone() => Office.Run(
        async office =>
        {
            IncomingCall? seen = null;
            await office.PhoneAsync("bob", "10.0.0.12", async (call, ended) =>
            {
                seen = call;
                await call.RingAsync(ended);
                await call.AnswerAsync(cancel: ended);
                await call.PlayAsync(new ToneSource(900, 8000), cancel: ended);
            });
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using (var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice")))
            {
                Assert.True(await Heard.ToneAsync(call, 900));
                Assert.Equal(call.Id, seen!.Id);
                Assert.Contains("10.0.0.1", seen.Header("Record-Route"), StringComparison.Ordinal);
                Assert.Null(seen.Header("Proxy-Authorization"));
                Assert.Equal(0, office.Server.Media.Counters.Streams);
                await seen.HangUpAsync();
            }

            Assert.Equal(407, await Office.StatusAsync(await office.StartAsync("10.0.0.99"), "bob"));
            Assert.Equal(403, await Office.StatusAsync(alice, "bob", Office.As("alice") with { Caller = "sip:carol@10.0.0.1" }));
            Assert.Equal(480, await Office.StatusAsync(alice, "carol", Office.As("alice")));
            Assert.Equal(404, await Office.StatusAsync(alice, "dora", Office.As("alice")));
            Assert.Equal(200, await Office.StatusAsync(alice, "tone"));
        },
        """{ "media": "direct" }""");

    [Fact]
    public void With_direct_media_lamps_show_what_passes_here() => Office.Run(
        async office =>
        {
            await office.PhoneAsync("bob", "10.0.0.12", async (incoming, ended) =>
            {
                await incoming.RingAsync(ended);
                await Task.Delay(TimeSpan.FromSeconds(2), office.Network.Time, ended);
                await incoming.AnswerAsync(cancel: ended);
                await incoming.WaitForEndAsync(ended);
            });
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            List<string> bobs = [], alices = [];
            var watching = Task.WhenAll(WatchAsync(carol, "dialog", "bob", bobs, "terminated"), WatchAsync(carol, "dialog", "alice", alices, "terminated"));
            await office.Delay(1);
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using (await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice")))
                await office.Delay(2);
            await watching;
            Assert.Equal(["early", "confirmed", "terminated"], StatesOf(bobs).Where(state => state != "trying"));
            Assert.Equal(["early", "confirmed", "terminated"], StatesOf(alices).Where(state => state != "trying"));
        },
        """{ "media": "direct" }""");

    [Fact]
    public void With_direct_media_a_call_whose_phones_are_lost_goes_dark() => Office.Run(
        async office =>
        {
            await office.PhoneAsync("bob", "10.0.0.12", async (incoming, ended) =>
            {
                await incoming.AnswerAsync(cancel: ended);
                await incoming.WaitForEndAsync(ended);
            });
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            var seen = new List<string>();
            var watching = WatchAsync(carol, "dialog", "bob", seen, "terminated");
            var alice = await office.StartAsync("10.0.0.11", timers: new() { Interval = TimeSpan.FromMinutes(20) });
            await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
            await office.Delay(1);
            foreach (var address in (string[])["10.0.0.11", "10.0.0.12"])
                office.Network.Link(address, "10.0.0.1", new() { Loss = 1 });
            await watching;
        },
        """{ "media": "direct" }""");

    [Fact]
    public void The_lamp_for_messages_is_lit_while_some_wait() => Office.Run(async office =>
    {
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(202, await SendAsync(alice, "first"));
        Assert.Equal(202, await SendAsync(alice, "second"));
        var phone = await office.StartAsync("10.0.0.12");
        var seen = new List<string>();
        await using var subscription = phone.Endpoint.Subscribe(new SubscribeOptions
        {
            Target = SipUri.Parse("sip:bob@10.0.0.1"),
            Event = "message-summary",
            From = SipAddress.Parse("sip:bob@10.0.0.1"),
            Credentials = new DigestCredentials { Username = "bob", Password = "bob" },
        });
        var watching = Task.Run(async () =>
        {
            await foreach (var notification in subscription.Notifications(CancellationToken.None))
            {
                seen.Add(Encoding.UTF8.GetString(notification.Message.Body));
                if (seen[^1].StartsWith("Messages-Waiting: no", StringComparison.Ordinal))
                    return;
            }
        });
        await office.Delay(1);
        await office.RegisterAsync(await office.StartAsync("10.0.0.14", new Inbox()), "bob");
        await watching;
        Assert.Contains("Messages-Waiting: yes\r\n", seen[0], StringComparison.Ordinal);
        Assert.Contains("Pager-Message: 2/0 (0/0)\r\n", seen[0], StringComparison.Ordinal);
    });

    private static IEnumerable<string> StatesOf(List<string> seen) =>
        seen.SelectMany(one => (string[])["trying", "early", "confirmed", "terminated"], (one, state) => one.Contains($">{state}<", StringComparison.Ordinal) ? state : "")
            .Where(state => state.Length > 0).Distinct();

    private static async Task WatchAsync(UserAgent phone, string package, string whom, List<string> seen, string until)
    {
        await using var subscription = phone.Endpoint.Subscribe(new SubscribeOptions
        {
            Target = SipUri.Parse($"sip:{whom}@10.0.0.1"),
            Event = package,
            From = SipAddress.Parse("sip:carol@10.0.0.1"),
            Credentials = new DigestCredentials { Username = "carol", Password = "carol" },
        });
        await foreach (var notification in subscription.Notifications(CancellationToken.None))
        {
            seen.Add(Encoding.UTF8.GetString(notification.Message.Body));
            if (seen[^1].Contains($">{until}<", StringComparison.Ordinal))
                return;
        }
    }

    private static async Task<int> SendAsync(UserAgent phone, string text, string password = "alice") => (await phone.Endpoint.RequestAsync(new SipRequestOptions
    {
        Method = SipMethod.Message,
        Target = SipUri.Parse("sip:bob@10.0.0.1"),
        From = SipAddress.Parse("sip:alice@10.0.0.1"),
        Credentials = new DigestCredentials { Username = "alice", Password = password },
        Body = new SipBody("text/plain", text),
    })).Status;

    private sealed class Inbox : ISipEndpointHandler
    {
        public List<string> Texts { get; } = [];

        public Sip.Invites.IInviteSessionHandler? OnInvite(Sip.Invites.IncomingInvite invite) => null;

        public void OnRequest(IncomingRequest request)
        {
            Texts.Add(Encoding.UTF8.GetString(request.Message.Body));
            request.Respond(200);
        }
    }
}
