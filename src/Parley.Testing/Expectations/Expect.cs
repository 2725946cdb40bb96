using System.Runtime.CompilerServices;

namespace Parley.Testing.Expectations;

/// <summary>Expectations in C#: <c>Expect.That(alice.State).IsEqualTo(AgentState.Established)</c>.</summary>
public static class Expect
{
    /// <summary>Begins an expectation of a value.</summary>
    /// <param name="actual">The value.</param>
    /// <param name="label">What it is, for messages. Default the expression it was made of.</param>
    public static Expectation That(object? actual, [CallerArgumentExpression(nameof(actual))] string? label = null) => new(actual, label);
}
