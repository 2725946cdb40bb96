using System.Globalization;

namespace Parley.Testing.Scenarios;

/// <summary>A scenario file that does not parse.</summary>
public sealed class ScenarioSourceException : Exception
{
    /// <summary>Says what is wrong, and where.</summary>
    /// <param name="message">What is wrong, without the place.</param>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    /// <param name="sourceLine">The text of that line; null when it is not at hand.</param>
    public ScenarioSourceException(string message, string path, int line, int column, string? sourceLine = null)
        : base(message) => (Path, Line, Column, SourceLine) = (path, line, column, sourceLine);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>The column, from 1.</summary>
    public int Column { get; }

    /// <summary>The text of the line; null when it is not at hand.</summary>
    public string? SourceLine { get; }

    /// <summary>The place, what is wrong, and the line with a caret below the column.</summary>
    public string Describe()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}:{Column}: {Message}");
        if (SourceLine is null)
            return text;
        // Tabs stay tabs, so that the caret is below its column however wide they are shown.
        var margin = string.Concat(SourceLine.Take(Math.Max(0, Column - 1)).Select(c => c == '\t' ? '\t' : ' '));
        return $"{text}\n  {SourceLine}\n  {margin}^";
    }
}
