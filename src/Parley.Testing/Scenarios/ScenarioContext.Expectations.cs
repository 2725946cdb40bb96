using System.Runtime.CompilerServices;
using Parley.Testing.Expectations;

namespace Parley.Testing.Scenarios;

/// <content>What a scenario asserts.</content>
public sealed partial class ScenarioContext
{
    private ExpectationScope? _scope;

    /// <summary>Where the assertions of the scenario are reported from; tasks that run beside each other take one each (<see cref="NewScope"/>).</summary>
    public ExpectationScope Scope => LazyInitializer.EnsureInitialized(ref _scope, NewScope);

    /// <summary>A scope for assertions, whose outcomes go to <see cref="Reporter"/>.</summary>
    public ExpectationScope NewScope() => new(one => Reporter.Assertion(one.Label, one.Expected, one.Ok, one.Actual));

    /// <summary>Begins an assertion about a value.</summary>
    /// <param name="actual">The value.</param>
    /// <param name="label">What it is; default: the expression.</param>
    public Expectation Expect(object? actual, [CallerArgumentExpression(nameof(actual))] string? label = null) => new(actual, label, Scope);

    /// <summary>Runs <paramref name="body"/> again and again until what it asserts is so. Its assertions are not reported, but for the last.</summary>
    /// <param name="body">What is tried.</param>
    /// <param name="within">How long. Default: <see cref="DefaultTimeout"/>.</param>
    /// <param name="scope">The scope its assertions use. Default: <see cref="Scope"/>.</param>
    /// <returns>What it returned.</returns>
    /// <exception cref="ExpectationException">It was not so in time.</exception>
    public Task<T> UntilAsync<T>(Func<CancellationToken, ValueTask<T>> body, TimeSpan? within = null, ExpectationScope? scope = null) =>
        Wait.UntilAsync(body, within ?? DefaultTimeout, scope ?? Scope, cancel: Cancel);

    /// <summary>Runs <paramref name="body"/> again and again until what it asserts is so.</summary>
    /// <param name="body">What is tried.</param>
    /// <param name="within">How long. Default: <see cref="DefaultTimeout"/>.</param>
    /// <exception cref="ExpectationException">It was not so in time.</exception>
    public Task UntilAsync(Action body, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        return UntilAsync(
            _ =>
            {
                body();
                return ValueTask.FromResult(true);
            },
            within);
    }
}
