using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Scenarios;

/// <summary>What is run, in which order, and how it is judged.</summary>
public sealed class ScenarioRunnerTests : IDisposable
{
    private readonly ScenarioFolder _folder = new();
    private readonly List<string> _ran = [];

    [Fact]
    public async Task Scenarios_run_in_the_order_of_files_and_declarations()
    {
        _folder.Suite("b.fake", suite => Declare(suite, "b1", "b2")).Suite("a.fake", suite => Declare(suite, "a1")).Single("c.fake", Ran("c"));
        var run = await _folder.RunAsync();
        Assert.Equal(["a1", "b1", "b2"], _ran);
        Assert.Equal(new(2, 0, 3, 3, 0, 0), run.Result);
    }

    [Fact]
    public async Task In_a_folder_files_without_a_scenario_are_modules_but_one_that_is_named_runs()
    {
        _folder.Suite("suite.fake", suite => Declare(suite, "one")).Single("module.fake", Ran("module"));
        await _folder.RunAsync();
        Assert.Equal(["one"], _ran);
        var run = await _folder.RunAsync(part: "module.fake");
        Assert.Equal(["one", "module"], _ran);
        Assert.True(run.Events.OfType<FileFinished>().Single().Passed);
        Assert.Empty(run.Events.OfType<ScenarioStarted>());
    }

