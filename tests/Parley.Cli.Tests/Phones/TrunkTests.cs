using Parley.Cli.Configuration;
using Parley.Cli.Tests.Support;
using Parley.Control;
using Parley.Media.Audio;

namespace Parley.Cli.Tests.Phones;

public sealed class TrunkTests
{
    private const string Settings =
        """
        {
          "trunks": {
            "carrier": { "uri": "sip:10.0.0.50", "ping": "off", "sources": "10.0.0.50", "inbound": [{ "pattern": "4930*", "to": "bob" }, { "pattern": "9", "to": "tone" }] },
            "backup": { "uri": "sip:10.0.0.60", "ping": "off", "from": "sip:office@10.0.0.60", "identity": false }
          },
          "routes": [{ "pattern": "0*", "trunks": ["carrier", "backup"], "strip": 1, "prefix": "+49" }]
        }
        """;

    [Fact]
    public void A_number_goes_out_rewritten_with_the_account_asserted() => Office.Run(
        async office =>
        {
            (string Number, string From, string? Identity) seen = default;
            var carrier = await office.StartAsync("10.0.0.50");
            _ = carrier.ServeAsync(async (call, ended) =>
            {
                seen = (call.ToUser, call.From.Uri.ToString(), call.Header("P-Asserted-Identity"));
                await Play(800)(call, ended);
            });
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using var call = await alice.DialAsync("sip:0301234@10.0.0.1", Office.As("alice"));
            Assert.True(await Heard.ToneAsync(call, 800));
            Assert.Equal(("+49301234", "sip:alice@10.0.0.50", "<sip:alice@parley>"), seen);
        },
        Settings);

    [Fact]
    public void A_command_may_name_the_trunk_its_call_takes() => Office.Run(
        async office =>
        {
            string? seen = null;
            var backup = await office.StartAsync("10.0.0.60");
            _ = backup.ServeAsync(async (call, ended) =>
            {
                seen = call.ToUser;
                await Play(800)(call, ended);
            });
            var heard = new TaskCompletionSource<bool>();
            await office.PhoneAsync("alice", "10.0.0.11", async (call, ended) =>
            {
                await call.AnswerAsync(cancel: ended);
                heard.TrySetResult(await Heard.ToneAsync(call, 800));
                await call.WaitForEndAsync(ended);
            });
            var outcome = await office.System.Control!.RunAsync(new StartCall { Caller = "sip:alice@10.0.0.1", Callee = "tel:4711", Trunk = "backup" });
            Assert.Equal((200, "4711"), (outcome.Code, seen));
            Assert.True(await heard.Task);
            await office.System.Control.RunAsync(new EndCall { Call = outcome.Call!.Id });
            Assert.Equal(404, (await office.System.Control.RunAsync(new StartCall { Caller = "sip:alice@10.0.0.1", Callee = "tel:4711", Trunk = "nowhere" })).Code);
        },
        Settings);

    [Fact]
    public void The_next_trunk_is_tried_when_one_fails_and_not_when_somebody_is_busy() => Office.Run(
        async office =>
        {
            var answer = 503;
            (string From, string? Identity) seen = default;
            var carrier = await office.StartAsync("10.0.0.50");
            _ = carrier.ServeAsync((call, _) => call.RejectAsync(answer));
            var backup = await office.StartAsync("10.0.0.60");
            _ = backup.ServeAsync(async (call, ended) =>
            {
                seen = (call.From.Uri.ToString(), call.Header("P-Asserted-Identity"));
                await Play(800)(call, ended);
            });
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            Assert.Equal(200, await Office.StatusAsync(alice, "0301234", Office.As("alice")));
            Assert.Equal(("sip:office@10.0.0.60", null), seen);
            answer = 486;
            Assert.Equal(486, await Office.StatusAsync(alice, "0301234", Office.As("alice")));
        },
        Settings);

