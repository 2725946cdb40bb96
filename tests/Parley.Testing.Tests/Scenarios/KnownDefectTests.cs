using System.Text;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Rhai;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Scenarios;

/// <summary>What tools of this kind have got wrong, one by one: each must not be so here.</summary>
public sealed class KnownDefectTests
{
    private const string Phones =
        """
        let a = agent("A", #{ username: env("A_USER"), domain: env("SIP_DOMAIN") });
        let b = agent("B", #{ username: env("B_USER"), domain: env("SIP_DOMAIN") });
        await_until(|| assert(a.registered && b.registered).is_true(), "30s");
        let connect = |from, to| {
            from.dial(to);
            await_until(|| assert(to.state).equals(State::Ringing), "30s");
            to.accept();
            await_until(|| assert(from.state).equals(State::Established), "30s");
        };

        """;

    [Fact]
    public async Task Defect_01_the_body_of_each_row_is_given_the_last_row()
    {
        var run = await PassAsync("""
            for row in [#{ code: 403 }, #{ code: 486 }, #{ code: 603 }] {
                scenario(`refused with ${row.code}`, || log(`row ${row.code}`));
            }
            """);
        Assert.Equal(["row 403", "row 486", "row 603"], run.Events.OfType<Logged>().Select(one => one.Message));
    }

    [Fact]
    public async Task Defect_02_of_two_scenarios_with_one_name_the_first_runs_twice()
    {
        await using var folder = await ScriptFolder.StartAsync();
        var error = await folder.FailAsync("scenario(\"a\", || log(\"first\"));\nscenario(\"a\", || log(\"second\"));");
        Assert.StartsWith("scenario `a` is declared twice", error, StringComparison.Ordinal);
        Assert.Contains("line 2", error, StringComparison.Ordinal);
    }

    // What the two send each other is lost, SIP goes by way of the server: the call is answered, and nothing was heard of it.
    [Fact]
    public void Defect_03_a_call_of_which_nothing_was_measured_has_a_good_quality() => Bench.Run(async bench =>
    {
        var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
        Assert.Null(a.Quality);
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        bench.Network.Link(Bench.AgentHost, Bench.AgentHost, new() { Loss = 1 });
        await b.AcceptAsync();
        await bench.UntilState(a, AgentState.Established);
        await bench.Delay(12);
        Assert.Null(a.Quality?.Mos);
        Assert.Throws<ExpectationException>(() => Expect.That(a.Quality?.Mos).IsAtLeast(4.0));
    });

    [Fact]
    public void Defect_04_an_agent_that_is_asked_to_call_somebody_else_does_nothing() => Bench.Run(async bench =>
    {
        var phones = new List<Agent>();
        foreach (var name in (string[])["A", "B", "C"])
            phones.Add(await bench.AddAsync(name, options => options with { RegInt = 0 }));
        await bench.ConnectAsync(phones[0], phones[1]);
        await phones[1].TransferAsync(phones[2]);
        await bench.UntilState(phones[2], AgentState.Ringing);
        await phones[2].AcceptAsync();
        await bench.UntilState(phones[1], AgentState.Idle);
        await phones[0].VerifyAudioConnectionAsync(phones[2]);
        Assert.DoesNotContain(bench.Network.Datagrams, packet => packet.Destination.ToString().StartsWith(Bench.ServerHost + ":", StringComparison.Ordinal));
    }, new AgentSessionOptions { Direct = true });

