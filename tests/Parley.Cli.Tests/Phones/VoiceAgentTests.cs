using Parley.Cli.Tests.Support;
using Parley.Media.Audio;

namespace Parley.Cli.Tests.Phones;

/// <summary>Voice agents within the dial plan: which calls are theirs, and whom they reach. Nobody serves them here, so a call that is theirs gets 503.</summary>
public sealed class VoiceAgentTests
{
    private const string Trunks =
        """
        "trunks": {
          "carrier": { "uri": "sip:10.0.0.50", "ping": "off", "sources": "10.0.0.50", "inbound": [{ "pattern": "4930*", "to": "sales" }, { "pattern": "1", "to": "bob" }] },
          "backup": { "uri": "sip:10.0.0.60", "ping": "off", "from": "sip:office@10.0.0.60" }
        },
        "routes": [{ "pattern": "0*", "trunks": "carrier", "strip": 1, "prefix": "+49" }]
        """;

    private const string Agents =
        """ "voice": { "agents": { "sales": { "users": "7XX", "webhook": "http://127.0.0.1:9/" }, "rest": { "users": "*", "webhook": "http://127.0.0.1:9/" } } } """;

    [Fact]
    public void An_agent_takes_its_users_and_the_rest_what_nobody_else_does() => Office.Run(
        async office =>
        {
            var stranger = await office.StartAsync("10.0.0.99");
            foreach (var theirs in (string[])["sales", "SALES", "712", "nobody"])
                Assert.Equal(503, await Office.StatusAsync(stranger, theirs));
            Assert.Equal(486, await Office.StatusAsync(stranger, "reject-486"));
            foreach (var others in (string[])["alice", "bob", "0301234"])
                Assert.Equal(407, await Office.StatusAsync(stranger, others));
            Assert.Equal(503, (await stranger.TryDialAsync("sip:somebody@10.0.0.1;x=y")).End!.Value.Status);
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            Assert.Equal(480, await Office.StatusAsync(alice, "bob", Office.As("alice")));
        },
        $$"""{ {{Trunks}}, {{Agents}} }""");

    [Fact]
    public void A_trunk_calls_an_agent_by_its_inbound_route_or_as_the_rest() => Office.Run(
        async office =>
        {
            var carrier = await office.StartAsync("10.0.0.50");
            Assert.Equal(503, await Office.StatusAsync(carrier, "493012345"));
            Assert.Equal(503, await Office.StatusAsync(carrier, "5555"));
            Assert.Equal(480, await Office.StatusAsync(carrier, "1"));
        },
        $$"""{ {{Trunks}}, {{Agents}} }""");

    [Theory]
    [InlineData("anchored", "sip:bob@10.0.0.1")]
    [InlineData("direct", "sip:bob@10.0.0.1")]
    [InlineData("anchored", "<sip:bob@localhost:5060>")]
    [InlineData("anchored", "sip:bob")]
    public void A_session_rings_an_account_without_a_password(string media, string callee) => Office.Run(
        async office =>
        {
            await office.PhoneAsync("bob", "10.0.0.12", Play(900));
            await using var call = await DialAsync(office, callee, new() { Caller = "sip:robot@10.0.0.1" });
            Assert.True(await Heard.ToneAsync(call, 900));
        },
        $$"""{ "media": "{{media}}" }""");

    [Fact]
    public void A_session_reaches_extensions_agents_and_nobody() => Office.Run(
        async office =>
        {
            await using (var tone = await DialAsync(office, "sip:tone-700"))
                Assert.True(await Heard.ToneAsync(tone, 700));
            Assert.Equal(503, await StatusAsync(office, "sip:sales@10.0.0.1"));
            Assert.Equal(480, await StatusAsync(office, "sip:bob@10.0.0.1"));
        },
        $$"""{ {{Agents}} }""");

    [Theory]
    [InlineData("sip:0301234@10.0.0.1", "10.0.0.50", "+49301234")]
    [InlineData("tel:0301234", "10.0.0.50", "+49301234")]
    [InlineData("sip:4711@10.0.0.60", "10.0.0.60", "4711")]
    public void A_session_calls_numbers_through_trunks(string callee, string carrier, string number) => Office.Run(
        async office =>
        {
            string? seen = null;
            var trunk = await office.StartAsync(carrier);
            _ = trunk.ServeAsync(async (call, ended) =>
            {
                seen = call.ToUser;
                await Play(800)(call, ended);
            });
            await using var call = await DialAsync(office, callee);
            Assert.True(await Heard.ToneAsync(call, 800));
            Assert.Equal(number, seen);
        },
        $$"""{ {{Trunks}} }""");

    [Fact]
    public void Somewhere_else_is_dialled_as_it_is_and_so_is_what_has_credentials_of_its_own() => Office.Run(office =>
    {
        var sessions = office.System.Sessions!;
        Assert.Equal("sip:carol@10.9.9.9", sessions.Dial("sip:carol@10.9.9.9", new()).Uri);
        Assert.Equal("sip:bob@10.0.0.1:5099", sessions.Dial("sip:bob@10.0.0.1:5099", new()).Uri);
        Assert.Equal("sip:bob@10.0.0.1", sessions.Dial("sip:bob@10.0.0.1", Office.As("alice")).Uri);
        return Task.CompletedTask;
    });

    [Fact]
    public void Somebody_else_with_the_call_id_of_a_session_is_not_believed() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        var (_, options) = office.System.Sessions!.Dial("sip:bob@10.0.0.1", new());
        Assert.Equal(407, await Office.StatusAsync(stranger, "bob", options with { To = null }));
    });

    private static Task<OutgoingCall> DialAsync(Office office, string callee, DialOptions? options = null)
    {
        var (uri, dial) = office.System.Sessions!.Dial(callee, options ?? new());
        return office.Server.DialAsync(uri, dial);
    }

    private static async Task<int> StatusAsync(Office office, string callee)
    {
        var (uri, dial) = office.System.Sessions!.Dial(callee, new());
        return (await office.Server.TryDialAsync(uri, dial)).End!.Value.Status;
    }

    private static Func<IncomingCall, CancellationToken, Task> Play(int hertz) => async (call, ended) =>
    {
        await call.AnswerAsync(cancel: ended);
        await call.PlayAsync(new ToneSource(hertz, 8000), cancel: ended);
    };
}
