using System.Runtime.CompilerServices;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Programs;

/// <summary>
/// Scenarios written in C#: a file that makes one of these, declares, and ends with <c>return await test.RunAsync(args);</c> is run by <c>parley test FILE.cs</c>, and by <c>dotnet run FILE.cs</c> alone.
/// </summary>
/// <example>
/// <code>
/// #:project ../src/Parley.Testing/Parley.Testing.csproj
/// #:property PublishAot=false
/// var test = new ScenarioProgram();
/// test.Scenario("a phone registers", async context =&gt; { … });
/// return await test.RunAsync(args);
/// </code>
/// </example>
public sealed class ScenarioProgram
{
    private readonly string _file;

    /// <summary>Begins to declare.</summary>
    /// <param name="file">The file it stands in. Default: the caller's.</param>
    public ScenarioProgram([CallerFilePath] string file = "") => _file = file.Length == 0 ? Environment.ProcessPath ?? "program.cs" : file;

    internal ScenarioSuite Suite { get; } = new();

    /// <summary>Says what runs before each scenario.</summary>
    /// <param name="setup">Its result is given to scenarios and teardown.</param>
    public void Setup(Func<ScenarioContext, Task<object?>> setup) => Suite.SetSetup(setup);

    /// <summary>Says what runs before each scenario.</summary>
    /// <param name="setup">What.</param>
    public void Setup(Func<ScenarioContext, Task> setup) => Suite.SetSetup(async context =>
    {
        await setup(context);
        return null;
    });

    /// <summary>Says what runs after each scenario whose setup has succeeded.</summary>
    /// <param name="teardown">Given what setup returned.</param>
    public void Teardown(Func<ScenarioContext, object?, Task> teardown) => Suite.SetTeardown(teardown);

    /// <summary>Declares a scenario.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="body">What it does.</param>
    /// <param name="settings">Tags and the like.</param>
    /// <param name="line">Where it stands. Default: the caller's line.</param>
    /// <exception cref="ArgumentException">It has no name, or another has the same.</exception>
    public void Scenario(string name, Func<ScenarioContext, Task> body, ScenarioSettings? settings = null, [CallerLineNumber] int line = 0) =>
        Scenario<object?>(name, (context, _) => body(context), settings, line);

    /// <summary>Declares a scenario that takes what setup returned.</summary>
    /// <typeparam name="T">What setup returned.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="body">What it does.</param>
    /// <param name="settings">Tags and the like.</param>
    /// <param name="line">Where it stands. Default: the caller's line.</param>
    /// <exception cref="ArgumentException">It has no name, or another has the same.</exception>
    public void Scenario<T>(string name, Func<ScenarioContext, T, Task> body, ScenarioSettings? settings = null, [CallerLineNumber] int line = 0)
    {
        settings ??= new();
        Suite.Add(new()
        {
            Name = name,
            Body = (context, value) => body(context, (T)value!),
            Tags = settings.Tags,
            Only = settings.Only,
            Skip = settings.Skip is not null,
            SkipReason = settings.Skip is { Length: > 0 } reason ? reason : null,
            TimeLimit = settings.TimeLimit,
            Retries = settings.Retries,
            Line = line,
        });
    }

    /// <summary>Runs the scenarios: as <c>parley test</c> says when that has started the program, else all of them.</summary>
    /// <param name="arguments">The program's: <c>--json</c> for events instead of words, <c>--scenario TEXT</c> for those with that in their name, <c>--local</c> for a registrar of its own.</param>
    /// <returns>What the program is to end with: 0 when all passed or were skipped, 1 when not, 2 when the arguments make no sense.</returns>
    public async Task<int> RunAsync(string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments is [ProgramHost.Argument])
        {
            await new ProgramHost(Suite, _file, Console.In, Console.Out).RunAsync();
            return 0;
        }

        try
        {
            return await RunAloneAsync(new Queue<string>(arguments));
        }
        catch (ScenarioUsageException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private async Task<int> RunAloneAsync(Queue<string> arguments)
    {
        var (json, local, filter) = (false, false, default(string));
        while (arguments.TryDequeue(out var argument))
        {
            if (argument == "--json")
                json = true;
            else if (argument == "--local")
                local = true;
            else if (argument != "--scenario" || !arguments.TryDequeue(out filter))
                throw new ScenarioUsageException($"`{argument}`: there are --json, --local and --scenario TEXT; `parley test {Path.GetFileName(_file)}` has more");
        }

        var options = new ScenarioRunOptions { FrontEnds = [new Declared(Suite, _file)], Filter = new(filter, [], []) };
        await using var server = local ? await LocalServer.StartAsync() : null;
        IScenarioObserver report = json ? new JsonReport(Console.Out, Console.Error) : new LogReport(Console.Out);
        var result = await new ScenarioRunner(server is null ? options : options.With(server)).RunAsync([_file], [report]);
        if (result.Fault is { } fault)
            await Console.Error.WriteLineAsync($"Error: {fault}");
        return result.IsSuccess ? 0 : 1;
    }

    // What the program has declared already, as a file that is loaded.
    private sealed class Declared(ScenarioSuite declared, string file) : IScenarioFrontEnd
    {
        public IReadOnlyList<string> Extensions => [Path.GetExtension(file)];

        public ScenarioOutline Inspect(ScenarioSource source) => new() { DeclaresScenarios = true };

        public Task LoadAsync(ScenarioSource source, ScenarioSuite suite, ScenarioContext context)
        {
            suite.Take(declared);
            return Task.CompletedTask;
        }
    }
}
