using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Parley.Cli.Terminal;

namespace Parley.Cli.Configuration;

/// <summary>
/// Reads the part of TOML that small settings files are written in: <c>key = value</c>, <c>[table]</c>, <c>[[list of tables]]</c>, comments; texts in one line, whole numbers, true and
/// false, lists of these. Anything else is named with its line.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="file">The file's name, for messages.</param>
internal sealed class TomlReader(string text, string file)
{
    // Lists within lists: far more than any real file has, and no stack's worth.
    private const int MaxDepth = 16;

    private int _at;
    private int _line = 1;

    /// <summary>The file as a JSON object.</summary>
    /// <exception cref="CommandException">It has something in it that is not understood.</exception>
    public JsonObject Read()
    {
        var root = new JsonObject();
        var table = root;
        for (SkipLines(); _at < text.Length; SkipLines())
        {
            if (TryTake("[["))
                table = Entry(root, HeaderKey("]]"));
            else if (TryTake("["))
                table = Add(root, HeaderKey("]"), new JsonObject());
            else
                Pair(table);
            SkipSpaces();
            if (_at < text.Length && text[_at] is not ('\n' or '\r' or '#'))
                throw Fault($"'{text[_at]}' is not expected behind this; the line has to end");
        }

        return root;
    }

    private string HeaderKey(string end)
    {
        SkipSpaces();
        var key = Key();
        SkipSpaces();
        return TryTake(end) ? key : throw Fault($"'{end}' is missing behind [{key}; tables within tables are not read");
    }

    private JsonObject Entry(JsonObject root, string key)
    {
        var list = root[key] is null ? Add(root, key, new JsonArray()) : root[key] as JsonArray ?? throw Fault($"'{key}' is no list of tables");
        var entry = new JsonObject();
        list.Add((JsonNode)entry);
        return entry;
    }

    private void Pair(JsonObject table)
    {
        var key = Key();
        SkipSpaces();
        if (!TryTake("="))
            throw Fault($"'=' is missing behind '{key}'");
        SkipSpaces();
        Add(table, key, Value(0));
    }

    private T Add<T>(JsonObject table, string key, T value)
        where T : JsonNode
    {
        if (!table.TryAdd(key, value))
            throw Fault($"'{key}' stands twice");
        return value;
    }

    private string Key()
    {
        if (_at < text.Length && text[_at] is '"' or '\'')
            return Text();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-'))
            _at++;
        return _at > start ? text[start.._at] : throw Fault("a key is expected here: letters, digits, _ and -");
    }

    private JsonNode Value(int depth)
    {
        if (depth > MaxDepth)
            throw Fault("lists are nested too deep");
        if (_at < text.Length && text[_at] is '"' or '\'')
            return Text();
        if (TryTake("["))
            return List(depth);
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '+' or '.' or ':'))
            _at++;
        var word = text[start.._at];
        if (word is "true" or "false")
            return word == "true";
        return long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fault("a text in quotes, a whole number, true, false or a list of these is expected here");
    }

    private JsonArray List(int depth)
    {
        var list = new JsonArray();
        for (SkipLines(); !TryTake("]"); SkipLines())
        {
            list.Add(Value(depth + 1));
            SkipLines();
            if (!TryTake(",") && (_at >= text.Length || text[_at] != ']'))
                throw Fault("',' or ']' is missing in this list");
        }

        return list;
    }

    private string Text()
    {
        var quote = text[_at++];
        if (_at + 1 < text.Length && text[_at] == quote && text[_at + 1] == quote)
            throw Fault("texts of several lines are not read");
        var content = new StringBuilder();
        while (true)
        {
            if (_at >= text.Length || text[_at] is '\n' or '\r')
                throw Fault($"this text has no end: {quote} is missing");
            var character = text[_at++];
            if (character == quote)
                return content.ToString();
            content.Append(character == '\\' && quote == '"' ? Escaped() : character);
        }
    }

    private char Escaped()
    {
        var kind = _at < text.Length ? text[_at++] : '\0';
        return kind switch
        {
            '"' or '\\' => kind,
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'u' when _at + 4 <= text.Length && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) => Taken(code),
            _ => throw Fault($"'\\{kind}' is no escape here: \\\" \\\\ \\t \\n \\r \\uHHHH"),
        };

        char Taken(ushort code)
        {
            _at += 4;
            return (char)code;
        }
    }

    private void SkipSpaces()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
    }

    // White space, line ends and comments.
    private void SkipLines()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n' or '#')
        {
            if (text[_at] == '#')
                _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
            else if (text[_at++] == '\n')
                _line++;
        }
    }

    private bool TryTake(string symbol)
    {
        if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0)
            return false;
        _at += symbol.Length;
        return true;
    }

    private CommandException Fault(string what) => CommandException.Usage($"{file}, line {_line}: {what}.");
}
