using Parley.Testing.Expectations;

namespace Parley.Testing.Agents;

/// <summary>An agent cannot be made as asked, or cannot do what it is told, and waiting does not change that.</summary>
public sealed class AgentException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What is wrong, of which agent, and what would be right.</param>
    /// <param name="inner">What it came from. Default none.</param>
    public AgentException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static AgentException Of(string agent, string problem, Exception? inner = null) => new($"agent `{agent}`: {problem}", inner);
}

/// <summary>An agent cannot do what it is told as things stand: it has no call, or none that rings. That may be otherwise in a moment.</summary>
public sealed class AgentStateException : NotYetException
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What is missing, of which agent.</param>
    /// <param name="inner">What it came from. Default none.</param>
    public AgentStateException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static AgentStateException Of(string agent, string problem, Exception? inner = null) => new($"agent `{agent}`: {problem}", inner);
}
