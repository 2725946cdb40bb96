using System.Text.Json;
using Parley.Cli.Terminal;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Scenarios;

/// <summary><c>parley test</c> as a user types it.</summary>
public sealed class TestCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-test-").FullName;

    [Theory]
    [InlineData("there is no such file or folder", "test", "/nowhere/at/all")]
    [InlineData("Name the scenario files", "test")]
    [InlineData("no regular expression", "test", ".", "--scenario", "re:(")]
    [InlineData("write NAME=VALUE", "test", ".", "--set", "x")]
    [InlineData("--env-file nowhere.env: there is no such file", "test", ".", "--env-file", "nowhere.env")]
    [InlineData("--parallel takes 1 to 256, not 0", "test", ".", "--parallel", "0")]
    [InlineData("--retries takes 0 to 100, not 101", "test", ".", "--retries", "101")]
    [InlineData("500ms, 5s, 2m or 1h", "test", ".", "--time-limit", "soon")]
    [InlineData("--media-ports: '5' is no port range", "test", ".", "--media-ports", "5")]
    [InlineData("there is no folder", "test", ".", "--junit", "/nowhere/at/all.xml")]
    [InlineData("contradict each other", "test", ".", "-v", "-q")]
    [InlineData("--check nowhere.cs: there is no such file", "test", "--check", "nowhere.cs")]
    [InlineData("ends in .cs", "test", "--new", "scenario.txt")]
    [InlineData("--monitor: Could not find file", "test", "--monitor", "nowhere.toml")]
    [InlineData("--rate takes more than 0", "load", "a.cs", "--rate", "0")]
    [InlineData("--concurrent takes 1 to 10000", "load", "a.cs", "--concurrent", "0")]
    [InlineData("--agents takes 1 to 10000", "load", "a.cs", "--agents", "20000")]
    [InlineData("500ms, 5s, 2m or 1h", "load", "a.cs", "--duration", "long")]
    [InlineData("there is no folder", "load", "a.cs", "--csv", "/nowhere/at/all.csv")]
    [InlineData("there is no such file or folder", "load", "nowhere.cs")]
    public async Task A_mistake_is_one_line_and_2(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_scenarios_is_a_failure_that_says_so()
    {
        var run = await ParleyCli.RunAsync("test", _folder, "-q");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Equal("Error: no scenario to run: nothing matches\n", run.Errors);
    }

    [Fact]
    public async Task The_template_is_written_once_and_says_how_to_run_it()
    {
        var file = Path.Combine(_folder, "call.cs");
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("test", "--new", file)).ExitCode);
        var text = await File.ReadAllTextAsync(file);
        Assert.StartsWith("// parley test --local call.cs\n#:project ", text, StringComparison.Ordinal);
        Assert.Contains("#:property PublishAot=false", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await ParleyCli.RunAsync("test", "--new", file)).ExitCode);
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("test", "--check", file)).ExitCode);
    }

    [Fact]
    public async Task A_program_of_scenarios_runs_filtered_and_reported()
    {
        var file = Path.Combine(_folder, "mock.cs");
        await File.WriteAllTextAsync(file, Program);
        var (junit, html) = (Path.Combine(_folder, "r.xml"), Path.Combine(_folder, "r.html"));
        await using var command = ParleyCli.Start("test", file, "--json", "--set", "word=hello", "--exclude-tag", "slow", "--junit", junit, "--html", html);
        // Compiling is most of it, on a machine that does other things too.
        var run = await command.EndAsync(TimeSpan.FromMinutes(4));
        var events = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.True(run.ExitCode == ExitCode.Failure, run.Errors + run.Output);
        Assert.Equal("Error: 1/1 files failed", run.Errors.TrimEnd().Split('\n')[^1]);
        var finished = events.Where(one => one.GetProperty("event").GetString() == "scenario_finished").ToDictionary(one => one.GetProperty("name").GetString()!);
        Assert.Equal(["asks", "fails"], finished.Keys);
        Assert.True(finished["asks"].GetProperty("passed").GetBoolean());
        Assert.Equal("no way", finished["fails"].GetProperty("error").GetString());
        Assert.Contains(events, one => one.GetProperty("event").GetString() == "log" && one.GetProperty("message").GetString() == "hello from 1");
        Assert.Contains("printed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("no way", await File.ReadAllTextAsync(junit), StringComparison.Ordinal);
        Assert.Contains("no way", await File.ReadAllTextAsync(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_checked_for_its_grammar_and_for_names_nobody_knows()
    {
        Assert.Equal((ExitCode.Success, "  one\n  two\n"), await CheckAsync("scenario(\"one\", || 1); scenario(\"two\", || word);", "--set", "word=x") is var good
            ? (good.ExitCode, good.Output[(good.Output.IndexOf('\n', StringComparison.Ordinal) + 1)..]) : default);
        var unknown = await CheckAsync("scenario(\"one\", || {\n  asert(true)\n});");
        Assert.Equal(ExitCode.Failure, unknown.ExitCode);
        Assert.Contains("check.rhai:2:3: ", unknown.Errors, StringComparison.Ordinal);
        var broken = await CheckAsync("let x = ;\n");
        Assert.Equal(ExitCode.Failure, broken.ExitCode);
        Assert.Matches(@"check\.rhai:1:\d+: .+\n  let x = ;\n +\^", broken.Errors);
    }

    [Theory]
    [InlineData(new string[0], new[] { "scenario good", "A line", "1 passed" }, new[] { " ok: equals" })]
    [InlineData(new[] { "-v" }, new[] { "scenario good", "A line", " ok: equals 2" }, new[] { "nothing" })]
    [InlineData(new[] { "-q" }, new string[0], new[] { "scenario", "A line", "passed" })]
    public async Task More_or_less_is_shown_and_failures_always_on_standard_error(string[] options, string[] shown, string[] hidden)
    {
        var script = Path.Combine(_folder, "lines.rhai");
        await File.WriteAllTextAsync(script, """
            scenario("good", || { print("A line"); assert(1 + 1).equals(2); });
            scenario("bad", || assert(1).describe("one").equals(2));
            """);
        var run = await ParleyCli.RunAsync(["test", script, .. options]);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.All(shown, text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
        Assert.All(hidden, text => Assert.DoesNotContain(text, run.Output, StringComparison.Ordinal));
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} scenario bad: FAILED \(\d+\.\d{3} s\): one: expected equals 2, but was 1", run.Errors);
        Assert.EndsWith("Error: 1/1 files failed\n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_is_a_scenario_that_passes()
    {
        var file = Path.Combine(_folder, "call.cs");
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("test", "--new", file)).ExitCode);
        await using var command = ParleyCli.Start("test", file, "--local", "--retries", "2");
        var run = await command.EndAsync(TimeSpan.FromMinutes(4));
        Assert.True(run.ExitCode == ExitCode.Success, run.Output + run.Errors);
    }

    [Fact]
    public async Task Definitions_are_what_editors_read()
    {
        var run = await ParleyCli.RunAsync("test", "--definitions");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("fn scenario(", run.Output, StringComparison.Ordinal);
    }

    // From its command line to its exit code: the registrar, two agents, audio both ways, the reports.
    [Fact]
    public async Task A_script_runs_on_a_registrar_of_its_own()
    {
        var script = Path.Combine(Root, "samples", "scenarios", "suite.rhai");
        var (html, trace) = (Path.Combine(_folder, "r.html"), Path.Combine(_folder, "t.pcap"));
        await using var command = ParleyCli.Start("test", script, "--local", "--html", html, "--sip-trace", trace, "--no-color");
        var run = await command.EndAsync(TimeSpan.FromMinutes(2));
        Assert.True(run.ExitCode == ExitCode.Success, run.Output + run.Errors);
        Assert.Contains("INVITE (SDP)", await File.ReadAllTextAsync(html), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("trace", trace)).ExitCode);
    }

    [Fact]
    public async Task Load_runs_a_script_many_times_and_writes_what_it_measured()
    {
        var script = Path.Combine(_folder, "load.rhai");
        await File.WriteAllTextAsync(script, """
            let a = agent("A", #{ username: env("A_USER"), domain: env("SIP_DOMAIN") });
            let b = agent("B", #{ username: env("B_USER"), domain: env("SIP_DOMAIN") });
            await_until(|| { assert(a.registered).is_true(); assert(b.registered).is_true(); }, "30s");
            a.dial(b);
            await_until(|| assert(b.state).equals(State::Ringing), "30s");
            b.accept();
            await_until(|| assert(a.state).equals(State::Established), "30s");
            a.hangup();
            await_until(|| assert(b.state).equals(State::Idle), "30s");
            """);
        var (csv, svg) = (Path.Combine(_folder, "l.csv"), Path.Combine(_folder, "l.svg"));
        await using var command = ParleyCli.Start("load", script, "--local", "--rate", "5", "--agents", "4", "--duration", "1s", "--csv", csv, "--plot", svg, "--json");
        var run = await command.EndAsync(TimeSpan.FromMinutes(2));
        Assert.True(run.ExitCode == ExitCode.Success, run.Output + run.Errors);
        var summary = JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(("summary", 0), (summary.GetProperty("event").GetString(), summary.GetProperty("failed").GetInt32()));
        Assert.Equal(summary.GetProperty("scenarios").GetInt32(), summary.GetProperty("calls").GetInt32());
        Assert.Equal(summary.GetProperty("scenarios").GetInt32() + 1, File.ReadLines(csv).Count());
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(svg), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Program => $$"""
        #:project {{Path.Combine(Root, "src", "Parley.Testing", "Parley.Testing.csproj")}}
        #:property PublishAot=false
        using Parley.Testing.Http;
        using Parley.Testing.Programs;

        var test = new ScenarioProgram();
        test.Setup(async context => (object?)1);
        test.Scenario<int>("asks", async (context, value) =>
        {
            var mock = await context.StartMockServerAsync();
            mock.Respond("GET", "/x", MockAnswer.Text($"{context.Constants["word"]} from {value}"));
            context.Reporter.Log((await context.Http.SendAsync(new() { Method = "GET", Url = mock.Url + "/x" })).Body);
            Console.WriteLine("printed");
        });
        test.Scenario("fails", _ => throw new InvalidOperationException("no way"));
        test.Scenario("left out", _ => Task.CompletedTask, new() { Tags = ["slow"] });
        return await test.RunAsync(args);
        """;

    private async Task<ParleyCli> CheckAsync(string text, params string[] more)
    {
        var script = Path.Combine(_folder, "check.rhai");
        await File.WriteAllTextAsync(script, text);
        return await ParleyCli.RunAsync(["test", "--check", script, .. more]);
    }

    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
                folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }
}
