using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Rhai;

/// <summary>What scenarios can call, and what they are told when it fails: assertions, waiting, suites, the environment, HTTP.</summary>
public sealed class BindingTests : IAsyncLifetime
{
    private ScriptFolder _folder = null!;

    public static TheoryData<string> Holding =>
    [
        "assert(1).equals(1).not_equals(2).not_equals(\"1\").not_equals(1.0).at_least(1).at_most(1).greater_than(0).less_than(1.5);",
        "assert(true).is_true(); assert(false).is_false();",
        "assert(1).is_present(); assert(()).is_absent();",
        "assert(\"\").is_empty(); assert([]).is_empty(); assert(#{}).is_empty(); assert([1]).is_not_empty(); assert(\"x\").is_not_empty();",
        "assert(\"hello\").contains(\"ell\").matches(\"^h.*o$\"); assert([1, \"a\"]).contains(\"a\");",
        "assert(assert(5).value()).equals(5); assert(assert([1]).describe(\"x\").value()).equals([1]);",
        "assert(#{a: [1]}).equals(#{a: [1]}); assert(State::Idle).equals(State::Idle).not_equals(State::Ringing);",
        "assert(await_until(|| 42)).equals(42);",
        "let n = 0; await_until(|| { n += 1; assert(n).at_least(3); }); assert(n).equals(3);",
        "let n = 0; await_until(|| { n += 1; if n < 3 { throw \"not yet\"; } }, \"30s\");",
        "let a = []; let n = 0; await_until(|| { n += 1; if n > 2 { a.push(7); } a[0] }, \"30s\");",
        "let t = timestamp(); wait(0.05); wait(\"50ms\"); assert(t.elapsed).at_least(0.09);",
        "assert(parallel([|| 1, || { wait(0.05); 2 }, || 3])).equals([1, 2, 3]);",
        "let n = 0; parallel([|| n += 1, || n += 10]); assert(n).equals(0);",
        "let a = [1]; let r = parallel([|| { a.push(2); a }, || a]); assert(r).equals([[1, 2], [1]]); assert(a).equals([1]);",
        "assert(uuid().len()).equals(36); assert(uuid()).not_equals(uuid());",
        "assert(env(\"FROM_FILE\")).equals(\"yes\"); assert(env(\"PARLEY_NOT_THERE\", \"else\")).equals(\"else\"); load_env(\"more.env\"); assert(env(\"MORE\")).equals(\"a b\");",
        "assert(given).equals(\"value\"); assert(global::given).equals(\"value\"); fn f() { given } assert(f()).equals(\"value\");",
        "default_timeout(\"10s\"); assert(type_of(tone(440))).equals(\"AudioSpec\"); assert(`${tone(440)} ${silent()}`).contains(\"440\");",
        "log(\"a\"); log([1]); print(\"b\"); debug('c');",
        "let m = mock_server(); m.respond(\"*\", \"/a\", #{ body: #{ x: [1, #{ y: 2 }] } }); let r = http(\"GET\", m.url + \"/a\"); assert(r.json(\"x.1.y\")).equals(2); assert(r.header(\"content-type\")).equals(\"application/json\"); assert(r.header(\"nope\")).is_absent();",
        "let m = mock_server(); m.on(\"/b\", |r| \"plain \" + r.method); assert(http(\"DELETE\", m.url + \"/b\").body).equals(\"plain DELETE\"); m.on(\"/b\", || ()); assert(http(\"GET\", m.url + \"/b\").status).equals(200);",
        "let m = mock_server(); m.respond(\"/a\", #{ status: 201, headers: #{ \"X-A\": [\"1\", \"2\"] }, content_type: \"text/x\", body: \"z\" }); let r = http(\"GET\", m.url + \"/a\").expect_status(201); assert(r.header(\"X-A\")).equals(\"1\"); assert(m.requests().len()).equals(1); assert(m.requests(\"/b\")).is_empty(); assert(m.port).greater_than(0);",
        "let m = mock_server(); let n = 0; m.on(\"/slow\", |r| { wait(\"100ms\"); n += 1; #{} }); parallel([|| http(\"GET\", m.url + \"/slow\"), || http(\"GET\", m.url + \"/slow\")]); assert(n).equals(2);",
        "skip(\"not today\"); throw \"never\";",
        "exit(); throw \"never\";",
        "let e = try { assert(1).equals(2); } catch (e) { e.message }; assert(e).equals(\"expected equals 2, but was 1\");",
    ];

