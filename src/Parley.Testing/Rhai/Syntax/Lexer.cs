namespace Parley.Testing.Rhai.Syntax;

/// <summary>Cuts a script into words, one at a time, so that the parser can say when a template's text goes on.</summary>
internal sealed partial class Lexer
{
    private readonly SourceText _source;
    private readonly string _text;
    private int _at;

    public Lexer(SourceText source)
    {
        _source = source;
        _text = source.Text;
        if (_text.StartsWith('\uFEFF'))
            _at = 1;
    }

    /// <summary>Where the next word is looked for. Set to go back.</summary>
    public int Offset
    {
        get => _at;
        set => _at = value;
    }

    public Token Next()
    {
        SkipSpace();
        if (_at >= _text.Length)
            return new Token(TokenKind.End, "", _text.Length, _text.Length);
        var start = _at;
        var first = _text[_at];
        if (char.IsAsciiDigit(first))
            return Number();
        if (IsNameStart(first))
            return Name(start);
        switch (first)
        {
            case '"':
                return QuotedString();
            case '\'':
                return CharacterLiteral();
            case '`':
                _at++;
                return new Token(TokenKind.Template, "`", start, _at);
            case '#' when IsRawString():
                return RawString();
        }

        foreach (var symbol in Words.Symbols)
        {
            if (!_text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal))
                continue;
            _at += symbol.Length;
            return new Token(TokenKind.Symbol, symbol, start, _at);
        }

        throw Error(start, $"unexpected character '{CharacterAt(start)}'");
    }

    private Token Name(int start)
    {
        while (_at < _text.Length && IsNamePart(_text[_at]))
            _at++;
        var name = _text[start.._at];
        return new Token(Words.Keywords.Contains(name) ? TokenKind.Keyword : TokenKind.Identifier, name, start, _at);
    }

    private void SkipSpace()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]))
                _at++;
            else if (_text.AsSpan(_at).StartsWith("//") || IsInterpreterLine())
                SkipLine();
            else if (_text.AsSpan(_at).StartsWith("/*"))
                SkipComment();
            else
                return;
        }
    }

    // The first line of an executable script, and #![…] wherever a snippet was pasted: nothing else begins like this.
    private bool IsInterpreterLine() =>
        _text.AsSpan(_at).StartsWith("#!") && (_at == 0 || _text[_at - 1] == '\uFEFF' || (_text[_at - 1] == '\n' && _text.AsSpan(_at).StartsWith("#![")));

    private void SkipLine()
    {
        var end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end + 1;
    }

    // Comments nest.
    private void SkipComment()
    {
        var start = _at;
        var depth = 0;
        do
        {
            if (_at + 1 >= _text.Length)
                throw Error(start, "this comment has no end: */ is missing");
            if (_text[_at] == '/' && _text[_at + 1] == '*')
            {
                depth++;
                _at++;
            }
            else if (_text[_at] == '*' && _text[_at + 1] == '/')
            {
                depth--;
                _at++;
            }

            _at++;
        }
        while (depth > 0);
    }

    private static bool IsNameStart(char character) => char.IsAsciiLetter(character) || character == '_' || (character > 127 && char.IsLetter(character));

    private static bool IsNamePart(char character) => IsNameStart(character) || char.IsAsciiDigit(character) || (character > 127 && char.IsLetterOrDigit(character));

    private string CharacterAt(int offset) =>
        _text.Substring(offset, offset + 1 < _text.Length && char.IsSurrogatePair(_text, offset) ? 2 : 1);

    private RhaiException Error(int offset, string text) => RhaiException.Syntax(_source, offset, text);
}