    [Fact]
    public void Defect_05_the_target_of_an_attended_transfer_is_asked_to_replace_instead_of_the_first_peer() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        var consultation = await b.AttendedTransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await c.AcceptAsync();
        await consultation.WaitForAsync(CallPhase.Established, TimeSpan.FromSeconds(5));
        await b.CompleteTransferAsync();
        await bench.UntilState(b, AgentState.Idle);
        var refer = Assert.Single(b.Calls[0].Trace, message => Text(message.Bytes).StartsWith("REFER ", StringComparison.Ordinal));
        Assert.Contains("Refer-To: <sip:c@", Text(refer.Bytes), StringComparison.Ordinal);
        Assert.Contains("Replaces=" + Uri.EscapeDataString(consultation.Id), Text(refer.Bytes), StringComparison.Ordinal);
        Assert.DoesNotContain(consultation.Trace, message => Text(message.Bytes).StartsWith("REFER ", StringComparison.Ordinal));
    });

    [Fact]
    public Task Defect_06_a_mock_with_a_star_for_its_method_answers_nothing() => PassAsync("""
        let mock = mock_server();
        mock.respond("*", "/any", #{ status: 202 });
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            http(method, mock.url + "/any").expect_status(202);
        }
        """);

    [Fact]
    public Task Defect_07_a_state_is_spelt_in_two_ways() => PassAsync(Phones + """
        for state in [State::Idle, State::Established] {
            if state == State::Established { connect.call(a, b); }
            assert(a.state).equals(state);
            assert(a.info().state).equals(`${state}`);
            assert(parse_json(a.to_json()).state).equals(`${a.state}`);
        }
        """);

    [Fact]
    public async Task Defect_08_a_responder_runs_only_while_the_script_polls()
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        var answers = new List<Task<string>>();
        var run = await folder.Write("script.rhai", Phones + """
            let mock = mock_server();
            let asked = [];
            mock.on("/hook", |request| { asked.push(request.query("during")); text_response(request.query("during")) });
            http("GET", mock.url + "/hook?during=http");
            log(mock.url + "/hook?during=wait");
            wait(1);
            connect.call(a, b);
            a.send_audio(tone(440));
            log(mock.url + "/hook?during=verify");
            b.verify_audio(440, "2s");
            await_until(|| assert(asked.len()).equals(3), "20s");
            """).RunAsync("script.rhai", told: one =>
        {
            if (one is Logged logged)
                answers.Add(client.GetStringAsync(new Uri(logged.Message)));
        });
        Assert.True(run.Result.IsSuccess, ScriptFolder.Text(run));
        Assert.Equal(["wait", "verify"], await Task.WhenAll(answers));
    }

    [Fact]
    public Task Defect_09_a_header_after_several_calls_is_that_of_any_of_them() => PassAsync(Phones + """
        for value in ["first", "second", "third"] {
            let caller = agent("Caller", #{ username: "caller", domain: env("SIP_DOMAIN"), headers: #{ "X-Call": value } });
            await_until(|| assert(caller.registered).is_true(), "30s");
            connect.call(caller, b);
            assert(b.header("x-call")).equals(value);
            assert(b.headers()["X-Call"]).equals(value);
            caller.hangup();
            await_until(|| assert(b.state).equals(State::Idle), "30s");
            assert(b.header("x-call")).equals(value);
        }
        assert(b.call(0).header("X-Call")).equals("first");
        """);

    [Fact]
    public Task Defect_10_digits_pile_up_over_an_agents_life() => PassAsync(Phones + """
        for digits in ["12", "3"] {
            connect.call(a, b);
            a.dtmf(digits, "100ms");
            await_until(|| assert(b.received_dtmf).equals(digits), "30s");
            a.hangup();
            await_until(|| assert(b.state).equals(State::Idle), "30s");
        }
        assert(b.call(0).received_dtmf).equals("12");
        """);

    [Fact]
    public Task Defect_11_of_two_calls_none_can_be_named() => PassAsync(Phones + """
        let c = agent("C", #{ username: "c", domain: env("SIP_DOMAIN") });
        let d = agent("D", #{ username: "d", domain: env("SIP_DOMAIN") });
        await_until(|| assert(c.registered && d.registered).is_true(), "30s");
        connect.call(b, a);
        connect.call(a, c);
        a.call(0).hold();
        await_until(|| assert(b.call(0).held_by_peer).is_true(), "30s");
        assert(c.call(0).held_by_peer).is_false();
        a.call(1).transfer(d.aor);
        await_until(|| assert(d.state).equals(State::Ringing), "30s");
        assert(d.peer.number).equals("c");
        d.accept();
        await_until(|| assert(a.call(1).phase).equals("Ended"), "30s");
        assert(a.call(0).phase).equals("Held");
        a.call(0).hangup();
        await_until(|| assert(b.state).equals(State::Idle), "30s");
        """);

    [Fact]
    public async Task Defect_12_a_script_cannot_skip_when_a_variable_is_missing_and_files_of_one_language_hide_those_of_another()
    {
        using var folder = new ScenarioFolder();
        folder.Suite("a.fake", suite => suite.Add(ScenarioFolder.Passing("other language")));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "b.rhai"), """
            scenario("asks before", || { if env("PARLEY_NO_SUCH_VARIABLE", "") == "" { skip("not set"); } throw "not reached"; });
            scenario("asks and catches", || { try { env("PARLEY_NO_SUCH_VARIABLE"); } catch { skip("not set"); } throw "not reached"; });
            """);
        var run = await folder.RunWithAsync(new RhaiFrontEnd());
        Assert.True(run.Result.IsSuccess, run.Result.Fault);
        Assert.Equal(["other language"], run.Names);
        Assert.Equal([("asks before", "not set"), ("asks and catches", "not set")], run.Events.OfType<ScenarioSkipped>().Select(one => (one.Name, one.Reason)));
    }

    private static async Task<RunRecord> PassAsync(string script)
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        return await folder.PassAsync(script);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
