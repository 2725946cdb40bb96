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
                  "set": { "word": "x" }, "scenario": "re:^a", "tags": ["smoke"], "exclude-tags": "slow", "retries": 1, "parallel": 2, "insecure-http": true,
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
    public void TOML_is_answered_with_how_it_is_written_here() =>
        Assert.Contains("write it as JSON", Assert.Throws<CommandException>(() => MonitorFile.Read("monitor.toml")).Message, StringComparison.Ordinal);
}
