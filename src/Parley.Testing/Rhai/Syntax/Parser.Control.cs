namespace Parley.Testing.Rhai.Syntax;

internal sealed partial class Parser
{
    private int _loopDepth;

    private IfSyntax If()
    {
        var at = Take().Start;
        return Nested(() =>
        {
            var condition = Expression();
            var then = Block("what 'if' does");
            if (!TryTake("else"))
                return new IfSyntax(at, condition, then, null);
            return new IfSyntax(at, condition, then, _token.Is("if") ? If() : Block("what 'else' does"));
        });
    }

    private SwitchSyntax Switch()
    {
        var at = Take().Start;
        var subject = Expression();
        var open = Expect("{", "before the cases of 'switch'");
        return Nested(() =>
        {
            var cases = new List<SwitchCase>();
            while (!TryTake("}"))
            {
                if (_token.Kind == TokenKind.End)
                    throw Error(open.Start, "this '{' has no '}'");
                cases.Add(Case(cases.Count > 0 && cases[^1] is { Values.Count: 0, Guard: null }));
            }

            return new SwitchSyntax(at, subject, cases);
        });
    }

    private SwitchCase Case(bool isBehindDefault)
    {
        if (isBehindDefault)
            throw Error(_token.Start, "nothing can follow the case '_': it takes all that is left");
        var values = new List<SyntaxNode>();
        if (_token is { Kind: TokenKind.Identifier, Text: "_" })
        {
            Take();
        }
        else
        {
            do
            {
                values.Add(Binary(Unary(), AlternativePrecedence + 1));
            }
            while (TryTake("|"));
        }

        var guard = TryTake("if") ? Expression() : null;
        Expect("=>", "behind the values of a case");
        var body = Statement();
        if (!TryTake(",") && !_token.Is("}") && !body.EndsInBlock)
            throw Error(_token.Start, $"expected ',' or '}}' behind a case, but found {_token.Shown}");
        return new SwitchCase(values, guard, body);
    }

    private LoopSyntax While()
    {
        var at = Take().Start;
        return new LoopSyntax(at, Expression(), LoopBody(), IsUntil: false, IsPostTested: false);
    }

    private LoopSyntax Loop()
    {
        var at = Take().Start;
        return new LoopSyntax(at, null, LoopBody(), IsUntil: false, IsPostTested: false);
    }

    private LoopSyntax Do()
    {
        var at = Take().Start;
        var body = LoopBody();
        var isUntil = _token.Is("until");
        if (!isUntil)
            Expect("while", "or 'until' behind the block of 'do'");
        else
            Take();
        return new LoopSyntax(at, Expression(), body, isUntil, IsPostTested: true);
    }

    private ForSyntax For()
    {
        var at = Take().Start;
        string name;
        string? counter = null;
        if (TryTake("("))
        {
            name = Name("the loop variable");
            Expect(",", "between the loop variable and the counter");
            counter = Name("the counter");
            if (counter == name)
                throw Error(at, $"variable '{name}' is declared twice");
            Expect(")", "behind the counter");
        }
        else
        {
            name = Name("the loop variable");
        }

        Expect("in", "behind the loop variable");
        return new ForSyntax(at, name, counter, Expression(), LoopBody());
    }

    private BlockSyntax LoopBody()
    {
        _loopDepth++;
        var body = Block("the loop's body");
        _loopDepth--;
        return body;
    }

    private SyntaxNode Jump()
    {
        var word = Take();
        if (word.Text == "return")
            return new ReturnSyntax(word.Start, OptionalValue());
        if (_loopDepth == 0)
            throw Error(word.Start, $"'{word.Text}' stands within a loop");
        return word.Text == "break" ? new BreakSyntax(word.Start, OptionalValue()) : new ContinueSyntax(word.Start);
    }

    private SyntaxNode? OptionalValue() =>
        _token.Kind == TokenKind.End || _token.Is(";") || _token.Is("}") || _token.Is(",") || _token.Is(")") ? null : Expression();
}
