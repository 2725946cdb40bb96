using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai.Evaluation;

internal sealed partial class Lowering
{
    private Node Statement(SyntaxNode syntax) => syntax switch
    {
        BlockSyntax block => Block(block),
        LetSyntax let => Let(let),
        IfSyntax choice => new IfNode(choice.At, Operand(choice.Condition), Lower(choice.Then), choice.Else is null ? null : Lower(choice.Else)),
        SwitchSyntax choice => new SwitchNode(choice.At, Operand(choice.Subject), [.. choice.Cases.Select(Case)]),
        LoopSyntax loop => Loop(loop),
        ForSyntax loop => For(loop),
        BreakSyntax jump => new JumpNode(jump.At, Signal.Break, Optional(jump.Value), _function.Loops.Peek(), throws: !_breaks),
        ContinueSyntax jump => new JumpNode(jump.At, Signal.Continue, null, _function.Loops.Peek(), throws: !_breaks),
        ReturnSyntax jump => new JumpNode(jump.At, Signal.Return, Optional(jump.Value), null, throws: !_returns),
        ThrowSyntax error => new ThrowNode(error.At, Optional(error.Value)),
        TrySyntax attempt => Try(attempt),
        ImportSyntax import => new ImportNode(import.At, Operand(import.Path), import.Alias),
        ExportSyntax export => Export(export),
        _ => throw new InvalidOperationException($"There is no code for {syntax.GetType().Name}."),
    };

    private Node? Optional(SyntaxNode? syntax) => syntax is null ? null : Kept(syntax);

    private Node[] Statements(BlockSyntax block)
    {
        var nodes = new Node[block.Statements.Count];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = i == nodes.Length - 1 ? Result(block.Statements[i]) : Lower(block.Statements[i]);
        return nodes;
    }

    private BlockNode Block(BlockSyntax block)
    {
        _function.Open();
        var node = new BlockNode(block.At, Statements(block));
        _function.Close();
        return node;
    }

    private LetNode Let(LetSyntax syntax)
    {
        // The value still sees an older variable of the same name.
        var value = Optional(syntax.Value);
        var symbol = _function.Declare(syntax.Name, syntax.IsConstant);
        if (syntax.IsExported)
            _code.Exports.Add((syntax.Name, symbol));
        return new LetNode(syntax.At, symbol, value, _function.IsOutermost && _function.Code == _code.Main);
    }

    private CaseCode Case(SwitchCase item) =>
        new([.. item.Values.Select(Operand)], item.Guard is null ? null : Operand(item.Guard), Result(item.Body));

    private LoopNode Loop(LoopSyntax syntax)
    {
        var key = new object();
        var condition = syntax.Condition is null ? null : Operand(syntax.Condition);
        return new LoopNode(syntax.At, key, condition, Body(syntax.Body, key), syntax.IsUntil, syntax.IsPostTested);
    }

    private ForNode For(ForSyntax syntax)
    {
        var key = new object();
        var source = Kept(syntax.Source);
        _function.Open();
        var item = _function.Declare(syntax.Name, isConstant: false);
        var counter = syntax.Counter is null ? null : _function.Declare(syntax.Counter, isConstant: false);
        var node = new ForNode(syntax.At, key, item, counter, source, Body(syntax.Body, key));
        _function.Close();
        return node;
    }

    private BlockNode Body(BlockSyntax body, object key)
    {
        var breaks = _breaks;
        _breaks = true;
        _function.Loops.Push(key);
        var node = Block(body);
        _function.Loops.Pop();
        _breaks = breaks;
        return node;
    }

    private TryNode Try(TrySyntax syntax)
    {
        var body = Lower(syntax.Body);
        _function.Open();
        var symbol = syntax.Name is null ? null : _function.Declare(syntax.Name, isConstant: false);
        var node = new TryNode(syntax.At, body, symbol, Lower(syntax.Handler));
        _function.Close();
        return node;
    }

    private LiteralNode Export(ExportSyntax syntax)
    {
        if (_function.Find(syntax.Name) is not { } symbol)
            throw RhaiException.Syntax(_script.Source, syntax.At, $"Variable not found: {syntax.Name}{NearestName.Hint(syntax.Name, _function.Visible())}");
        _code.Exports.Add((syntax.Alias, symbol));
        return new LiteralNode(syntax.At, Value.Unit);
    }
}

/// <summary>The variables of one function while it is read, block within block.</summary>
/// <param name="parent">The function a closure stands in; null for one that sees nothing around it.</param>
/// <param name="code">Takes what is captured.</param>
internal sealed class FunctionScope(FunctionScope? parent, FunctionCode code)
{
    private readonly List<Dictionary<string, Symbol>> _blocks = [[]];

    public FunctionCode Code { get; } = code;

    /// <summary>How many slots a call needs.</summary>
    public int Count { get; private set; }

    public Stack<object> Loops { get; } = new();

    public bool IsOutermost => _blocks.Count == 1;

    public void Open() => _blocks.Add([]);

    public void Close() => _blocks.RemoveAt(_blocks.Count - 1);

    public Symbol Declare(string name, bool isConstant) => _blocks[^1][name] = new Symbol(name, Count++, isConstant);

    public Symbol? Find(string name)
    {
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            if (_blocks[i].TryGetValue(name, out var symbol))
                return symbol;
        }

        if (parent?.Find(name) is not { } outer)
            return null;
        outer.IsCaptured = true;
        var inner = new Symbol(name, Count++, outer.IsConstant) { IsCaptured = true };
        Code.Captures.Add((outer, inner));
        return _blocks[0][name] = inner;
    }

    public string[] Visible() => [.. _blocks.SelectMany(block => block.Keys).Concat(parent?.Visible() ?? []).Distinct()];
}
