namespace Parley.Testing.Scenarios;

/// <summary>A language in which scenario files are written.</summary>
public interface IScenarioFrontEnd
{
    /// <summary>The files it reads, by the end of their names with the dot: <c>.rhai</c>.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>Parses a file and runs nothing of it.</summary>
    /// <param name="source">The file.</param>
    /// <returns>What it declares, as far as that can be read without running it.</returns>
    /// <exception cref="ScenarioSourceException">It does not parse.</exception>
    ScenarioOutline Inspect(ScenarioSource source);

    /// <summary>
    /// Runs the top level of a file once, which declares its scenarios. Where the outline has none, the top level is the scenario, and <paramref name="context"/> that scenario's.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="suite">Takes what is declared.</param>
    /// <param name="context">What the top level may use.</param>
    Task LoadAsync(ScenarioSource source, ScenarioSuite suite, ScenarioContext context);
}

/// <summary>A scenario file.</summary>
/// <param name="Path">Where it is, from the root of the file system.</param>
/// <param name="Text">What stands in it.</param>
public sealed record ScenarioSource(string Path, string Text);

/// <summary>What can be said of a file without running it.</summary>
public sealed record ScenarioOutline
{
    /// <summary>True when a call of <c>scenario</c> stands in it; otherwise the file as a whole is one scenario. In a folder such files are left out: they are modules.</summary>
    public required bool DeclaresScenarios { get; init; }

    /// <summary>The names of its scenarios that are written out; a name that is computed is not among them.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
