namespace Parley.Testing.Expectations;

/// <summary>An expectation that was not met. Its message says what was expected and what was seen.</summary>
public sealed class ExpectationException : NotYetException
{
    /// <summary>Creates one that reads <c>[label: ]expected …, but was …</c>.</summary>
    /// <param name="label">What was looked at; null for nothing in particular.</param>
    /// <param name="expected">What was expected of it, e.g. <c>equals 5</c>.</param>
    /// <param name="actual">What it was.</param>
    public ExpectationException(string? label, string expected, string actual)
        : base(TextOf(label, expected, actual)) => (Label, Expected, Actual) = (label, expected, actual);

    /// <summary>Creates one with a message of its own.</summary>
    /// <param name="message">What was wanted and what was found.</param>
    /// <param name="inner">What it came from. Default none.</param>
    public ExpectationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What was looked at; null when that was not said.</summary>
    public string? Label { get; }

    /// <summary>What was expected, e.g. <c>equals 5</c>; null for a message of its own.</summary>
    public string? Expected { get; }

    /// <summary>What it was; null for a message of its own.</summary>
    public string? Actual { get; }

    private static string TextOf(string? label, string expected, string actual) =>
        $"{(label is null ? "" : label + ": ")}expected {expected}, but was {actual}";
}
