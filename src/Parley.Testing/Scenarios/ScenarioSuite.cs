namespace Parley.Testing.Scenarios;

/// <summary>What a file declares while its top level runs. Not thread-safe; closed once the top level has ended.</summary>
public sealed class ScenarioSuite
{
    private readonly List<ScenarioDeclaration> _scenarios = [];
    private bool _closed;

    /// <summary>The scenarios in the order of their declaration.</summary>
    public IReadOnlyList<ScenarioDeclaration> Scenarios => _scenarios;

    internal Func<ScenarioContext, Task<object?>>? Setup { get; private set; }

    internal Func<ScenarioContext, object?, Task>? Teardown { get; private set; }

    /// <summary>Declares a scenario.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <exception cref="ArgumentException">It has no name, or another has the same.</exception>
    /// <exception cref="InvalidOperationException">The top level has ended.</exception>
    public void Add(ScenarioDeclaration scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        CheckOpen("scenario");
        if (string.IsNullOrWhiteSpace(scenario.Name))
            throw new ArgumentException("a scenario needs a name", nameof(scenario));
        // Reports, filters and retries find a scenario by its name: of two with one name the second would never be seen.
        if (_scenarios.Exists(one => one.Name == scenario.Name))
            throw new ArgumentException($"scenario `{scenario.Name}` is declared twice", nameof(scenario));
        _scenarios.Add(scenario);
    }

    /// <summary>Says what runs before each scenario. The last one said counts.</summary>
    /// <param name="setup">Its result is given to scenario and teardown.</param>
    /// <exception cref="InvalidOperationException">The top level has ended.</exception>
    public void SetSetup(Func<ScenarioContext, Task<object?>> setup)
    {
        CheckOpen("setup");
        Setup = setup;
    }

    /// <summary>Says what runs after each scenario whose setup has succeeded. The last one said counts.</summary>
    /// <param name="teardown">Given what setup returned. What it throws is noted and changes nothing.</param>
    /// <exception cref="InvalidOperationException">The top level has ended.</exception>
    public void SetTeardown(Func<ScenarioContext, object?, Task> teardown)
    {
        CheckOpen("teardown");
        Teardown = teardown;
    }

    internal void Close() => _closed = true;

    /// <summary>Takes over what another has.</summary>
    internal void Take(ScenarioSuite other)
    {
        _scenarios.AddRange(other._scenarios);
        (Setup, Teardown) = (other.Setup, other.Teardown);
    }

    private void CheckOpen(string what)
    {
        if (_closed)
            throw new InvalidOperationException($"{what}(…) belongs to the top level of a file, not into a scenario");
    }
}
