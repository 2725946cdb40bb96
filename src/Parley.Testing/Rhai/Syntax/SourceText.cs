namespace Parley.Testing.Rhai.Syntax;

/// <summary>The text of one script file, and where its lines begin.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lines = [0];

    public SourceText(string name, string text)
    {
        Name = name;
        Text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                _lines.Add(i + 1);
        }
    }

    /// <summary>The file, as errors show it and as imports are relative to it.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>Line and column of an offset, both from 1; a column counts characters, so a pair of surrogates is one.</summary>
    public (int Line, int Column) PositionOf(int offset)
    {
        var line = LineIndex(offset);
        var column = 1;
        for (var i = _lines[line]; i < Math.Min(offset, Text.Length); i++)
        {
            if (!char.IsLowSurrogate(Text[i]))
                column++;
        }

        return (line + 1, column);
    }

    public string LineAt(int offset)
    {
        var line = LineIndex(offset);
        var end = line + 1 < _lines.Count ? _lines[line + 1] : Text.Length;
        return Text[_lines[line]..end].TrimEnd('\n', '\r');
    }

    private int LineIndex(int offset)
    {
        var found = _lines.BinarySearch(Math.Min(offset, Text.Length));
        return found >= 0 ? found : ~found - 1;
    }
}