    [Fact]
    public void Nobody_without_an_account_reaches_a_trunk() => Office.Run(
        async office =>
        {
            var reached = false;
            var carrier = await office.StartAsync("10.0.0.50");
            _ = carrier.ServeAsync((call, _) =>
            {
                reached = true;
                return call.RejectAsync(486);
            });
            var stranger = await office.StartAsync("10.0.0.99");
            Assert.Equal(407, await Office.StatusAsync(stranger, "0301234"));
            // Nor does the trunk itself, in whose name anybody might send.
            Assert.Equal(404, await Office.StatusAsync(carrier, "0301234"));
            Assert.False(reached);
        },
        Settings);

    [Fact]
    public void A_call_from_a_trunk_goes_where_its_inbound_route_says() => Office.Run(
        async office =>
        {
            await office.PhoneAsync("bob", "10.0.0.12", Play(900));
            var carrier = await office.StartAsync("10.0.0.50");
            await using (var call = await carrier.DialAsync("sip:493012345@10.0.0.1"))
                Assert.True(await Heard.ToneAsync(call, 900));
            await using (var call = await carrier.DialAsync("sip:9@10.0.0.1"))
                Assert.True(await Heard.ToneAsync(call, 440));
            Assert.Equal(404, await Office.StatusAsync(carrier, "bob"));
        },
        Settings);

    [Fact]
    public void A_trunk_has_no_more_calls_than_it_may() => Office.Run(
        async office =>
        {
            var carrier = await office.StartAsync("10.0.0.50");
            _ = carrier.ServeAsync(Play(800));
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using (await alice.DialAsync("sip:01@10.0.0.1", Office.As("alice")))
                Assert.Equal(503, await Office.StatusAsync(alice, "02", Office.As("alice")));
            await office.Delay(1);
            Assert.Equal(200, await Office.StatusAsync(alice, "03", Office.As("alice")));
        },
        """{ "trunks": { "carrier": { "uri": "sip:10.0.0.50", "ping": "off", "max-calls": 1 } }, "routes": [{ "pattern": "0*", "trunks": "carrier" }] }""");

    [Fact]
    public void A_trunk_that_does_not_answer_pings_is_tried_last() => Office.Run(
        async office =>
        {
            var backup = await office.StartAsync("10.0.0.60");
            _ = backup.ServeAsync(Play(800));
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await office.Delay(40);
            var began = office.Network.Time.GetTimestamp();
            Assert.Equal(200, await Office.StatusAsync(alice, "01", Office.As("alice")));
            Assert.InRange(office.Network.Time.GetElapsedTime(began).TotalSeconds, 0, 2);
        },
        """
        {
          "trunks": { "carrier": { "uri": "sip:10.0.0.50", "ping": "10s" }, "backup": { "uri": "sip:10.0.0.60" } },
          "routes": [{ "pattern": "0*", "trunks": ["carrier", "backup"] }]
        }
        """);

    [Fact]
    public void New_settings_count_for_new_calls_and_leave_running_ones_alone() => Office.Run(
        async office =>
        {
            var carrier = await office.StartAsync("10.0.0.50");
            _ = carrier.ServeAsync(Play(800));
            var alice = await office.PhoneAsync("alice", "10.0.0.11");
            await using var call = await alice.DialAsync("sip:01@10.0.0.1", Office.As("alice"));
            await office.System.ApplyAsync(SettingsFile.Parse("""{ "limits": { "ring": "5s" } }""", "parley.json").Phones, new());
            Assert.Equal(404, await Office.StatusAsync(alice, "02", Office.As("alice")));
            Assert.True(await Heard.ToneAsync(call, 800));
        },
        Settings);

    private static Func<IncomingCall, CancellationToken, Task> Play(int hertz) => async (call, ended) =>
    {
        await call.AnswerAsync(cancel: ended);
        await call.PlayAsync(new ToneSource(hertz, 8000), cancel: ended);
    };
}
