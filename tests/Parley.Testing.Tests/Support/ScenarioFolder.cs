using Parley.Testing.Scenarios;

namespace Parley.Testing.Tests.Support;

/// <summary>A folder of scenario files that are written in no language: each says what its top level does.</summary>
internal sealed class ScenarioFolder : IDisposable, IScenarioFrontEnd
{
    private readonly Dictionary<string, Func<ScenarioSuite, ScenarioContext, Task>> _files = [];

    public ScenarioFolder() => Path = Directory.CreateTempSubdirectory("parley-scenarios-").FullName;

    public string Path { get; }

    public IReadOnlyList<string> Extensions => [".fake"];

    /// <summary>How often each file's top level has run.</summary>
    public Dictionary<string, int> Loads { get; } = [];

    /// <summary>Adds a file that declares scenarios.</summary>
    public ScenarioFolder Suite(string name, Action<ScenarioSuite> declare) => Add(name, "scenario", (suite, _) =>
    {
        declare(suite);
        return Task.CompletedTask;
    });

    /// <summary>Adds a file that declares one scenario.</summary>
    public ScenarioFolder Suite(string name, string scenario, Func<ScenarioContext, Task> body) => Suite(name, suite => suite.Add(Scenario(scenario, body)));

    /// <summary>Adds a file that is one scenario.</summary>
    public ScenarioFolder Single(string name, Func<ScenarioContext, Task> body) => Add(name, "plain", (_, context) => body(context));

    /// <summary>Adds a file.</summary>
    public ScenarioFolder Add(string name, string text, Func<ScenarioSuite, ScenarioContext, Task> load)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        _files[path] = load;
        return this;
    }

    public static ScenarioDeclaration Scenario(string name, Func<ScenarioContext, Task> body, params string[] tags) =>
        new() { Name = name, Body = (context, _) => body(context), Tags = tags };

    public static ScenarioDeclaration Passing(string name, params string[] tags) => Scenario(name, _ => Task.CompletedTask, tags);

    public ScenarioOutline Inspect(ScenarioSource source) => source.Text == "broken"
        ? throw new ScenarioSourceException("unexpected end", source.Path, 2, 3, "ab(")
        : new() { DeclaresScenarios = source.Text == "scenario" };

    public Task LoadAsync(ScenarioSource source, ScenarioSuite suite, ScenarioContext context)
    {
        Loads[source.Path] = Loads.GetValueOrDefault(source.Path) + 1;
        return _files[source.Path](suite, context);
    }

    /// <summary>Runs the folder with further languages.</summary>
    public Task<RunRecord> RunWithAsync(params IScenarioFrontEnd[] more) => RunAsync(options => options with { FrontEnds = [this, .. more] });

    /// <summary>Runs all that is in the folder, or in a part of it.</summary>
    public async Task<RunRecord> RunAsync(Func<ScenarioRunOptions, ScenarioRunOptions>? with = null, string? part = null, CancellationToken cancel = default)
    {
        var options = new ScenarioRunOptions { FrontEnds = [this] };
        var record = new RunRecord();
        record.Result = await new ScenarioRunner(with?.Invoke(options) ?? options).RunAsync([part is null ? Path : System.IO.Path.Combine(Path, part)], [record], cancel);
        return record;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>What a run told.</summary>
internal sealed class RunRecord : IScenarioObserver
{
    public List<ScenarioEvent> Events { get; } = [];

    public ScenarioRunResult Result { get; set; } = null!;

    public IEnumerable<ScenarioFinished> Finished => Events.OfType<ScenarioFinished>();

    public IEnumerable<string> Names => Finished.Select(one => one.Name);

    public string ErrorOf(string scenario) => Finished.Single(one => one.Name == scenario).Error ?? "";

    public void On(ScenarioEvent scenarioEvent) => Events.Add(scenarioEvent);
}
