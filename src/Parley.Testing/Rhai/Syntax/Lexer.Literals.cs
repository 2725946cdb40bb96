using System.Globalization;
using System.Text;

namespace Parley.Testing.Rhai.Syntax;

internal sealed partial class Lexer
{
    /// <summary>The text of a template up to its end or its next expression; the offset is then behind the back-tick or the <c>${</c>.</summary>
    /// <param name="start">Where the template began, for the error of one without an end.</param>
    /// <param name="isFirst">A line end right behind the opening back-tick does not count.</param>
    public (string Text, bool IsLast) ReadTemplatePart(int start, bool isFirst)
    {
        if (isFirst && _at < _text.Length && _text[_at] == '\r')
            _at++;
        if (isFirst && _at < _text.Length && _text[_at] == '\n')
            _at++;
        var text = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            var character = _text[_at];
            if (character == '`')
            {
                _at++;
                if (_at >= _text.Length || _text[_at] != '`')
                    return (text.ToString(), true);
            }
            else if (character == '$' && _at + 1 < _text.Length && _text[_at + 1] == '{')
            {
                _at += 2;
                return (text.ToString(), false);
            }

            text.Append(character);
        }

        throw Error(start, "this string has no end: a ` is missing");
    }

    private Token Number()
    {
        var start = _at;
        if (_text[_at] == '0' && _at + 1 < _text.Length && char.ToLowerInvariant(_text[_at + 1]) is 'x' or 'o' or 'b')
            return Radix(start);
        SkipDigits();
        var isFloat = false;
        if (At('.') && !(_at + 1 < _text.Length && (_text[_at + 1] == '.' || IsNameStart(_text[_at + 1]))))
        {
            isFloat = true;
            _at++;
            SkipDigits();
        }

        if (_at < _text.Length && _text[_at] is 'e' or 'E' && HasExponent())
        {
            isFloat = true;
            _at += _text[_at + 1] is '+' or '-' ? 2 : 1;
            SkipDigits();
        }

        if (_at < _text.Length && IsNameStart(_text[_at]))
            throw Error(start, $"'{_text[start.._at]}{_text[_at]}…' is not a number");
        var digits = _text[start.._at].Replace("_", "", StringComparison.Ordinal);
        if (isFloat)
            return new Token(TokenKind.Float, digits, start, _at, BitConverter.DoubleToInt64Bits(double.Parse(digits, CultureInfo.InvariantCulture)));

        // The smallest integer is a minus and a number that is one too large; the parser puts them together.
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > 1UL << 63)
            throw Error(start, $"{digits} does not fit an integer of 64 bits");
        return new Token(TokenKind.Integer, digits, start, _at, unchecked((long)value));
    }

    private Token Radix(int start)
    {
        var bits = char.ToLowerInvariant(_text[_at + 1]) switch { 'x' => 4, 'o' => 3, _ => 1 };
        _at += 2;
        var digits = _at;
        ulong value = 0;
        for (; _at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'); _at++)
        {
            if (_text[_at] == '_')
                continue;
            var digit = char.IsAsciiHexDigit(_text[_at]) ? Convert.ToInt32(_text[_at].ToString(), 16) : 99;
            if (digit >= 1 << bits)
                throw Error(_at, $"'{_text[_at]}' is not a digit of this number");
            if (value >> (64 - bits) != 0)
                throw Error(start, "this number does not fit an integer of 64 bits");
            value = (value << bits) | (uint)digit;
        }

        if (_at == digits)
            throw Error(start, "digits are missing behind the prefix of this number");
        return new Token(TokenKind.Integer, "0x", start, _at, unchecked((long)value));
    }

    private Token QuotedString()
    {
        var start = _at++;
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length || _text[_at] is '\n' or '\r')
                throw Error(start, "this string has no end: a \" is missing (a string of several lines stands between back-ticks)");
            var character = _text[_at++];
            if (character == '"')
            {
                if (!At('"'))
                    return new Token(TokenKind.String, text.ToString(), start, _at);
                _at++;
            }

            if (character == '\\' && _at < _text.Length && _text[_at] is '\r' or '\n')
                NextLine(start);
            else if (character == '\\')
                Escape(text);
            else
                text.Append(character);
        }
    }

    // A line that ends in a backslash goes on in the next one, below the first character of the string.
    private void NextLine(int start)
    {
        if (_text[_at] == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            _at++;
        _at++;
        for (var left = start - _text.LastIndexOf('\n', start); left > 0 && _at < _text.Length && _text[_at] is ' ' or '\t'; left--)
            _at++;
    }

    private bool IsRawString()
    {
        var end = _at;
        while (end < _text.Length && _text[end] == '#')
            end++;
        return end < _text.Length && _text[end] == '"';
    }

    // #"…"#, ##"…"##: nothing within has a meaning.
    private Token RawString()
    {
        var start = _at;
        while (_text[_at] == '#')
            _at++;
        var closing = "\"" + new string('#', _at - start);
        var end = _text.IndexOf(closing, _at + 1, StringComparison.Ordinal);
        if (end < 0)
            throw Error(start, $"this string has no end: {closing} is missing");
        var content = _text[(_at + 1)..end];
        _at = end + closing.Length;
        return new Token(TokenKind.String, content, start, _at);
    }

    private Token CharacterLiteral()
    {
        var start = _at++;
        var text = new StringBuilder();
        if (_at < _text.Length && _text[_at] == '\\')
        {
            _at++;
            Escape(text);
        }
        else if (_at < _text.Length && _text[_at] is not ('\'' or '\n' or '\r'))
        {
            text.Append(CharacterAt(_at));
            _at += text.Length;
        }

        if (!At('\'') || text.Length == 0 || Rune.DecodeFromUtf16(text.ToString(), out var rune, out var used) != System.Buffers.OperationStatus.Done || used != text.Length)
            throw Error(start, "one character stands between ' and '; strings stand between \" and \"");
        _at++;
        return new Token(TokenKind.Character, text.ToString(), start, _at, rune.Value);
    }

    private void Escape(StringBuilder text)
    {
        var start = _at - 1;
        var kind = _at < _text.Length ? _text[_at++] : '\0';
        switch (kind)
        {
            case '\\' or '"' or '\'' or '`':
                text.Append(kind);
                break;
            case 't':
                text.Append('\t');
                break;
            case 'n':
                text.Append('\n');
                break;
            case 'r':
                text.Append('\r');
                break;
            case 'x':
                Scalar(text, start, 2);
                break;
            case 'u':
                Scalar(text, start, 4);
                break;
            case 'U':
                Scalar(text, start, 8);
                break;
            default:
                throw Error(start, $"'\\{(kind == '\0' ? ' ' : kind)}' is no escape (\\\\ \\\" \\' \\t \\n \\r \\xHH \\uHHHH \\UHHHHHHHH)");
        }
    }

    private void Scalar(StringBuilder text, int start, int digits)
    {
        if (_at + digits > _text.Length || !uint.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.IsValid(value))
            throw Error(start, $"{digits} hexadecimal digits of a Unicode character belong here");
        _at += digits;
        text.Append(new Rune(value).ToString());
    }

    private bool HasExponent()
    {
        var next = _at + 1;
        if (next < _text.Length && _text[next] is '+' or '-')
            next++;
        return next < _text.Length && char.IsAsciiDigit(_text[next]);
    }

    private void SkipDigits()
    {
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '_'))
            _at++;
    }

    private bool At(char character) => _at < _text.Length && _text[_at] == character;
}
