using System.Text;
using System.Xml.Linq;
using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Cli.Tests.Phones;

/// <summary>A call that rings at one phone is answered by another, with INVITE and Replaces (RFC 3891), as a busy lamp tells it (RFC 4235).</summary>
public sealed class PickupTests
{
    private const string Groups = """{ "pickup": [["bob", "carol"], ["alice"]] }""";

    [Fact]
    public void A_call_is_picked_up_by_who_is_of_the_same_group() => Office.Run(
        async office =>
        {
            var cancelled = new TaskCompletionSource();
            var (caller, answered) = await AliceRingsBobAsync(office, cancelled);
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            await using var picked = await carol.DialAsync("sip:alice@10.0.0.1", Office.As("carol") with { Headers = [await ReplacingAsync(carol)] });
            picked.StartPlayback(new ToneSource(700, 8000));
            Assert.True(await answered);
            Assert.True(await Heard.ToneAsync(caller, 700));
            await cancelled.Task;
            await caller.HangUpAsync();
            await picked.WaitForEndAsync();
            await caller.DisposeAsync();
        },
        Groups);

    [Fact]
    public void Somebody_of_another_group_neither_learns_how_the_call_is_called_nor_gets_it() => Office.Run(
        async office =>
        {
            var cancelled = new TaskCompletionSource();
            var (caller, answered) = await AliceRingsBobAsync(office, cancelled);
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            var replaces = await ReplacingAsync(carol);
            var other = await office.StartAsync("10.0.0.15");
            Assert.Equal(403, await Office.StatusAsync(other, "bob", Office.As("alice") with { Headers = [replaces] }));
            Assert.DoesNotContain((await RingingAsync(other, "alice")).Attributes(), one => one.Name.LocalName is "call-id" or "local-tag" or "remote-tag");
            await caller.HangUpAsync();
            Assert.False(await answered);
        },
        Groups);

    [Fact]
    public void A_call_that_is_over_cannot_be_picked_up() => Office.Run(
        async office =>
        {
            var cancelled = new TaskCompletionSource();
            var (caller, answered) = await AliceRingsBobAsync(office, cancelled);
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            var replaces = await ReplacingAsync(carol);
            await caller.HangUpAsync();
            Assert.False(await answered);
            await office.Delay(1);
            Assert.Contains(await Office.StatusAsync(carol, "alice", Office.As("carol") with { Headers = [replaces] }), (int[])[481, 603]);
        },
        Groups);

    private static async Task<(OutgoingCall Caller, Task<bool> Answered)> AliceRingsBobAsync(Office office, TaskCompletionSource cancelled)
    {
        var ringing = new TaskCompletionSource();
        await office.PhoneAsync("bob", "10.0.0.12", async (incoming, _) =>
        {
            await incoming.RingAsync(CancellationToken.None);
            await incoming.WaitForEndAsync(CancellationToken.None);
            cancelled.TrySetResult();
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var caller = await alice.CreateCallAsync("sip:bob@10.0.0.1", Office.As("alice") with { OnProgress = _ => ringing.TrySetResult() });
        var answered = caller.TryInviteAsync();
        await ringing.Task;
        return (caller, answered);
    }

    private static async Task<SipHeader> ReplacingAsync(UserAgent carol)
    {
        var dialog = await RingingAsync(carol, "carol");
        string Of(string name) => dialog.Attribute(name)!.Value;
        return new("Replaces", $"{Of("call-id")};to-tag={Of("remote-tag")};from-tag={Of("local-tag")};early-only");
    }

    // What a lamp for bob's calls says while one rings.
    private static async Task<XElement> RingingAsync(UserAgent phone, string name)
    {
        await using var subscription = phone.Endpoint.Subscribe(new SubscribeOptions
        {
            Target = SipUri.Parse("sip:bob@10.0.0.1"),
            Event = "dialog",
            From = SipAddress.Parse($"sip:{name}@10.0.0.1"),
            Credentials = new DigestCredentials { Username = name, Password = name },
        });
        await foreach (var notification in subscription.Notifications(CancellationToken.None))
        {
            var document = XDocument.Parse(Encoding.UTF8.GetString(notification.Message.Body));
            if (document.Root!.Elements().SingleOrDefault() is { } dialog)
                return dialog;
        }

        throw new InvalidOperationException("The subscription has ended.");
    }
}
