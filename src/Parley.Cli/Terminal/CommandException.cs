namespace Parley.Cli.Terminal;

/// <summary>The end of a command with one line for the user: what was wrong and what would be right.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Failure) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;

    public static CommandException Usage(string message) => new(message, Terminal.ExitCode.Usage);
}
