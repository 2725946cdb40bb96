using Parley.Interop.Tests.Harness;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;

namespace Parley.Interop.Tests.Cases.Agents;

/// <summary>What documentation and samples show in scripts, with a baresip, `desk`, as the other phone; both are registered at the local server.</summary>
public class ScriptBaresipTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private const string Phone =
        """
        fn phone(name) {
            let made = agent(name, #{ username: env(name + "_USER"), domain: env("SIP_DOMAIN"), password: env(name + "_PASS") });
            await_until(|| assert(made.registered).is_true(), "30s");
            made
        }

        """;

    private const string Calling = Phone +
        """
        let a = phone("A");
        a.dial("desk");
        await_until(|| assert(a.state).equals(State::Established), "30s");

        """;

    // Completing an attended transfer is not among them, but below: baresip 1.0.0 cannot.
    [Theory]
    [InlineData("a.register();\nawait_until(|| assert(a.registered).is_true(), \"10s\");")]
    [InlineData("a.hold(); a.verify_silence(\"10s\"); a.resume(); a.verify_audio(700, \"5s\");")]
    [InlineData("a.mute(); assert(a.muted).is_true(); a.mute(); assert(a.muted).is_false();")]
    [InlineData("a.verify_audio(700, \"5s\"); a.verify_no_audio(440, \"500ms\");")]
    [InlineData("assert(a.peer.number).equals(\"desk\"); assert(a.info().calls).equals(1); assert(parse_json(a.to_json()).state).equals(\"Established\");")]
    [InlineData("await_until(|| assert(a.quality.mos).at_least(3.0), \"30s\");")]
    [InlineData("let target = phone(\"C\"); a.transfer(target); await_until(|| assert(target.state).equals(State::Ringing), \"30s\"); target.accept(); target.verify_audio(700, \"5s\"); a = target;")]
    [InlineData("let target = phone(\"C\"); a.attended_transfer(target); await_until(|| assert(target.state).equals(State::Ringing), \"30s\"); a.abort_transfer(); await_until(|| assert(target.state).equals(State::Idle), \"30s\"); a.resume(); a.verify_audio(700, \"5s\");")]
    public Task A_snippet_runs_while_baresip_is_called(string snippet) => RunAsync(
        $"{Calling}{snippet}\na.hangup(); await_until(|| assert(a.state).equals(State::Idle), \"10s\");",
        phone => phone.Baresip.WaitForEndAsync(Soon));

    // Asked to take the place of a call (Refer-To: <sip:c@…?Replaces=id%3Bto-tag%3Dx%3Bfrom-tag%3Dy>), baresip 1.0.0 writes all of it into its request line, with a question mark for
    // each escaped character: INVITE sip:c@…?Replaces=id?to-tag?x?from-tag?y. Which of them were semicolons cannot be told any more, and no request-URI has headers
    // (RFC 3261 §19.1.1): it is refused with 400, baresip reports that, and whoever asked has both calls as before.
    [Fact]
    public Task Baresip_cannot_complete_an_attended_transfer_says_so_and_keeps_its_call() => RunAsync(
        Calling +
        """
        let c = phone("C");
        a.attended_transfer(c);
        await_until(|| assert(c.state).equals(State::Ringing), "30s");
        c.accept();
        await_until(|| assert(a.call(1).phase).equals("Established"), "30s");
        a.complete_transfer();
        await_until(|| assert(a.call(0).transfer_status).equals(400), "30s");
        assert(a.call(0).phase).equals("Held");
        assert(a.call(1).phase).equals("Established");
        assert(c.calls.len()).equals(1);
        a.call(1).hangup();
        a.call(0).resume();
        a.verify_audio(700, "5s");
        a.hangup();
        """,
        phone => phone.Baresip.WaitForEndAsync(Soon));

    [Fact]
    public Task Digits_are_heard_by_baresip() => RunAsync(
        Calling + "a.dtmf(\"123#\"); a.dtmf(\"4\", \"200ms\"); log(\"sent\"); wait(1);",
        phone => phone.Baresip.WaitForDigitsAsync("123#4", Soon));

    [Fact]
    public Task A_tone_is_heard_by_baresip() => RunAsync(Calling + "a.send_audio(tone(440)); log(\"sent\"); await_until(|| assert(a.state).equals(State::Idle), \"60s\");", async phone =>
    {
        await phone.Baresip.AssertHearsAsync(440);
        await phone.Baresip.HangUpAsync();
    });

    [Fact]
    public Task Baresip_calls_is_answered_and_hangs_up() => RunAsync(
        Phone +
        """
        let b = phone("B");
        log("ready");
        await_until(|| assert(b.state).equals(State::Ringing), "30s");
        assert(b.peer.number).equals("desk");
        assert(b.header("User-Agent")).is_present();
        b.accept();
        await_until(|| assert(b.received_dtmf).equals("42"), "30s");
        b.verify_audio(700, "5s");
        log("heard");
        await_until(|| assert(b.state).equals(State::Idle), "30s");
        assert(b.reason).equals("Connection reset by peer");
        """,
        async phone =>
        {
            await phone.Baresip.DialAsync($"sip:b@{phone.Domain}");
            await phone.Baresip.SendDigitsAsync("42", TimeSpan.FromMilliseconds(400));
        },
        async (phone, message) =>
        {
            if (message == "heard")
                await phone.Baresip.HangUpAsync();
        });

    [Fact]
    public Task Baresip_calls_and_is_refused() => RunAsync(
        Phone +
        """
        scenario("refused by hanging up", || {
            let b = phone("B");
            log("ready");
            await_until(|| assert(b.state).equals(State::Ringing), "30s");
            b.hangup();
            await_until(|| assert(b.state).equals(State::Idle), "30s");
        });
        """,
        async phone => Assert.StartsWith("486", await phone.Baresip.DialRefusedAsync($"sip:b@{phone.Domain}"), StringComparison.Ordinal));

    [Fact]
    public Task Baresip_is_the_caller_who_is_transferred() => RunAsync(
        Phone +
        """
        let b = phone("B");
        let c = phone("C");
        log("ready");
        await_until(|| assert(b.state).equals(State::Ringing), "30s");
        b.accept();
        await_until(|| assert(b.state).equals(State::Established), "30s");
        b.transfer(c);
        await_until(|| assert(c.state).equals(State::Ringing), "30s");
        assert(c.peer.number).describe("who calls C").equals("desk");
        c.accept();
        await_until(|| { assert(c.state).equals(State::Established); assert(b.state).equals(State::Idle); }, "30s");
        c.verify_audio(700, "5s");
        c.hangup();
        """,
        phone => phone.Baresip.DialAsync($"sip:b@{phone.Domain}"));

    // What baresip does, it does once the script has said its first word; where it says none, when the script has ended.
    private static async Task RunAsync(string script, Func<Desk, Task> baresip, Func<Desk, string, Task>? later = null)
    {
        await using var server = await LocalServer.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700, Account = new("desk", server.Domain) });
        var folder = Directory.CreateTempSubdirectory("parley-scripts-");
        try
        {
            var path = Path.Combine(folder.FullName, "script.rhai");
            await File.WriteAllTextAsync(path, script);
            var words = new Words(new Desk(phone, server.Domain), baresip, later);
            var result = await new ScenarioRunner(new() { FrontEnds = [new RhaiFrontEnd()], LocalDomain = server.Domain, Agents = new() { BindHost = "127.0.0.1" } }).RunAsync([path], [words]);
            Assert.True(result.IsSuccess, string.Join('\n', words.Lines) + phone.Log);
            await words.EndAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record Desk(Baresip Baresip, string Domain);

    private sealed class Words(Desk phone, Func<Desk, Task> first, Func<Desk, string, Task>? later) : IScenarioObserver
    {
        private readonly List<Task> _acts = [];
        private bool _begun;

        public List<string?> Lines { get; } = [];

        public void On(ScenarioEvent scenarioEvent)
        {
            Lines.Add(EventText.Line(scenarioEvent));
            if (scenarioEvent is not Logged logged)
                return;
            _acts.Add(_begun ? later?.Invoke(phone, logged.Message) ?? Task.CompletedTask : first(phone));
            _begun = true;
        }

        public Task EndAsync() => Task.WhenAll(_begun ? _acts : [first(phone)]);
    }
}
