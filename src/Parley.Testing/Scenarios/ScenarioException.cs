namespace Parley.Testing.Scenarios;

/// <summary>Something in a scenario went wrong; the message is for whoever wrote it.</summary>
public class ScenarioException : Exception
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="inner">What it came from.</param>
    public ScenarioException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The scenario is not to be run any further, which is no failure.</summary>
public sealed class ScenarioSkipException : Exception
{
    /// <summary>Ends a scenario as skipped.</summary>
    /// <param name="reason">Why; null for no reason.</param>
    public ScenarioSkipException(string? reason = null)
        : base(reason is null ? "skipped" : $"skipped: {reason}") => Reason = reason;

    /// <summary>Why, if that was said.</summary>
    public string? Reason { get; }
}

/// <summary>A run was asked for in a way that makes no sense: a path that is not there, a filter that is no expression.</summary>
public sealed class ScenarioUsageException : Exception
{
    /// <summary>Says what made no sense, and what would.</summary>
    /// <param name="message">What made no sense, and what would.</param>
    public ScenarioUsageException(string message)
        : base(message)
    {
    }
}
