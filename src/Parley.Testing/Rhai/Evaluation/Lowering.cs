using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>A syntax tree becomes code: names become slots, calls find their functions, and each piece learns whether it may wait.</summary>
internal sealed partial class Lowering
{
    // The evaluator's stack grows with the height of the tree; within this, a function fits what RuntimeHelpers.EnsureSufficientExecutionStack leaves.
    private const int MaxHeight = 128;

    private readonly ScriptSyntax _script;
    private readonly FunctionTable _table;
    private readonly ScriptCode _code;
    private readonly HashSet<string> _waiting = [];
    private readonly HashSet<string> _names;
    private FunctionScope _function;
    private bool _breaks = true;
    private bool _returns = true;
    private int _height;

    private Lowering(ScriptSyntax script, FunctionTable table)
    {
        _script = script;
        _table = table;
        _code = new ScriptCode(script.Source);
        _names = [.. script.Functions.Select(function => function.Name)];
        _code.Main = new FunctionCode(script.Main, _code);
        _function = new FunctionScope(null, _code.Main);
    }

    public static ScriptCode Lower(ScriptSyntax script, FunctionTable table)
    {
        var lowering = new Lowering(script, table);
        lowering.FindWaiting();
        foreach (var function in script.Functions)
        {
            var code = new FunctionCode(function, lowering._code) { Waits = lowering._waiting.Contains(function.Name) };
            code.Parameters = new Symbol[function.Parameters.Count];
            lowering._code.Functions.Add(code);
        }

        for (var i = 0; i < script.Functions.Count; i++)
            lowering.Function(script.Functions[i], lowering._code.Functions[i], parent: null);
        lowering.Function(script.Main, lowering._code.Main, parent: null);
        return lowering._code;
    }

