using Parley.Cli.Scenarios;
using Parley.Cli.Terminal;

namespace Parley.Cli.Tests.Scenarios;

/// <summary>The file of monitors: what it says, and what is said about what is wrong with it.</summary>
public sealed class MonitorFileTests
{
    [Fact]
    public void Every_key_is_read_and_paths_count_from_the_file()
    {
        var settings = MonitorFile.Parse("""
            {
              "http": "127.0.0.1:9000", // a comment
              "token": "long-enough",
              "monitors": {
                "calls": {
                  "paths": ["a.rhai", "/abs/b.cs"], "cron": "*/5 * * * *", "time-limit": "2m", "scenario-time-limit": "30s", "local": true, "env-files": ["lab.env"],
                  "set": { "word": "x" }, "scenario": "re:^a", "tags": ["smoke"], "exclude-tags": "slow", "retries": 1, "parallel": 2, "media-ports": "20000-20999", "insecure-http": true,
                },
                "other": { "paths": "c.rhai", "every": "1h" },
              },
            }
            """, "/etc/parley/monitors.json");
        Assert.Equal(("127.0.0.1:9000", "long-enough"), (settings.Http.ToString(), settings.Token));
        var calls = settings.Monitors[0];
        Assert.Equal(["/etc/parley/a.rhai", "/abs/b.cs"], calls.Paths);
        Assert.Equal(("*/5 * * * *", TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30), true), (calls.Cron!.Text, calls.TimeLimit, calls.Run.TimeLimit, calls.Local));
        Assert.Equal(("/etc/parley/lab.env", "x", 1, 2, true), (calls.Run.EnvironmentFiles[0], calls.Run.Constants["word"], calls.Run.Retries, calls.Run.Parallel, calls.Run.InsecureHttp));
        Assert.Equal((20_000, 20_999), calls.Run.Agents.MediaPorts);
        Assert.Equal((true, false, false), (calls.Run.Filter.Matches("a", ["smoke"]), calls.Run.Filter.Matches("a", ["smoke", "slow"]), calls.Run.Filter.Matches("b", ["smoke"])));
        Assert.Equal(TimeSpan.FromHours(1), settings.Monitors[1].Every);
    }

    [Theory]
    [InlineData("""{ "monitor": {} }""", "unknown key 'monitor'; did you mean 'monitors'?")]
    [InlineData("""{ "monitors": {} }""", "needs at least one")]
    [InlineData("""{ "monitors": { "a": {} } }""", "'monitors.a' needs \"paths\"")]
    [InlineData("""{ "monitors": { "a b": { "paths": "x" } } }""", "is no name")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "cron": "5 *" } } }""", "'monitors.a.cron' is no schedule: `5 *` has 2 fields")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "cron": "* * * * *", "every": "5m" } } }""", "has both \"cron\" and \"every\"")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "every": "soon" } } }""", "needs a duration")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "scenario": "re:(" } } }""", "no regular expression")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "parallel": 0 } } }""", "needs a whole number from 1 to 256")]
    [InlineData("""{ "monitors": { "a": { "paths": "x", "media-ports": "1-2" } } }""", "needs a range of ports")]
    [InlineData("""{ "http": "0.0.0.0:9000", "monitors": { "a": { "paths": "x" } } }""", "a 'token' is needed")]
    [InlineData("""{ "http": "everywhere" }""", "needs an address to listen on")]
    [InlineData("""{ "token": "short" }""", "needs at least eight characters")]
    [InlineData("""{ "token-env": "PARLEY_NO_SUCH_VARIABLE" }""", "PARLEY_NO_SUCH_VARIABLE, which is not set")]
    [InlineData("[monitors]", "m.json: no valid JSON in line 1")]
    public void What_is_wrong_is_named_with_its_place(string json, string expected)
    {
        var fault = Assert.Throws<CommandException>(() => MonitorFile.Parse(json, "m.json"));
        Assert.Equal(ExitCode.Usage, fault.ExitCode);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TOML_of_the_original_is_read()
    {
        var settings = Read("""
            # a monitor
            listen = "127.0.0.1:9091"   # here
            timeout = "120s"

            [metrics]
            bearer_token = 'long-enough'

            [[monitor]]
            name = "smoke"
            path = "two-party.rhai"
            schedule = "*/5 * * * *"
            env_file = [
              "ci.env",  # accounts
              "more.env",
            ]
            tags = ["a", "b"]
            scenario = "say \"hi\""

            [[monitor]]
            "name" = "transfer"
            path = "/abs"
            timeout = "3m"
            """);
        Assert.Equal(("127.0.0.1:9091", "long-enough"), (settings.Http.ToString(), settings.Token));
        Assert.Equal(["smoke", "transfer"], settings.Monitors.Select(one => one.Name));
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3)), (settings.Monitors[0].TimeLimit, settings.Monitors[1].TimeLimit));
        Assert.Equal((true, false), (settings.Monitors[0].Cron is not null, settings.Monitors[1].Cron is not null));
        Assert.Equal(["/etc/two-party.rhai", "/abs"], settings.Monitors.SelectMany(one => one.Paths));
        Assert.Equal(["/etc/ci.env", "/etc/more.env"], settings.Monitors[0].Run.EnvironmentFiles);
        Assert.True(settings.Monitors[0].Run.Filter.Matches("now SAY \"hi\" again", ["b"]));
    }

    [Fact]
    public void TOML_without_a_scheduler_runs_when_asked() =>
        Assert.Null(Assert.Single(Read("scheduler = false\n[[monitor]]\nname = 'a'\npath = 'x'\nschedule = '* * * * *'").Monitors).Cron);

    [Theory]
    [InlineData("listen 5", "m.toml, line 1: '=' is missing behind 'listen'.")]
    [InlineData("\n\nlisten = nowhere", "m.toml, line 3: a text in quotes, a whole number, true, false or a list of these is expected here.")]
    [InlineData("listen = \"x", "m.toml, line 1: this text has no end: \" is missing.")]
    [InlineData("listen = \"\"\"x\"\"\"", "m.toml, line 1: texts of several lines are not read.")]
    [InlineData("listen = 'a' b", "m.toml, line 1: 'b' is not expected behind this; the line has to end.")]
    [InlineData("listen = 'a'\nlisten = 'b'", "m.toml, line 2: 'listen' stands twice.")]
    [InlineData("[a.b]", "m.toml, line 1: ']' is missing behind [a; tables within tables are not read.")]
    [InlineData("timeout = [1, 2", "m.toml, line 1: ',' or ']' is missing in this list.")]
    [InlineData("timeout = [[[[[[[[[[[[[[[[[[[[", "m.toml, line 1: lists are nested too deep.")]
    [InlineData("timeout = \"\\q\"", "m.toml, line 1: '\\q' is no escape here: \\\" \\\\ \\t \\n \\r \\uHHHH.")]
    [InlineData("= 1", "m.toml, line 1: a key is expected here: letters, digits, _ and -.")]
    [InlineData("#", "m.toml: there is no monitor in it: \"monitors\" needs at least one.")]
    [InlineData("binary = 'x'", "m.toml: 'binary' names a program, but scenarios run in this one: take the line out.")]
    [InlineData("lissten = 'x'", "m.toml: unknown key 'lissten'; there are listen, timeout, scheduler, metrics, monitor.")]
    [InlineData("[metrics]\nenabled = false", "m.toml: 'metrics.enabled' is false, but /metrics is always there; a 'bearer_token' keeps others out.")]
    [InlineData("[[monitor]]\npath = 'x'", "m.toml: a [[monitor]] needs a 'name' in quotes.")]
    [InlineData("[[monitor]]\nname = 'x'\n[[monitor]]\nname = 'x'", "m.toml: there are two monitors of the name 'x'.")]
    [InlineData("monitor = 'x'\n[[monitor]]", "m.toml, line 2: 'monitor' is no list of tables.")]
    [InlineData("monitor = ['x']", "m.toml: 'monitor' must be tables: [[monitor]].")]
    public void What_is_wrong_in_TOML_is_named_with_its_line(string toml, string expected) =>
        Assert.Equal(expected, Assert.Throws<CommandException>(() => MonitorFile.Parse(MonitorToml.ToJson(toml, "m.toml"), "m.toml")).Message);

    private static MonitorSettings Read(string toml) => MonitorFile.Parse(MonitorToml.ToJson(toml, "/etc/m.toml"), "/etc/m.toml");
}
