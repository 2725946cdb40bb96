namespace Parley.Testing.Expectations;

/// <summary>One expectation that was looked at, for reports.</summary>
/// <param name="Label">What was looked at; null when that was not said.</param>
/// <param name="Expected">What was expected, e.g. <c>equals 5</c>.</param>
/// <param name="Ok">Whether it was so.</param>
/// <param name="Actual">What it was.</param>
public sealed record AssertionRecord(string? Label, string Expected, bool Ok, string Actual);
