using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Syntax;

/// <summary>Words become a tree: recursive descent for statements, precedence climbing for operators.</summary>
internal sealed partial class Parser
{
    // Nesting of the text: each level is some frames of the parser's own stack.
    private const int MaxDepth = 64;

    // Left-leaning chains (a + b + c…, a.b().c()…) are not nested text, but the evaluator walks down them.
    private const int MaxChain = 96;

    private readonly SourceText _source;
    private readonly Lexer _lexer;
    private readonly List<FunctionSyntax> _functions = [];
    private readonly List<CallSyntax> _calls = [];
    private HashSet<string> _called = [];
    private Token _token;
    private int _lastEnd;
    private int _depth;

    private Parser(SourceText source)
    {
        _source = source;
        _lexer = new Lexer(source);
        _token = _lexer.Next();
    }

    /// <exception cref="RhaiException">The text is not a script.</exception>
    public static ScriptSyntax Parse(SourceText source)
    {
        var parser = new Parser(source);
        var statements = parser.Statements("the end of the script", static token => token.Kind == TokenKind.End);
        var main = new FunctionSyntax(0, "", [], new BlockSyntax(0, statements)) { Calls = parser._called };
        return new ScriptSyntax(source, main, parser._functions) { Calls = parser._calls };
    }

    private Token Take()
    {
        var token = _token;
        _lastEnd = token.End;
        _token = _lexer.Next();
        return token;
    }

    private bool TryTake(string word)
    {
        if (!_token.Is(word))
            return false;
        Take();
        return true;
    }

    private Token Expect(string word, string why)
    {
        if (_token.Is(word))
            return Take();

        // What is missing at the end of a line is missing there, not where the next line begins.
        var isMissing = word is ";" or ")" or "]" or "}" or ",";
        var meant = _token.Kind == TokenKind.Identifier ? NearestName.Hint(_token.Text, [word]) : "";
        throw Error(isMissing && _token.Kind == TokenKind.End ? _lastEnd : _token.Start, $"expected '{word}' {why}, but found {_token.Shown}{Hint(_token.Text)}{meant}");
    }

    private string Name(string what)
    {
        if (_token.Kind == TokenKind.Identifier && !Words.Reserved.Contains(_token.Text))
            return Take().Text;
        if (_token.Kind is TokenKind.Keyword or TokenKind.Identifier)
            throw Error(_token.Start, $"'{_token.Text}' is a reserved word and cannot be {what}{Hint(_token.Text)}");
        throw Error(_token.Start, $"expected {what}, but found {_token.Shown}");
    }

    // Behind a dot and in a map every word is a name.
    private string MemberName(string what)
    {
        if (_token.Kind is TokenKind.Identifier or TokenKind.Keyword)
            return Take().Text;
        throw Error(_token.Start, $"expected {what}, but found {_token.Shown}");
    }

    private bool PeekIs(string word)
    {
        var offset = _lexer.Offset;
        var isIt = _lexer.Next().Is(word);
        _lexer.Offset = offset;
        return isIt;
    }

    private T Nested<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth)
            throw Error(_token.Start, $"expression or block is nested deeper than {MaxDepth} levels");
        var result = parse();
        _depth--;
        return result;
    }

    private static string Hint(string word) => Words.Hint(word) is { } hint ? $": {hint}" : "";

    private RhaiException Error(int offset, string text) => RhaiException.Syntax(_source, offset, text);
}
