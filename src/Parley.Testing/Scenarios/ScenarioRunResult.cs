namespace Parley.Testing.Scenarios;

/// <summary>How a run ended, in numbers.</summary>
/// <param name="Files">How many files had anything to run.</param>
/// <param name="FailedFiles">In how many something failed.</param>
/// <param name="Scenarios">How many scenarios there were; a file without any counts as one.</param>
/// <param name="Passed">How many passed.</param>
/// <param name="Failed">How many failed; a file whose top level fails counts as one.</param>
/// <param name="Skipped">How many were skipped.</param>
public sealed record ScenarioRunResult(int Files, int FailedFiles, int Scenarios, int Passed, int Failed, int Skipped)
{
    /// <summary>True when there was something to run and nothing failed.</summary>
    public bool IsSuccess => Files > 0 && FailedFiles == 0;

    /// <summary>What people are told when it is no success; null when it is.</summary>
    public string? Fault => IsSuccess ? null : Files == 0 ? "no scenario to run: nothing matches" : $"{FailedFiles}/{Files} files failed";
}