    public static TheoryData<string, string> Failing => new()
    {
        { "assert(1).equals(2);", "expected equals 2, but was 1 (line 1, position 11)" },
        { "assert(1).equals(\"1\");", "expected equals 1, but was 1 (line 1, position 11)" },
        { "assert(\"a\").describe(\"the name\").equals(\"b\");", "the name: expected equals b, but was a (line 1, position 34)" },
        { "assert(()).is_true();", "expected is true, but was () (line 1, position 12)" },
        { "assert(1).is_true();", "expected is true, but was 1 (line 1, position 11)" },
        { "assert(\"x\").at_least(5);", "expected a number to compare, but was x (line 1, position 13)" },
        { "assert(3).at_least(5);", "expected at least 5, but was 3 (line 1, position 11)" },
        { "assert(\"abc\").contains(\"x\");", "expected contains \"x\", but was abc (line 1, position 15)" },
        { "assert([1]).is_empty();", "expected is empty, but was [1] (line 1, position 13)" },
        { "assert(5).is_empty();", "expected a string, array or map, but was 5 (line 1, position 11)" },
        { "await_until(|| assert(1).equals(2), \"100ms\");", "not satisfied within 100ms: expected equals 2, but was 1 (line 1, position 26)" },
        { "await_until(|| throw \"no\", \"50ms\");", "not satisfied within 50ms: no (line 1, position 16)" },
        { "default_timeout(\"80ms\"); await_until(|| assert(1).equals(2));", "not satisfied within 80ms: expected equals 2, but was 1 (line 1, position 51)" },
        { "await_until(|| asert(1), \"1m\");", "Function not found: asert (i64) — did you mean 'assert'? (line 1, position 16)" },
        { "await_until(|| nothing.state, \"1m\");", "Variable not found: nothing (line 1, position 16)" },
        { "await_until(|| assert(1).equals(), \"1m\");", "Function not found: equals (Assertion); there is equals (Assertion, any) (line 1, position 26)" },
        { "await_until(|| 1, \"5h\");", "unknown duration unit \"h\" in \"5h\" (use ms, s or m) (line 1, position 1)" },
        { "await_until(|| 1, \"soon\");", "invalid duration \"soon\" (use e.g. \"500ms\", \"5s\", \"2m\") (line 1, position 1)" },
        { "wait(-1);", "wait takes 0 to 86400 seconds, not -1.0 (line 1, position 1)" },
        { "env(\"PARLEY_NOT_THERE\");", "environment variable `PARLEY_NOT_THERE` is not set (line 1, position 1)" },
        { "agent(\"A\", #{ username: \"a\" });", "agent `A`: `domain` is required (line 1, position 1)" },
        { "agent(\"A\", #{ domain: \"b\" });", "agent `A`: `username` is required (line 1, position 1)" },
        { "agent(\"A\", #{ username: \"a\", domain: \"b\", pasword: \"c\" });", "agent `A`: unknown config key `pasword` (did you mean `password`?) (line 1, position 1)" },
        { "agent(\"A\", #{ username: \"a\", domain: \"b\", headers: #{ \"X Y\": \"1\" } });", "`X Y` is not a valid SIP header name (token characters only) (line 1, position 1)" },
        { "agent(\"A\", 5);", "Function not found: agent (string, i64); there is agent (string, map) (line 1, position 1)" },
        { "State::Rining", "Variable not found: State::Rining — did you mean 'Ringing'? (line 1, position 8)" },
        { "Stat::Ringing", "Module not found: Stat — did you mean 'State'? (line 1, position 7)" },
        { "parallel([|| 1, 2]);", "parallel takes an array of closures, not of i64 (line 1, position 1)" },
        { "parallel([|| { wait(0.1); throw \"first\" }, || throw \"second\"]);", "first (line 1, position 27)" },
        { "http(\"GET\", \"nonsense\");", "http: `nonsense` is no http or https address (line 1, position 1)" },
        { "http(\"GET\", \"http://127.0.0.1:9/\", #{ boddy: 1 });", "http: unknown key `boddy` — did you mean 'body'? (known: headers, body) (line 1, position 1)" },
        { "let m = mock_server(); http(\"GET\", m.url).expect_status(200);", "expected status 200, got 404 (line 1, position 43)" },
        { "let m = mock_server(); m.respond(\"/\", #{ body: \"{}\" }); http(\"GET\", m.url).json(\"a\");", "JSON path `a`: no field `a` (line 1, position 76)" },
        { "let m = mock_server(); assert(m.request_count(\"/p\")).equals(1);", "mock requests to /p: expected equals 1, but was 0 (line 1, position 54)" },
        { "let m = mock_server(); assert(http(\"GET\", m.url).status).equals(200);", "HTTP status: expected equals 200, but was 404 (line 1, position 58)" },
        { "let m = mock_server(); m.last_request(\"/x\").body", "Unknown property 'body' of () (line 1, position 45)" },
        { "let m = mock_server(); await_until(|| m.last_request(\"/x\").json(\"a\"), \"100ms\");", "not satisfied within 100ms: there is nothing to call json on: the value is () (line 1, position 60)" },
        { "let a = 5;\na.dial(6);", "Function not found: dial (i64, i64); there is dial (Agent, Agent), dial (Agent, string) (line 2, position 3)" },
        { "file(\"nowhere.wav\").nope", "Unknown property 'nope' of AudioSpec (line 1, position 21)" },
        { "if true { scenario(5, || 1); }", "Function not found: scenario (i64, Fn); there is scenario (string, Fn), scenario (string, map, Fn) (line 1, position 11)" },
        { "scenario(\"a\", || 1); scenario(\"a\", || 2);", "scenario `a` is declared twice (Parameter 'scenario') (line 1, position 22)" },
        { "scenario(\"a\", #{ tag: \"x\" }, || 1);", "scenario `a`: unknown key `tag` — did you mean 'tags'? (known: tags, skip, only, timeout, retries) (line 1, position 1)" },
        { "scenario(\"a\", #{ tags: 5 }, || 1);", "scenario `a`: `tags` must be a string or an array of strings (line 1, position 1)" },
        { "scenario(\"a\", #{ skip: 5 }, || 1);", "scenario `a`: `skip` must be true, false or a reason (line 1, position 1)" },
        { "scenario(\"a\", #{ only: 5 }, || 1);", "scenario `a`: `only` must be true or false (line 1, position 1)" },
        { "scenario(\"a\", || scenario(\"b\", || 1));", "scenario, setup and teardown belong to the top level of a file, not into a scenario (line 1, position 18)" },
        { "setup(|| throw \"no phone\"); scenario(\"a\", |ctx| 1);", "setup: no phone (line 1, position 10)" },
        { "scenario(\"a\", |a, b| 1);", "Function not found: anonymous function with 1 argument; it takes 2" },
        { "import \"lib\" as lib; lib::check();", "expected equals 2, but was 1 (lib.rhai, line 1, position 24)" },
    };

