namespace Parley.Testing.Rhai;

/// <summary>Something in a script that will fail when it is reached.</summary>
/// <param name="File">The script.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record RhaiProblem(string File, int Line, int Column, string Message)
{
    /// <summary>The name nobody knows.</summary>
    public string Name { get; init; } = "";
}
