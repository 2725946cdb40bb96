using System.Text;

namespace Parley.Testing.Rhai.Syntax;

internal sealed partial class Parser
{
    private SyntaxNode Primary()
    {
        var at = _token.Start;
        switch (_token.Kind)
        {
            case TokenKind.Integer:
                return Integer();
            case TokenKind.Float:
                return new LiteralSyntax(at, BitConverter.Int64BitsToDouble(Take().Number));
            case TokenKind.String:
                return new LiteralSyntax(at, Take().Text);
            case TokenKind.Character:
                return new LiteralSyntax(at, new Rune((int)Take().Number));
            case TokenKind.Template:
                return Nested(Template);
            case TokenKind.Identifier:
                return NameOrCall();
            case TokenKind.Keyword:
                return KeywordExpression();
            case TokenKind.Symbol:
                return Bracketed();
            default:
                throw Error(_lastEnd, "expected a value, but the script ends here");
        }
    }

    private SyntaxNode KeywordExpression()
    {
        var at = _token.Start;
        switch (_token.Text)
        {
            case "true" or "false":
                return new LiteralSyntax(at, Take().Text == "true");
            case "this":
                Take();
                return new ThisSyntax(at);
            case "if":
                return If();
            case "switch":
                return Switch();
            case "while":
                return While();
            case "loop":
                return Loop();
            case "do":
                return Do();
            case "for":
                return For();
            case "try":
                return Try();
            case "break" or "continue" or "return":
                return Jump();
            case "fn":
                throw Error(at, "functions are declared outside blocks; use a closure: |x| …");
            default:
                throw Error(at, $"expected a value, but found '{_token.Text}'");
        }
    }

    private SyntaxNode Bracketed()
    {
        var at = _token.Start;
        switch (_token.Text)
        {
            case "(":
                Take();
                if (TryTake(")"))
                    return new LiteralSyntax(at, null);
                var inner = Expression();
                Expect(")", "behind the expression");

                // Brackets make a value of what could be a statement.
                return inner.EndsInBlock ? new UnarySyntax(at, "()", inner) : inner;
            case "[":
                Take();
                return new ArraySyntax(at, Arguments("]"));
            case "#{":
                return Map();
            case "{":
                return Block("a block");
            case "|" or "||":
                return Closure();
            default:
                throw Error(at, $"expected a value, but found '{_token.Text}'{Hint(_token.Text)}");
        }
    }

    private LiteralSyntax Integer()
    {
        var token = Take();

        // 2^63 is no integer, -2^63 is one.
        if (token.Number == long.MinValue && token.Text != "0x" && (token.Start == 0 || _source.Text[token.Start - 1] != '-'))
            throw Error(token.Start, $"{token.Text} does not fit an integer of 64 bits");
        return new LiteralSyntax(token.Start, token.Number);
    }

    private SyntaxNode Template()
    {
        // The token behind the back-tick is not read ahead: what follows is text.
        var start = _token.Start;
        _lexer.Offset = _token.End;
        var parts = new List<SyntaxNode>();
        for (var isFirst = true; ; isFirst = false)
        {
            var at = _lexer.Offset;
            var (text, isLast) = _lexer.ReadTemplatePart(start, isFirst);
            if (text.Length > 0)
                parts.Add(new LiteralSyntax(at, text));
            if (isLast)
                break;
            var open = _lexer.Offset - 2;
            _token = _lexer.Next();
            var statements = Statements("'}'", static token => token.Is("}") || token.Kind == TokenKind.End);
            if (_token.Kind == TokenKind.End)
                throw Error(open, "this '${' has no '}'");
            parts.Add(new BlockSyntax(open, statements));
            _lexer.Offset = _token.End;
        }

        _lastEnd = _lexer.Offset;
        _token = _lexer.Next();
        return parts is [] ? new LiteralSyntax(start, "") : parts is [LiteralSyntax only] ? only : new TemplateSyntax(start, parts);
    }

    private SyntaxNode NameOrCall()
    {
        var at = _token.Start;
        var modules = new List<string>();
        var name = Name("a value");
        while (TryTake("::"))
        {
            modules.Add(name);
            at = _token.Start;
            name = Name("the name of something in a module");
        }

        if (_token.Is("!") && _lexer.Offset < _source.Text.Length && _source.Text[_lexer.Offset] == '(')
            throw Error(_token.Start, $"not supported: {name}!(…) runs a function on the caller's variables; pass them as arguments");
        if (TryTake("("))
        {
            _called.Add(modules.Count > 0 ? "::" : name);
            var call = new CallSyntax(at, modules, name, Arguments(")"));
            _calls.Add(call);
            return call;
        }

        return modules.Count > 0 ? new PathSyntax(at, modules, name) : new NameSyntax(at, name);
    }

    private MapSyntax Map()
    {
        var at = Take().Start;
        var entries = new List<KeyValuePair<string, SyntaxNode>>();
        while (!TryTake("}"))
        {
            var start = _token.Start;
            var key = _token.Kind == TokenKind.String ? Take().Text : MemberName("a key or '}'");
            if (entries.Exists(entry => entry.Key == key))
                throw Error(start, $"key '{key}' stands twice in this map");
            Expect(":", "behind a key");
            entries.Add(new(key, Expression()));
            if (!_token.Is("}"))
                Expect(",", "or '}' behind an entry");
        }

        return new MapSyntax(at, entries);
    }

    private ClosureSyntax Closure()
    {
        var at = _token.Start;
        var isEmpty = Take().Text == "||";
        var parameters = isEmpty ? [] : Parameters("|");
        var outer = _called;
        var loops = _loopDepth;
        _called = [];
        _loopDepth = 0;
        _functionDepth++;

        // A body in braces ends with them: what follows is done with the closure.
        var body = _token.Is("{") ? Block("the body of a closure") : Nested(Statement);
        _functionDepth--;
        _loopDepth = loops;
        var calls = _called;

        // Who makes a closure may call it: what waits within it may wait there.
        outer.UnionWith(calls);
        _called = outer;
        return new ClosureSyntax(at, new FunctionSyntax(at, "", parameters, body) { Calls = calls });
    }
}