    public async ValueTask InitializeAsync()
    {
        _folder = await ScriptFolder.StartAsync();
        _folder.Write("script.env", "FROM_FILE=yes\n").Write("more.env", "export MORE=\"a b\"\n").Write("lib.rhai", "fn check() { assert(1).equals(2) }");
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Theory]
    [MemberData(nameof(Holding))]
    public async Task What_a_scenario_may_say_holds(string script)
    {
        var run = await _folder.Write("script.rhai", script).RunAsync("script.rhai", options => options with { Constants = new Dictionary<string, string> { ["given"] = "value" } });
        Assert.True(run.Result.Failed == 0 && run.Result.Scenarios == 1, ScriptFolder.Text(run));
    }

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task What_fails_says_so(string script, string error) => Assert.Equal(error, await _folder.FailAsync(script));

    [Fact]
    public async Task A_polled_assertion_is_reported_once()
    {
        var run = await _folder.PassAsync("let n = 0; await_until(|| { n += 1; assert(n).describe(\"n\").equals(4); });");
        Assert.Equal(["equals 4"], run.Events.OfType<Asserted>().Select(one => one.Expect));
    }

    [Fact]
    public async Task Setup_makes_what_scenario_and_teardown_are_given()
    {
        var run = await _folder.PassAsync(
            """
            let made = 0;
            setup(|| { made += 1; #{ number: made, list: [] } });
            teardown(|ctx| log(`teardown ${ctx.number} ${ctx.list.len()}`));
            scenario("first", |ctx| { ctx.list.push(1); log(`body ${ctx.number} ${ctx.list.len()}`); });
            scenario("second", || log("body"));
            """);
        Assert.Equal(["body 1 1", "teardown 1 0", "body", "teardown 2 0"], run.Events.OfType<Logged>().Select(one => one.Message));
    }

