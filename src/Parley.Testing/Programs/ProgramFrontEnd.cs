using Parley.Testing.Scenarios;

namespace Parley.Testing.Programs;

/// <summary>Scenario files in C#: programs of one file that use <see cref="ScenarioProgram"/>. Needs the .NET SDK, which compiles them.</summary>
public sealed class ProgramFrontEnd : IScenarioFrontEnd
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".cs"];

    /// <inheritdoc/>
    public ScenarioOutline Inspect(ScenarioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Whether it compiles is the SDK's to say, when it is loaded; what uses no ScenarioProgram is some other program.
        return new() { DeclaresScenarios = source.Text.Contains(nameof(ScenarioProgram), StringComparison.Ordinal) };
    }

    /// <inheritdoc/>
    /// <exception cref="ScenarioException">It does not compile, or makes no <see cref="ScenarioProgram"/>.</exception>
    public async Task LoadAsync(ScenarioSource source, ScenarioSuite suite, ScenarioContext context)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(context);
        if (!Inspect(source).DeclaresScenarios)
            throw new ScenarioException($"{source.Path}: no scenario: a program of scenarios makes a {nameof(ScenarioProgram)} and ends with `return await test.RunAsync(args);`");
        var process = await ProgramProcess.StartAsync(source.Path, context.Reporter, context.Cancel);
        context.Own(process);
        foreach (var one in process.Scenarios)
        {
            suite.Add(new()
            {
                Name = one.Name,
                Body = (inner, _) => process.RunAsync(one.Name, inner),
                Tags = one.Tags,
                Only = one.Only,
                Skip = one.Skip,
                SkipReason = one.SkipReason,
                TimeLimit = one.TimeLimitMs is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
                Retries = one.Retries,
                Line = one.Line,
            });
        }
    }
}
