using Parley.Testing.Scenarios;

namespace Parley.Testing.Tests.Rhai;

/// <summary>The scenarios of the samples, with Parley on both ends.</summary>
public sealed class SampleScenarioTests
{
    [Theory]
    [InlineData("two-party.rhai", 1, 0)]
    [InlineData("suite.rhai", 2, 1)]
    [InlineData("three-party-transfer.rhai", 1, 0)]
    [InlineData("webhook-mock.rhai", 1, 0)]
    public async Task A_sample_passes_on_a_registrar_of_its_own(string sample, int passed, int skipped)
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        var run = await folder.RunAsync(Path.Combine(Samples, sample));
        Assert.True(run.Result.IsSuccess, ScriptFolder.Text(run));
        Assert.Equal((passed, skipped), (run.Result.Passed, run.Result.Skipped));
    }

    [Fact]
    public async Task Samples_run_beside_each_other_in_one_folder()
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        // Sevenths of the ports are odd numbers of them.
        var run = await folder.RunAsync(Samples, options => options with { Parallel = 7 });
        Assert.True(run.Result.IsSuccess, ScriptFolder.Text(run));
    }

    [Fact]
    public async Task Tags_choose_among_the_scenarios_of_a_file()
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        var run = await folder.RunAsync(Path.Combine(Samples, "suite.rhai"), options => options with { Filter = new(null, ["reject"], []) });
        Assert.Equal(["a call is refused"], run.Names);
        Assert.True(run.Result.IsSuccess, ScriptFolder.Text(run));
    }

    [Fact]
    public void Names_are_known_without_running()
    {
        var path = Path.Combine(Samples, "suite.rhai");
        var outline = new Parley.Testing.Rhai.RhaiFrontEnd().Inspect(new ScenarioSource(path, File.ReadAllText(path)));
        Assert.True(outline.DeclaresScenarios);
        Assert.Equal(["a call is answered", "a call is refused", "a message is left"], outline.Names);
    }

    [Theory]
    [InlineData("two-party.rhai")]
    [InlineData("suite.rhai")]
    [InlineData("three-party-transfer.rhai")]
    [InlineData("webhook-mock.rhai")]
    public void A_sample_uses_no_name_that_nobody_knows(string sample)
    {
        var path = Path.Combine(Samples, sample);
        Assert.Empty(Parley.Testing.Rhai.RhaiFrontEnd.Check(new ScenarioSource(path, File.ReadAllText(path)), []));
    }

    internal static string Root { get; } = Find();

    private static string Samples { get; } = Path.Combine(Root, "samples", "scenarios");

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("There is no Parley.slnx above the tests.");
        return folder;
    }
}