    [Fact]
    public async Task Options_say_which_scenarios_run_and_how()
    {
        var run = await _folder.Write("script.rhai",
            """
            scenario("tagged", #{ tags: ["a", "b"] }, || 1);
            scenario("skipped", #{ skip: true }, || throw "never");
            scenario("skipped why", #{ skip: "because" }, || throw "never");
            scenario("skips itself", || skip("later"));
            scenario("setup skips", || { try { skip(); } catch { throw "caught"; } });
            scenario("slow", #{ timeout: "100ms" }, || sleep(60));
            """).RunAsync("script.rhai");
        Assert.Equal((1, 1, 4), (run.Result.Passed, run.Result.Failed, run.Result.Skipped));
        Assert.Equal(["because", "later"], run.Events.OfType<ScenarioSkipped>().Select(one => one.Reason).OfType<string>());
        Assert.StartsWith("time limit of 0.1 s exceeded", run.ErrorOf("slow"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_is_tried_again_as_often_as_it_says()
    {
        var run = await _folder.PassAsync("let tries = 0; scenario(\"flaky\", #{ retries: 3 }, || { tries += 1; assert(tries).equals(3); });");
        Assert.Equal(1, run.Result.Passed);
    }

    [Fact]
    public async Task Only_one_marked_so_runs()
    {
        var run = await _folder.PassAsync("scenario(\"a\", || throw \"never\"); scenario(\"b\", #{ only: true }, || 1);");
        Assert.Equal(["b"], run.Names);
    }

    [Fact]
    public async Task Cancelling_a_run_ends_a_script_that_catches_everything()
    {
        using var cancel = new CancellationTokenSource();
        var running = _folder.Write("script.rhai", "log(\"begun\"); loop { try { sleep(3600); } catch { } }").RunAsync("script.rhai", cancel: cancel.Token, told: one =>
        {
            if (one is Logged)
                cancel.Cancel();
        });
        var run = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(run.Result.IsSuccess, ScriptFolder.Text(run));
    }

    [Fact]
    public async Task Random_numbers_are_the_same_for_the_same_seed()
    {
        const string script = "log(rand(0, 1000000)); log(rand_float());";
        var first = await _folder.PassAsync(script, options => options with { Seed = 5 });
        var again = await _folder.PassAsync(script, options => options with { Seed = 5 });
        var other = await _folder.PassAsync(script, options => options with { Seed = 6 });
        Assert.Equal(Logs(first), Logs(again));
        Assert.NotEqual(Logs(first), Logs(other));

        static IEnumerable<string> Logs(RunRecord run) => run.Events.OfType<Logged>().Select(one => one.Message);
    }

    [Fact]
    public async Task What_does_not_parse_is_shown_with_a_caret()
    {
        var error = await _folder.FailAsync("let a = 1;\nlet b = a +* 2;");
        Assert.EndsWith("script.rhai:2:12: expected a value, but found '*'\n  let b = a +* 2;\n             ^", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mock_responder_that_fails_is_told_and_answers_500()
    {
        var run = await _folder.PassAsync("let m = mock_server(); m.on(\"/x\", |r| nothing); assert(http(\"GET\", m.url + \"/x\").status).equals(500);");
        Assert.Contains("Variable not found: nothing", run.Events.OfType<MockFailed>().Single().Message, StringComparison.Ordinal);
    }
}
