using Parley.Cli.Tests.Support;
using Parley.Media.Audio;

namespace Parley.Cli.Tests.Phones;

/// <summary>Phones that answer with 302: their account's calls go elsewhere, by the dial plan.</summary>
public sealed class RedirectionTests
{
    private const string Trunk = """
        { "trunks": { "carrier": { "uri": "sip:10.0.0.50", "ping": "off" } }, "routes": [{ "pattern": "0*", "trunks": "carrier" }], "limits": { "calls-per-account": 1 } }
        """;

    [Theory]
    [InlineData("sip:carol@10.0.0.1")]
    [InlineData("sip:nobody@10.0.0.1,sip:carol@parley")]
    public void A_call_follows_to_the_account_the_phone_names(string contacts) => Office.Run(async office =>
    {
        await ForwardAsync(office, "bob", "10.0.0.12", contacts.Split(','));
        await office.PhoneAsync("carol", "10.0.0.13", Answer);
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        await using var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        Assert.True(await Heard.ToneAsync(call, 900));
    });

    [Fact]
    public void Two_who_forward_to_each_other_do_not_ring_for_ever() => Office.Run(async office =>
    {
        await ForwardAsync(office, "bob", "10.0.0.12", "sip:carol@10.0.0.1");
        await ForwardAsync(office, "carol", "10.0.0.13", "sip:bob@10.0.0.1");
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        Assert.Equal(480, await Office.StatusAsync(alice, "bob", Office.As("alice")));
    });

    [Fact]
    public void A_number_outside_is_rung_at_the_forwarders_expense() => Office.Run(
        async office =>
        {
            var carrier = await office.StartAsync("10.0.0.50");
            var asserted = new List<string?>();
            _ = carrier.ServeAsync(async (call, ended) =>
            {
                asserted.Add(call.Header("P-Asserted-Identity"));
                await Answer(call, ended);
            });
            await ForwardAsync(office, "bob", "10.0.0.12", "sip:0123@10.0.0.1");
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            var carol = await office.PhoneAsync("carol", "10.0.0.13");
            await using (await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice")))
                Assert.Equal(480, await Office.StatusAsync(carol, "bob", Office.As("carol"))); // bob has the one call he may have
            Assert.Equal(["<sip:bob@parley>"], asserted);
        },
        Trunk);

    [Theory]
    [InlineData("sip:free@192.0.2.1")]
    [InlineData("tel:+15551234")]
    [InlineData("sip:09@elsewhere.example")]
    public void Nobody_is_forwarded_past_the_dial_plan(string contact) => Office.Run(
        async office =>
        {
            await ForwardAsync(office, "bob", "10.0.0.12", contact);
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            Assert.Equal(480, await Office.StatusAsync(alice, "bob", Office.As("alice")));
        },
        Trunk);

    private static Task<UserAgent> ForwardAsync(Office office, string name, string address, params string[] contacts) =>
        office.PhoneAsync(name, address, (call, ended) => call.RedirectAsync(contacts, ended));

    private static async Task Answer(IncomingCall call, CancellationToken ended)
    {
        await call.RingAsync(ended);
        await call.AnswerAsync(cancel: ended);
        await call.PlayAsync(new ToneSource(900, 8000), cancel: ended);
    }
}