    [Fact]
    public async Task A_file_that_does_not_parse_fails_with_its_place_and_the_others_run()
    {
        _folder.Suite("a.fake", suite => Declare(suite, "a1")).Add("b.fake", "broken", (_, _) => Task.CompletedTask);
        var run = await _folder.RunAsync();
        Assert.Equal(["a1"], _ran);
        Assert.Equal((2, 1, 1, 1), (run.Result.Files, run.Result.FailedFiles, run.Result.Passed, run.Result.Failed));
        Assert.Equal("1/2 files failed", run.Result.Fault);
        var fault = run.Events.OfType<FileFinished>().Single().Error!;
        Assert.EndsWith("b.fake:2:3: unexpected end\n  ab(\n    ^", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_are_searched_below_but_not_through_links_hidden_or_build_folders()
    {
        foreach (var name in (string[])["x/y/deep.fake", ".hidden/no.fake", "bin/no.fake", "x/obj/no.fake"])
            _folder.Suite(name, suite => Declare(suite, name));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.fake"), Path.Combine(_folder.Path, "x/y/deep.fake"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "around"), _folder.Path);
        await _folder.RunAsync();
        Assert.Equal(["x/y/deep.fake"], _ran);
    }

    // A folder in which the files of one language hide those of another tests less than it seems to.
    [Fact]
    public async Task A_folder_of_several_languages_runs_all_of_them()
    {
        _folder.Suite("a.fake", suite => Declare(suite, "fake"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "b.rhai"), "scenario(\"script\", || assert(1 + 1).equals(2));");
        var run = await _folder.RunWithAsync(new RhaiFrontEnd());
        Assert.Equal(["fake", "script"], run.Names);
        Assert.True(run.Result.IsSuccess, run.Result.Fault);
    }

    // A variable that may be missing has a way to be asked for that does not end the scenario before it can skip.
    [Fact]
    public async Task A_script_can_skip_when_a_variable_is_not_set()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "a.rhai"), """
            scenario("voicemail", || {
                if env("PARLEY_NO_SUCH_VARIABLE", "") == "" { skip("no mailbox to ask"); }
                throw "not reached";
            });
            """);
        var run = await _folder.RunWithAsync(new RhaiFrontEnd());
        Assert.Equal([("voicemail", "no mailbox to ask")], run.Events.OfType<ScenarioSkipped>().Select(one => (one.Name, one.Reason)));
        Assert.True(run.Result.IsSuccess, run.Result.Fault);
    }

    [Fact]
    public async Task Scripts_of_one_file_that_run_beside_each_other_keep_their_values_apart()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "a.rhai"), """
            setup(|| #{ number: 0 });
            for i in 0..4 {
                scenario(`count ${i}`, |ctx| {
                    while ctx.number < 20 { ctx.number += 1; wait("1ms"); }
                    assert(ctx.number).equals(20);
                    log(`row ${i}`);
                });
            }
            """);
        var run = await _folder.RunAsync(options => options with { FrontEnds = [new RhaiFrontEnd()], Parallel = 4 });
        Assert.True(run.Result.IsSuccess, string.Join('\n', run.Finished.Select(one => one.Error)));
        Assert.Equal(["row 0", "row 1", "row 2", "row 3"], run.Events.OfType<Logged>().Select(one => one.Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_path_that_is_not_there_or_of_another_kind_is_a_mistake_of_the_user()
    {
        await Assert.ThrowsAsync<ScenarioUsageException>(() => _folder.RunAsync(part: "nowhere"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "notes.txt"), "");
        var fault = await Assert.ThrowsAsync<ScenarioUsageException>(() => _folder.RunAsync(part: "notes.txt"));
        Assert.EndsWith("notes.txt: a scenario file ends in .fake", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_only_anywhere_leaves_out_all_others()
    {
        _folder.Suite("a.fake", suite => Declare(suite, "a1")).Suite("b.fake", suite =>
        {
            Declare(suite, "b1");
            suite.Add(ScenarioFolder.Scenario("b2", Ran("b2")) with { Only = true });
        });
        var run = await _folder.RunAsync();
        Assert.Equal(["b2"], _ran);
        Assert.Equal(1, run.Result.Scenarios);
    }

    [Fact]
    public async Task Filters_take_names_and_tags_and_an_excluded_tag_goes_first()
    {
        _folder.Suite("a.fake", suite =>
        {
            foreach (var (name, tags) in ((string, string[])[])[("Calls out", ["smoke"]), ("calls in", ["smoke", "slow"]), ("hold", ["slow"])])
                suite.Add(ScenarioFolder.Scenario(name, Ran(name), tags));
        });
        await _folder.RunAsync(options => options with { Filter = new("CALLS", [], []) });
        Assert.Equal(["Calls out", "calls in"], _ran);
        _ran.Clear();
        await _folder.RunAsync(options => options with { Filter = new("re:^calls|^hold", [], []) });
        Assert.Equal(["calls in", "hold"], _ran);
        _ran.Clear();
        await _folder.RunAsync(options => options with { Filter = new(null, ["smoke", "slow"], ["slow"]) });
        Assert.Equal(["Calls out"], _ran);
        var none = await _folder.RunAsync(options => options with { Filter = new("transfer", [], []) });
        Assert.False(none.Result.IsSuccess);
        Assert.Contains("nothing matches", none.Result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declared_skip_is_reported_with_its_reason_and_is_no_failure()
    {
        _folder.Suite("a.fake", suite => suite.Add(ScenarioFolder.Scenario("one", Ran("one")) with { Skip = true, SkipReason = "later" }));
        var run = await _folder.RunAsync();
        Assert.Empty(_ran);
        Assert.Equal("later", run.Events.OfType<ScenarioSkipped>().Single().Reason);
        Assert.True(run.Result.IsSuccess);
        Assert.Equal((1, 0, 1), Assert.IsType<SuiteFinished>(run.Events[^2]) is var end ? (end.Total, end.Passed, end.Skipped) : default);
    }

    [Fact]
    public async Task Setup_makes_the_value_of_scenario_and_teardown()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.SetSetup(_ => Task.FromResult<object?>("value"));
            suite.SetTeardown((_, value) => Note($"down {value}"));
            suite.Add(new() { Name = "one", Body = (_, value) => Note($"body {value}") });
        });
        await _folder.RunAsync();
        Assert.Equal(["body value", "down value"], _ran);
    }

    [Fact]
    public async Task A_failed_setup_is_named_and_has_no_teardown()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.SetSetup(_ => throw new ScenarioException("no line"));
            suite.SetTeardown((_, _) => Note("down"));
            Declare(suite, "one");
        });
        var run = await _folder.RunAsync();
        Assert.Equal("setup: no line", run.ErrorOf("one"));
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task A_skip_in_setup_or_body_skips()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.SetSetup(context => context.Name == "one" ? throw new ScenarioSkipException("no line") : Task.FromResult<object?>(null));
            Declare(suite, "one");
            suite.Add(ScenarioFolder.Scenario("two", _ => throw new ScenarioSkipException()));
        });
        var run = await _folder.RunAsync();
        Assert.Equal([("one", "no line"), ("two", null)], run.Events.OfType<ScenarioSkipped>().Select(one => (one.Name, one.Reason)));
        Assert.Equal((2, 0), (run.Result.Skipped, run.Result.Failed));
    }

    [Fact]
    public async Task Teardown_follows_a_failure_and_its_own_errors_change_nothing()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.SetTeardown((_, _) => throw new ScenarioException("broom broken"));
            suite.Add(ScenarioFolder.Scenario("bad", _ => throw new ScenarioException("lost")));
            Declare(suite, "good");
        });
        var run = await _folder.RunAsync();
        Assert.Equal([("bad", false), ("good", true)], run.Finished.Select(one => (one.Name, one.Passed)));
        Assert.Equal("lost", run.ErrorOf("bad"));
        Assert.Equal(["teardown: broom broken", "teardown: broom broken"], run.Events.OfType<Logged>().Select(one => one.Message));
    }

    // Looked up by its name, the second of two would never have run.
    [Fact]
    public async Task Two_scenarios_of_one_name_are_an_error_of_the_file()
    {
        _folder.Suite("a.fake", suite => Declare(suite, "one", "one"));
        var run = await _folder.RunAsync();
        Assert.Contains("scenario `one` is declared twice", run.Events.OfType<FileFinished>().Single().Error, StringComparison.Ordinal);
        Assert.Empty(_ran);
    }

    // A loop that declares a scenario for each row must not leave all of them with the last row.
    [Fact]
    public async Task Each_of_several_scenarios_made_in_a_loop_has_its_own_row()
    {
        _folder.Suite("a.fake", suite =>
        {
            foreach (var row in (int[])[1, 2, 3])
                suite.Add(ScenarioFolder.Scenario($"row {row}", _ => Note($"saw {row}")));
        });
        await _folder.RunAsync();
        Assert.Equal(["saw 1", "saw 2", "saw 3"], _ran);
    }

    [Fact]
    public async Task A_failed_scenario_is_tried_again_with_a_context_of_its_own()
    {
        List<ScenarioContext> contexts = [];
        _folder.Suite("a.fake", "flaky", context =>
        {
            contexts.Add(context);
            return contexts.Count < 3 ? throw new ScenarioException($"no {contexts.Count}") : Task.CompletedTask;
        });
        var run = await _folder.RunAsync(options => options with { Retries = 2 });
        Assert.Equal((true, 3), run.Finished.Single() is var end ? (end.Passed, end.Attempts) : default);
        Assert.Equal(["no 1", "no 2"], run.Events.OfType<ScenarioRetried>().Select(one => one.Error));
        Assert.Equal(3, contexts.Distinct().Count());
    }

    [Fact]
    public async Task A_time_limit_ends_a_scenario_as_failed_and_teardown_has_time_of_its_own()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.SetTeardown((context, _) => Note(context.Cancel.IsCancellationRequested ? "no time" : "time"));
            suite.Add(ScenarioFolder.Scenario("stuck", context => Task.Delay(Timeout.Infinite, context.Cancel)) with { TimeLimit = TimeSpan.FromMilliseconds(50) });
        });
        var run = await _folder.RunAsync();
        Assert.Equal("time limit of 0.05 s exceeded", run.ErrorOf("stuck"));
        Assert.Equal(["time"], _ran);
    }

    [Fact]
    public async Task A_scenario_that_takes_no_notice_of_its_limit_is_left_behind()
    {
        _folder.Suite("a.fake", "deaf", _ => new TaskCompletionSource().Task);
        var run = await _folder.RunAsync(options => options with { TimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal("time limit of 0.05 s exceeded", run.ErrorOf("deaf"));
    }

    [Fact]
    public async Task An_interrupt_ends_what_runs_and_skips_what_has_not_begun()
    {
        using var interrupt = new CancellationTokenSource();
        _folder.Suite("a.fake", suite =>
        {
            suite.Add(ScenarioFolder.Scenario("one", async context =>
            {
                await interrupt.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.Cancel);
            }));
            Declare(suite, "two");
        });
        var run = await _folder.RunAsync(cancel: interrupt.Token);
        Assert.Equal("interrupted", run.ErrorOf("one"));
        Assert.Equal([("two", "interrupted")], run.Events.OfType<ScenarioSkipped>().Select(one => (one.Name, one.Reason)));
    }

    [Fact]
    public async Task Parallel_scenarios_run_beside_each_other_each_with_its_own_context()
    {
        var all = new TaskCompletionSource();
        var here = 0;
        Task Meet(ScenarioContext context)
        {
            Assert.Same(context, ScenarioContext.Current);
            if (Interlocked.Increment(ref here) == 3)
                all.SetResult();
            return all.Task.WaitAsync(context.Cancel);
        }

        _folder.Suite("a.fake", suite =>
        {
            foreach (var name in (string[])["one", "two"])
                suite.Add(ScenarioFolder.Scenario(name, Meet));
        }).Suite("b.fake", "three", Meet);
        var run = await _folder.RunAsync(options => options with { Parallel = 3 });
        Assert.True(run.Result.IsSuccess, run.Result.Fault);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_order_and_the_same_numbers()
    {
        List<int> numbers = [];
        foreach (var name in Enumerable.Range(0, 8).Select(i => $"{i}"))
        {
            _folder.Suite($"{name}.fake", suite => suite.Add(ScenarioFolder.Scenario(name, context =>
            {
                numbers.Add(context.Random.Next());
                return Note(context.Name);
            })));
        }

        var run = await _folder.RunAsync(options => options with { Seed = 7 });
        var (order, first) = (_ran.ToList(), numbers.ToList());
        Assert.Equal((7, true), Assert.IsType<RunStarted>(run.Events[0]) is var start ? (start.Seed, start.Shuffled) : default);
        Assert.NotEqual(order.Order(StringComparer.Ordinal), order);
        Assert.Equal(8, first.Distinct().Count());
        _ran.Clear();
        numbers.Clear();
        await _folder.RunAsync(options => options with { Seed = 7 });
        Assert.Equal(order, _ran);
        Assert.Equal(first, numbers);
    }

    [Fact]
    public async Task A_default_timeout_is_the_files_and_leaks_nowhere()
    {
        List<TimeSpan> seen = [];
        _folder.Add("a.fake", "scenario", (suite, context) =>
        {
            context.SetDefaultTimeout(TimeSpan.FromSeconds(9));
            suite.Add(ScenarioFolder.Scenario("one", inner =>
            {
                inner.SetDefaultTimeout(TimeSpan.FromSeconds(1));
                return Task.CompletedTask;
            }));
            suite.Add(ScenarioFolder.Scenario("two", inner => See(inner)));
            return Task.CompletedTask;
        }).Suite("b.fake", "three", See);
        await _folder.RunAsync();
        Assert.Equal([TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(5)], seen);

        Task See(ScenarioContext context)
        {
            seen.Add(context.DefaultTimeout);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_a_scenario_owns_ends_with_it_the_last_first()
    {
        _folder.Suite("a.fake", "one", context =>
        {
            context.Own(new Thing(() => _ran.Add("first")));
            context.Own(new Thing(() => throw new InvalidOperationException("stuck")));
            context.Own(new Thing(() => _ran.Add("last")));
            throw new ScenarioException("whatever");
        });
        var run = await _folder.RunAsync();
        Assert.Equal(["last", "first"], _ran);
        Assert.Contains(run.Events.OfType<Logged>(), one => one.Message == "at the end: stuck");
    }

    [Fact]
    public async Task Declaring_a_scenario_within_one_is_an_error()
    {
        _folder.Suite("a.fake", suite => suite.Add(ScenarioFolder.Scenario("one", _ =>
        {
            Declare(suite, "two");
            return Task.CompletedTask;
        })));
        var run = await _folder.RunAsync();
        Assert.Contains("belongs to the top level", run.ErrorOf("one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_top_level_runs_once_and_its_failure_is_the_files()
    {
        _folder.Suite("a.fake", suite => Declare(suite, "a1", "a2")).Add("b.fake", "scenario", (_, _) => throw new ScenarioException("environment variable `X` is not set"));
        var run = await _folder.RunAsync();
        Assert.Equal([1, 1], _folder.Loads.Values);
        Assert.Equal("environment variable `X` is not set", run.Events.OfType<FileFinished>().Single().Error);
        Assert.Equal((2, 1), (run.Result.Files, run.Result.FailedFiles));
    }

    [Fact]
    public async Task A_file_that_skips_itself_skips_what_it_declared()
    {
        _folder.Add("a.fake", "scenario", (suite, _) =>
        {
            Declare(suite, "one");
            throw new ScenarioSkipException("nothing to test here");
        });
        var run = await _folder.RunAsync();
        Assert.Equal([("one", "nothing to test here")], run.Events.OfType<ScenarioSkipped>().Select(one => (one.Name, one.Reason)));
        Assert.Empty(_ran);
    }

    public void Dispose() => _folder.Dispose();

    private void Declare(ScenarioSuite suite, params string[] names)
    {
        foreach (var name in names)
            suite.Add(ScenarioFolder.Scenario(name, Ran(name)));
    }

    private Func<ScenarioContext, Task> Ran(string name) => _ => Note(name);

    private Task Note(string what)
    {
        _ran.Add(what);
        return Task.CompletedTask;
    }

    private sealed class Thing(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
