using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Scenarios;

/// <summary>Where a variable's value comes from.</summary>
public sealed class ScenarioEnvironmentTests : IDisposable
{
    private readonly ScenarioFolder _folder = new();

    [Theory]
    [InlineData("KEY=value", "KEY", "value")]
    [InlineData("  KEY = value  ", "KEY", "value")]
    [InlineData("export KEY=value", "KEY", "value")]
    [InlineData("KEY=\"two words\"", "KEY", "two words")]
    [InlineData("KEY='\"x\"'", "KEY", "\"x\"")]
    [InlineData("KEY=\"", "KEY", "\"")]
    [InlineData("KEY=$HOME/#1", "KEY", "$HOME/#1")]
    [InlineData("KEY=", "KEY", "")]
    [InlineData("KEY=a=b", "KEY", "a=b")]
    public void A_line_is_a_key_and_a_value(string line, string key, string value) =>
        Assert.Equal([new(key, value)], DotenvFile.Parse($"# comment\n\n{line}\n", "x.env"));

    [Theory]
    [InlineData("just words")]
    [InlineData("=value")]
    public void A_line_that_is_no_assignment_is_named(string line) => Assert.Equal(
        $"x.env:2: a line is KEY=VALUE, not `{line}`", Assert.Throws<ScenarioException>(() => DotenvFile.Parse($"A=1\n{line}", "x.env")).Message);

    [Fact]
    public void A_variable_that_is_not_set_is_named() =>
        Assert.Equal("environment variable `X` is not set", Assert.Throws<ScenarioException>(() => new ScenarioEnvironment(_ => null, null).Get("X")).Message);

    [Fact]
    public void Files_go_before_the_process_and_later_ones_before_earlier_ones()
    {
        var environment = new ScenarioEnvironment(name => name is "A" or "B" ? "process" : null, null);
        environment.Load(Write("one.env", "A=one\nC=one"));
        environment.Load(Write("two.env", "C=two"));
        Assert.Equal(("one", "process", "two"), (environment.Get("A"), environment.Get("B"), environment.Get("C")));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("/nowhere.env", Assert.Throws<ScenarioException>(() => new ScenarioEnvironment().Load("/nowhere.env")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_local_run_supplies_the_domain_always_and_accounts_where_they_lack()
    {
        var environment = new ScenarioEnvironment(name => name is "SIP_DOMAIN" or "B_USER" ? "mine" : null, new("127.0.0.1:5062", "-3"));
        Assert.Equal("127.0.0.1:5062", environment.Get("SIP_DOMAIN"));
        Assert.Equal(("a-3", "secret", "mine"), (environment.Get("A_USER"), environment.Get("A_PASS"), environment.Get("B_USER")));
        Assert.Null(environment.Find("OTHER"));
    }

    [Fact]
    public async Task The_file_beside_a_script_is_read_and_what_one_scenario_loads_is_its_own()
    {
        Write("a.env", "FROM=beside");
        Write("more.env", "MORE=loaded");
        List<string?> seen = [];
        _folder.Suite("a.fake", suite =>
        {
            suite.Add(ScenarioFolder.Scenario("one", context =>
            {
                context.Environment.Load(context.Resolve("more.env"));
                return See(context);
            }));
            suite.Add(ScenarioFolder.Scenario("two", See));
        });
        await _folder.RunAsync(options => options with { EnvironmentFiles = [Write("given.env", "FROM=given\nGIVEN=yes")] });
        Assert.Equal(["beside", "yes", "loaded", "beside", "yes", null], seen);

        Task See(ScenarioContext context)
        {
            seen.AddRange([context.Environment.Find("FROM"), context.Environment.Find("GIVEN"), context.Environment.Find("MORE")]);
            return Task.CompletedTask;
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
