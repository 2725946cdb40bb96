using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Syntax;

internal sealed partial class Parser
{
    private int _functionDepth;

    private List<SyntaxNode> Statements(string end, Func<Token, bool> isEnd)
    {
        var statements = new List<SyntaxNode>();
        while (!isEnd(_token))
        {
            if (TryTake(";"))
                continue;

            if (IsFunction())
            {
                Function();
                continue;
            }

            var statement = Statement();
            statements.Add(statement);
            if (!TryTake(";") && !isEnd(_token) && !statement.EndsInBlock)
                throw Error(_token.Kind == TokenKind.End ? _lastEnd : _token.Start, $"expected ';' or {end}, but found {_token.Shown}{Meant(statement)}");
        }

        return statements;
    }

    // A name that stands alone with something behind it is a misspelt keyword, as a rule.
    private string Meant(SyntaxNode statement)
    {
        if (Hint(_token.Text) is { Length: > 0 } found)
            return found;
        if (statement is not NameSyntax { Name: { Length: > 2 } name })
            return "";
        return Hint(name) is { Length: > 0 } other ? other : NearestName.Hint(name, Words.Keywords);
    }

    private BlockSyntax Block(string of)
    {
        var open = Expect("{", $"to begin {of}");
        return Nested(() =>
        {
            var statements = Statements("'}'", static token => token.Is("}") || token.Kind == TokenKind.End);
            if (_token.Kind == TokenKind.End)
                throw Error(open.Start, "this '{' has no '}'");
            Take();
            return new BlockSyntax(open.Start, statements);
        });
    }

    private SyntaxNode Statement()
    {
        var at = _token.Start;
        if (_token.Kind == TokenKind.Keyword)
        {
            switch (_token.Text)
            {
                case "let" or "const":
                    return Let(isExported: false);
                case "export":
                    return Export();
                case "import":
                    return Import();
                case "throw":
                    Take();
                    return new ThrowSyntax(at, OptionalValue());
            }
        }

        return AssignmentOf(Expression(isStatement: true));
    }

    private SyntaxNode AssignmentOf(SyntaxNode target)
    {
        var at = _token.Start;
        if (_token.Kind != TokenKind.Symbol || !_token.Text.EndsWith('=') || _token.Text is "==" or "!=" or "<=" or ">=" or "..=")
            return target;
        if (target is not (NameSyntax or ThisSyntax or IndexSyntax { IsOptional: false } or MemberSyntax { IsOptional: false }))
            throw Error(target.At, "only a variable, an element or a property can be assigned to");
        var symbol = Take().Text;
        return new AssignSyntax(at, symbol == "=" ? null : symbol[..^1], target, Expression());
    }

    private LetSyntax Let(bool isExported)
    {
        var at = _token.Start;
        var isConstant = Take().Text == "const";
        if (_token.Is("(") || _token.Is("["))
            throw Error(_token.Start, "one variable is declared at a time");
        at = _token.Start;
        var name = Name("a variable's name");
        var value = TryTake("=") ? Expression() : null;
        return new LetSyntax(at, name, value, isConstant, isExported);
    }

    private SyntaxNode Export()
    {
        var at = Take().Start;
        if (_functionDepth > 0)
            throw Error(at, "export stands outside functions");
        if (_token.Is("let") || _token.Is("const"))
            return Let(isExported: true);
        at = _token.Start;
        var name = Name("the name of a variable");
        return new ExportSyntax(at, name, TryTake("as") ? Name("a name") : name);
    }

    private ImportSyntax Import()
    {
        var at = Take().Start;
        _called.Add("::");
        var path = Expression();
        return new ImportSyntax(at, path, TryTake("as") ? Name("the module's name") : null);
    }

    private TrySyntax Try()
    {
        var at = Take().Start;
        var body = Block("what is tried");
        Expect("catch", "behind the block of 'try'");
        string? name = null;
        if (TryTake("("))
        {
            if (!_token.Is(")"))
                name = Name("the error's name");
            Expect(")", "behind the error's name");
        }

        return new TrySyntax(at, body, name, Block("what handles the error"));
    }

    private bool IsFunction() => _token.Is("fn") || (_token.Is("private") && PeekIs("fn"));

    private void Function()
    {
        if (_depth > 0)
            throw Error(_token.Start, "functions are declared outside blocks; use a closure: |x| …");
        var isPrivate = TryTake("private");
        Take();
        var at = _token.Start;
        string? receiver = null;
        var name = _token.Kind == TokenKind.String ? Take().Text : Name("the function's name");
        if (TryTake("."))
        {
            receiver = name;
            name = Name("the function's name");
        }

        Expect("(", "behind the function's name");
        var parameters = Parameters(")");
        var calls = _called;
        _called = [];
        _functionDepth++;
        var body = Block("the function's body");
        _functionDepth--;
        var function = new FunctionSyntax(at, name, parameters, body) { IsPrivate = isPrivate, Receiver = receiver, Calls = _called };
        _called = calls;
        if (_functions.Any(other => other.Name == name && other.Parameters.Count == parameters.Count && other.Receiver == receiver))
            throw Error(at, $"function '{name}' with {parameters.Count} parameters is declared twice");
        _functions.Add(function);
    }

    private List<string> Parameters(string end)
    {
        var parameters = new List<string>();
        while (!TryTake(end))
        {
            var at = _token.Start;
            var name = Name("a parameter's name");
            if (parameters.Contains(name))
                throw Error(at, $"parameter '{name}' is declared twice");
            parameters.Add(name);
            if (!_token.Is(end))
                Expect(",", "between parameters");
        }

        return parameters;
    }
}
