namespace Parley.Testing.Rhai.Syntax;

internal sealed partial class Parser
{
    // `|` separates the values of a case, so these bind tighter.
    private const int AlternativePrecedence = 30;

    private static int Precedence(Token token) => token.Kind is not (TokenKind.Symbol or TokenKind.Keyword) ? 0 : token.Text switch
    {
        "||" or "|" or "^" => AlternativePrecedence,
        "&&" or "&" => 60,
        "==" or "!=" => 90,
        "in" => 110,
        "<" or "<=" or ">" or ">=" => 130,
        "??" => 135,
        ".." or "..=" => 140,
        "+" or "-" => 150,
        "*" or "/" or "%" => 180,
        "**" => 190,
        "<<" or ">>" => 210,
        _ => 0,
    };

    // A statement that ends in a block ends there, unless a method is called on its value.
    private SyntaxNode Expression(bool isStatement = false) => Nested(() =>
    {
        var isBlock = isStatement && (_token.Kind == TokenKind.Keyword || _token.Is("{"));
        var first = isBlock ? Primary() : Unary();
        if (!isBlock)
            return Binary(first, 1);
        return first.EndsInBlock && !_token.Is(".") && !_token.Is("?.") ? first : Binary(Postfix(first), 1);
    });

    private SyntaxNode Binary(SyntaxNode left, int least)
    {
        for (var length = 0; ; length++)
        {
            var isNotIn = _token.Is("!") && PeekIs("in");
            var precedence = isNotIn ? 110 : Precedence(_token);
            if (precedence == 0 || precedence < least)
                return left;
            if (length == MaxChain)
                throw Error(_token.Start, $"expression is a chain of more than {MaxChain} operators; use several statements");
            if (isNotIn)
                Take();
            var symbol = Take();
            if (symbol.Text is ".." or "..=")
            {
                left = new RangeSyntax(symbol.Start, left, IsOperandNext() ? Operand(precedence + 1) : null, symbol.Text == "..=");
                continue;
            }

            var right = Operand(symbol.Text == "**" ? precedence : precedence + 1);
            left = new BinarySyntax(symbol.Start, isNotIn ? "!in" : symbol.Text, left, right);
        }
    }

    private SyntaxNode Operand(int least) => Nested(() => Binary(Unary(), least));

    private bool IsOperandNext() => _token.Kind switch
    {
        TokenKind.End => false,
        TokenKind.Symbol => _token.Text is "(" or "[" or "#{" or "-" or "+" or "!",
        TokenKind.Keyword => _token.Text is "this" or "true" or "false",
        _ => true,
    };

    private SyntaxNode Unary()
    {
        var at = _token.Start;
        if (_token.Is("-") || _token.Is("+") || _token.Is("!"))
        {
            var symbol = Take().Text;
            var operand = Nested(Unary);
            if (symbol == "-" && operand is LiteralSyntax { Value: long number })
                return new LiteralSyntax(at, unchecked(-number));
            return operand is LiteralSyntax { Value: double real } && symbol == "-" ? new LiteralSyntax(at, -real) : new UnarySyntax(at, symbol, operand);
        }

        if (_token.Is("..") || _token.Is("..="))
        {
            var symbol = Take().Text;
            return new RangeSyntax(at, null, IsOperandNext() ? Operand(141) : null, symbol == "..=");
        }

        return Postfix(Primary());
    }

    private SyntaxNode Postfix(SyntaxNode node)
    {
        for (var length = 0; ; length++)
        {
            var at = _token.Start;
            if (length == MaxChain)
                throw Error(at, $"expression is a chain of more than {MaxChain} calls; use several statements");
            if (_token.Is("[") || _token.Is("?["))
            {
                // On a new line it is an array, not an index: a statement that ends in a block needs no semicolon.
                if (node.EndsInBlock)
                    return node;
                var isOptional = Take().Text == "?[";
                var index = Expression();
                Expect("]", "behind the index");
                node = new IndexSyntax(at, node, index, isOptional);
            }
            else if (_token.Is(".") || _token.Is("?."))
            {
                var isOptional = Take().Text == "?.";
                at = _token.Start;
                var name = MemberName("the name of a method or property");
                if (TryTake("("))
                {
                    _called.Add(name);
                    node = new MethodCallSyntax(at, node, name, Arguments(")"), isOptional);
                }
                else
                {
                    node = new MemberSyntax(at, node, name, isOptional);
                }
            }
            else
            {
                return node;
            }
        }
    }

    private List<SyntaxNode> Arguments(string end)
    {
        var arguments = new List<SyntaxNode>();
        while (!TryTake(end))
        {
            arguments.Add(Expression());
            if (!_token.Is(end))
                Expect(",", $"or '{end}' behind a value");
        }

        return arguments;
    }
}
