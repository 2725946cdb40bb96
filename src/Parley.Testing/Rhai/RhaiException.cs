using System.Globalization;
using System.Text;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai;

/// <summary>A script that does not parse, or stopped: what was wrong, and where.</summary>
public sealed class RhaiException : Exception
{
    // A deep recursion fails with one line for each level; more than these tell nothing new.
    private const int MaxTrace = 16;

    private readonly List<string> _trace = [];
    private SourceText? _source;
    private int _offset;
    private bool _isImported;

    internal RhaiException(RhaiErrorKind kind, string text, Exception? inner = null)
        : base(text, inner)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>What kind of thing stopped the script.</summary>
    public RhaiErrorKind Kind { get; }

    /// <summary>What was wrong, without the place.</summary>
    public string Text { get; }

    /// <summary>The file, as it was named when the script was read; null as long as the place is unknown.</summary>
    public string? File => _source?.Name;

    /// <summary>The line, from 1; 0 when unknown.</summary>
    public int Line => _source?.PositionOf(_offset).Line ?? 0;

    /// <summary>The column in characters, from 1; 0 when unknown.</summary>
    public int Column => _source?.PositionOf(_offset).Column ?? 0;

    /// <summary>The text of the line; null when unknown.</summary>
    public string? SourceLine => _source?.LineAt(_offset);

    /// <summary>What was wrong, with line and position.</summary>
    public override string Message => _source is null
        ? Text
        : string.Create(CultureInfo.InvariantCulture, $"{Text} ({(_isImported ? Path.GetFileName(_source.Name) + ", " : "")}line {Line}, position {Column})");

    /// <summary>What the script threw; unit for other kinds.</summary>
    internal Value Thrown { get; init; }

    /// <summary>Which of the interpreter's errors it is, as a script's <c>catch</c> sees it.</summary>
    internal string Name { get; init; } = "ErrorRuntime";

    internal bool IsCatchable => Kind is not (RhaiErrorKind.Limit or RhaiErrorKind.Stopped or RhaiErrorKind.Signal or RhaiErrorKind.Syntax);

    /// <summary>The error as people like to read it: place, message, the line with a caret, and through which functions it was reached.</summary>
    /// <returns>Several lines of text, the last without a line end.</returns>
    public string Describe()
    {
        if (_source is null)
            return Text;
        var text = new StringBuilder();
        var line = _source.LineAt(_offset);
        var (shown, caret) = Shorten(line, Column - 1);
        var number = Line.ToString(CultureInfo.InvariantCulture).PadLeft(5);
        text.Append(CultureInfo.InvariantCulture, $"{_source.Name}:{Line}:{Column}: {Text}\n{number} | {shown}\n{new string(' ', number.Length)} | ");
        foreach (var character in shown.AsSpan(0, Math.Min(caret, shown.Length)))
            text.Append(character == '\t' ? '\t' : ' ');
        text.Append('^');
        foreach (var call in _trace)
            text.Append("\n      ").Append(call);
        return text.ToString();
    }

    internal static RhaiException Syntax(SourceText source, int offset, string text) =>
        new(RhaiErrorKind.Syntax, text) { _source = source, _offset = offset, Name = "ErrorParsing" };

    /// <summary>Gives the error its place unless it has one. Made for exception filters: always false.</summary>
    internal bool Locate(SourceText source, int offset, bool isImported)
    {
        if (_source is null)
        {
            _source = source;
            _offset = offset;
            _isImported = isImported;
        }

        return false;
    }

    /// <summary>Notes a call the error passed through. Made for exception filters: always false.</summary>
    internal bool Through(string function, SourceText source, int offset)
    {
        if (_trace.Count < MaxTrace)
            _trace.Add(string.Create(CultureInfo.InvariantCulture, $"in {function}, called at {source.Name}:{source.PositionOf(offset).Line}:{source.PositionOf(offset).Column}"));
        return false;
    }

    /// <summary>Another text for the same place.</summary>
    internal RhaiException Restated(string text, Exception inner) =>
        new(Kind == RhaiErrorKind.Thrown ? RhaiErrorKind.Runtime : Kind, text, inner) { _source = _source, _offset = _offset, _isImported = _isImported, Name = Name };

    // A line of some kilobytes would hide the caret.
    private static (string Shown, int Caret) Shorten(string line, int caret)
    {
        const int width = 160;
        if (line.Length <= width)
            return (line, caret);
        var start = Math.Clamp(caret - (width / 2), 0, line.Length - width);
        return (line.Substring(start, width), caret - start);
    }
}