    // A function waits when one it calls does; found by going round until nothing changes.
    private void FindWaiting()
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var function in _script.Functions)
                changed |= !_waiting.Contains(function.Name) && function.Calls.Any(MayWait) && _waiting.Add(function.Name);
        }
        while (changed);
    }

    // A name nobody knows may be a closure in a map or a variable, which may do anything.
    private bool MayWait(string name)
    {
        if (name is "call" or "::" || _waiting.Contains(name))
            return true;
        return _table.Function(name) is { } native ? native.Waits : !_names.Contains(name) && name is not ("Fn" or "curry" or "is_def_fn" or "is_def_var" or "is_shared" or "get_fn_metadata_list");
    }

    private void Function(FunctionSyntax syntax, FunctionCode code, FunctionScope? parent)
    {
        var (outer, breaks, returns, height) = (_function, _breaks, _returns, _height);
        _function = new FunctionScope(parent, code);
        (_breaks, _returns, _height) = (true, true, 0);
        code.Parameters = [.. syntax.Parameters.Select(name => _function.Declare(name, isConstant: false))];
        if (syntax.Body is BlockSyntax block && syntax == _script.Main)
            code.Body = new BlockNode(block.At, Statements(block));
        else
            code.Body = Result(syntax.Body);
        code.SlotCount = _function.Count;
        code.Waits |= code.Body.Waits;
        (_function, _breaks, _returns, _height) = (outer, breaks, returns, height);
    }

    /// <summary>A value that somebody keeps: a copy of what a variable holds.</summary>
    private Node Kept(SyntaxNode syntax)
    {
        var node = Operand(syntax);
        return IsPlace(syntax) ? new CopyNode(node) : node;
    }

    /// <summary>A value that is only looked at. No jump leads out of it but by exception.</summary>
    private Node Operand(SyntaxNode syntax)
    {
        var (breaks, returns) = (_breaks, _returns);
        (_breaks, _returns) = (false, false);
        var node = Lower(syntax);
        (_breaks, _returns) = (breaks, returns);
        return node;
    }

    /// <summary>A statement whose value is its block's, or the function's.</summary>
    private Node Result(SyntaxNode syntax) => IsPlace(syntax) ? new CopyNode(Lower(syntax)) : Lower(syntax);

    private Node[] KeptAll(IEnumerable<SyntaxNode> nodes) => [.. nodes.Select(Kept)];

    private static bool IsPlace(SyntaxNode syntax) => syntax is NameSyntax or ThisSyntax or IndexSyntax or MemberSyntax;

    private Node Lower(SyntaxNode syntax)
    {
        if (++_height > MaxHeight)
            throw RhaiException.Syntax(_script.Source, syntax.At, $"expression is more complex than {MaxHeight} levels; use several statements");
        var node = syntax switch
        {
            LiteralSyntax literal => new LiteralNode(literal.At, Value.Of(literal.Value)),
            TemplateSyntax template => new TemplateNode(template.At, [.. template.Parts.Select(Operand)]),
            NameSyntax name => Name(name),
            PathSyntax path => new PathNode(path.At, [.. path.Modules], path.Name),
            ThisSyntax self => new ThisNode(self.At),
            ArraySyntax array => new ArrayNode(array.At, KeptAll(array.Items)),
            MapSyntax map => new MapNode(map.At, [.. map.Entries.Select(entry => entry.Key)], KeptAll(map.Entries.Select(entry => entry.Value))),
            ClosureSyntax closure => Closure(closure),
            UnarySyntax unary => new UnaryNode(unary.At, unary.Operator, Operand(unary.Operand)),
            BinarySyntax binary => Binary(binary),
            RangeSyntax range => new RangeNode(range.At, range.From is null ? null : Operand(range.From), range.To is null ? null : Operand(range.To), range.IsInclusive),
            IndexSyntax index => new IndexNode(index.At, Operand(index.Base), Operand(index.Index), IsOptional(index)),
            MemberSyntax member => new MemberNode(member.At, Operand(member.Base), member.Name, IsOptional(member)),
            CallSyntax call => Call(call),
            MethodCallSyntax call => Method(call),
            AssignSyntax assign => Assign(assign),
            _ => Statement(syntax),
        };
        _height--;
        return node;
    }

    // Behind a?.b the rest of the chain is skipped too.
    private static bool IsOptional(SyntaxNode? syntax) => syntax switch
    {
        IndexSyntax index => index.IsOptional || IsOptional(index.Base),
        MemberSyntax member => member.IsOptional || IsOptional(member.Base),
        MethodCallSyntax call => call.IsOptional || IsOptional(call.Base),
        _ => false,
    };

    private Node Name(NameSyntax syntax)
    {
        if (_function.Find(syntax.Name) is { } symbol)
            return new LocalNode(syntax.At, symbol);
        if (!_names.Contains(syntax.Name))
            Problem(syntax.At, syntax.Name, isFunction: false);
        return new OuterNameNode(syntax.At, syntax.Name, _function.Visible());
    }

    private Node Binary(BinarySyntax syntax) => syntax.Operator switch
    {
        "&&" or "||" => new LogicNode(syntax.At, syntax.Operator == "&&", Operand(syntax.Left), Operand(syntax.Right)),
        "??" => new CoalesceNode(syntax.At, Kept(syntax.Left), Kept(syntax.Right)),
        _ => new BinaryNode(syntax.At, Operators.Parse(syntax.Operator), Operand(syntax.Left), Operand(syntax.Right)),
    };

    private Node Assign(AssignSyntax syntax)
    {
        if (syntax.Target is NameSyntax name && _function.Find(name.Name) is { IsConstant: true })
            throw RhaiException.Syntax(_script.Source, syntax.Target.At, $"Cannot modify constant: {name.Name}");
        var value = Kept(syntax.Value);
        var target = Operand(syntax.Target);
        return syntax.Operator == "??"
            ? new CoalesceAssignNode(syntax.At, target, value)
            : new AssignNode(syntax.At, syntax.Operator is null ? null : Operators.Parse(syntax.Operator), target, value);
    }

    private ClosureNode Closure(ClosureSyntax syntax)
    {
        var code = new FunctionCode(syntax.Function, _code) { Waits = syntax.Function.Calls.Any(MayWait) };
        Function(syntax.Function, code, _function);
        return new ClosureNode(syntax.At, code);
    }

    private Node Call(CallSyntax syntax)
    {
        var (name, count) = (syntax.Name, syntax.Arguments.Count);
        if (syntax.Modules.Count > 0)
            return new ModuleCallNode(syntax.At, [.. syntax.Modules], name, KeptAll(syntax.Arguments));
        switch (name, count)
        {
            case ("Fn", 1):
                return new FunctionNameNode(syntax.At, Operand(syntax.Arguments[0]));
            case ("is_def_fn", 2):
                return new IsFunctionNode(syntax.At, Operand(syntax.Arguments[0]), Operand(syntax.Arguments[1]));
            case ("is_def_var", 1) when syntax.Arguments[0] is LiteralSyntax { Value: string defined }:
                return new LiteralNode(syntax.At, _function.Find(defined) is not null);
            case ("is_shared", 1):
                return new IsSharedNode(syntax.At, syntax.Arguments[0] is NameSyntax variable ? _function.Find(variable.Name) : null);
            case ("get_fn_metadata_list", <= 2):
                return new FunctionListNode(syntax.At, [.. syntax.Arguments.Select(Operand)]);
            case ("call", > 0):
                return new PointerCallNode(syntax.At, KeptAll(syntax.Arguments));
        }

        // A function of the library sees what its first argument names, as a method does.
        Node[] arguments = [.. syntax.Arguments.Take(1).Select(Operand), .. KeptAll(syntax.Arguments.Skip(1))];
        Node[] kept = count > 0 && IsPlace(syntax.Arguments[0]) ? [new CopyNode(arguments[0]), .. arguments[1..]] : arguments;
        var waits = arguments.Any(argument => argument.Waits);
        if (_code.Find(name, count) is { } code)
            return new ScriptCallNode(syntax.At, code, kept, code.Waits || waits);
        var native = _table.Function(name);
        var symbol = _function.Find(name);
        if (native is null && symbol is null && !_names.Contains(name))
            Problem(syntax.At, name, isFunction: true);
        var call = new NativeCallNode(syntax.At, name, native, arguments, native?.Waits == true || waits);
        return symbol is null ? call : new VariableCallNode(syntax.At, symbol, call, name, kept);
    }

    private Node Method(MethodCallSyntax syntax)
    {
        if (syntax is { Name: "is_shared", Arguments.Count: 0 })
            return new IsSharedNode(syntax.At, syntax.Base is NameSyntax variable ? _function.Find(variable.Name) : null);
        var arguments = KeptAll(syntax.Arguments);
        return new MethodCallNode(syntax.At, Operand(syntax.Base), syntax.Name, _table.Function(syntax.Name), arguments, IsOptional(syntax),
            MayWait(syntax.Name) || arguments.Any(argument => argument.Waits));
    }

    private void Problem(int at, string name, bool isFunction)
    {
        var (line, column) = _script.Source.PositionOf(at);
        var hint = NearestName.Hint(name, isFunction ? _table.FunctionNames.Concat(_names) : _function.Visible());
        _code.Unknown.Add(new RhaiProblem(_script.Source.Name, line, column, $"{(isFunction ? "Function" : "Variable")} not found: {name}{hint}") { Name = name });
    }
}
