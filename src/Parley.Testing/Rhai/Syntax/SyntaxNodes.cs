using System.Text;

namespace Parley.Testing.Rhai.Syntax;

/// <summary>A piece of a script. Everything has a value in this language, statements too.</summary>
/// <param name="At">Offset of the character that errors point at.</param>
internal abstract record SyntaxNode(int At)
{
    /// <summary>Whether it ends in a block, so that no semicolon is needed behind it.</summary>
    public virtual bool EndsInBlock => false;
}

/// <remarks><see cref="Value"/>: long, double, bool, <see cref="Rune"/>, string, or null for unit.</remarks>
internal sealed record LiteralSyntax(int At, object? Value) : SyntaxNode(At);

internal sealed record TemplateSyntax(int At, IReadOnlyList<SyntaxNode> Parts) : SyntaxNode(At);

internal sealed record NameSyntax(int At, string Name) : SyntaxNode(At);

internal sealed record PathSyntax(int At, IReadOnlyList<string> Modules, string Name) : SyntaxNode(At);

internal sealed record ThisSyntax(int At) : SyntaxNode(At);

internal sealed record ArraySyntax(int At, IReadOnlyList<SyntaxNode> Items) : SyntaxNode(At);

internal sealed record MapSyntax(int At, IReadOnlyList<KeyValuePair<string, SyntaxNode>> Entries) : SyntaxNode(At);

internal sealed record ClosureSyntax(int At, FunctionSyntax Function) : SyntaxNode(At);

internal sealed record UnarySyntax(int At, string Operator, SyntaxNode Operand) : SyntaxNode(At);

internal sealed record BinarySyntax(int At, string Operator, SyntaxNode Left, SyntaxNode Right) : SyntaxNode(At);

internal sealed record RangeSyntax(int At, SyntaxNode? From, SyntaxNode? To, bool IsInclusive) : SyntaxNode(At);

internal sealed record IndexSyntax(int At, SyntaxNode Base, SyntaxNode Index, bool IsOptional) : SyntaxNode(At);

internal sealed record MemberSyntax(int At, SyntaxNode Base, string Name, bool IsOptional) : SyntaxNode(At);

internal sealed record CallSyntax(int At, IReadOnlyList<string> Modules, string Name, IReadOnlyList<SyntaxNode> Arguments) : SyntaxNode(At);

internal sealed record MethodCallSyntax(int At, SyntaxNode Base, string Name, IReadOnlyList<SyntaxNode> Arguments, bool IsOptional) : SyntaxNode(At);

/// <remarks><see cref="Operator"/>: What is done with the old value; null for a plain assignment.</remarks>
internal sealed record AssignSyntax(int At, string? Operator, SyntaxNode Target, SyntaxNode Value) : SyntaxNode(At);

/// <summary>Statements in braces. The last one's value is the block's, with a semicolon behind it or without.</summary>
internal sealed record BlockSyntax(int At, IReadOnlyList<SyntaxNode> Statements) : SyntaxNode(At)
{
    public override bool EndsInBlock => true;
}

internal sealed record LetSyntax(int At, string Name, SyntaxNode? Value, bool IsConstant, bool IsExported) : SyntaxNode(At);

internal sealed record IfSyntax(int At, SyntaxNode Condition, SyntaxNode Then, SyntaxNode? Else) : SyntaxNode(At)
{
    public override bool EndsInBlock => true;
}

internal sealed record SwitchSyntax(int At, SyntaxNode Subject, IReadOnlyList<SwitchCase> Cases) : SyntaxNode(At)
{
    public override bool EndsInBlock => true;
}

/// <remarks><see cref="Values"/>: What the subject is compared with; none for <c>_</c>.</remarks>
internal sealed record SwitchCase(IReadOnlyList<SyntaxNode> Values, SyntaxNode? Guard, SyntaxNode Body);

/// <summary>while, loop and both do loops.</summary>
/// <remarks><see cref="Condition"/>: Null for <c>loop</c>. <see cref="IsUntil"/>: Goes on as long as the condition is false. <see cref="IsPostTested"/>: The body runs before the first look at the condition.</remarks>
internal sealed record LoopSyntax(int At, SyntaxNode? Condition, BlockSyntax Body, bool IsUntil, bool IsPostTested) : SyntaxNode(At)
{
    public override bool EndsInBlock => !IsPostTested;
}

internal sealed record ForSyntax(int At, string Name, string? Counter, SyntaxNode Source, BlockSyntax Body) : SyntaxNode(At)
{
    public override bool EndsInBlock => true;
}

internal sealed record BreakSyntax(int At, SyntaxNode? Value) : SyntaxNode(At);

internal sealed record ContinueSyntax(int At) : SyntaxNode(At);

internal sealed record ReturnSyntax(int At, SyntaxNode? Value) : SyntaxNode(At);

internal sealed record ThrowSyntax(int At, SyntaxNode? Value) : SyntaxNode(At);

internal sealed record TrySyntax(int At, BlockSyntax Body, string? Name, BlockSyntax Handler) : SyntaxNode(At)
{
    public override bool EndsInBlock => true;
}

internal sealed record ImportSyntax(int At, SyntaxNode Path, string? Alias) : SyntaxNode(At);

internal sealed record ExportSyntax(int At, string Name, string Alias) : SyntaxNode(At);

/// <summary>A function or a closure; for a closure <see cref="Name"/> is empty.</summary>
internal sealed record FunctionSyntax(int At, string Name, IReadOnlyList<string> Parameters, SyntaxNode Body) : SyntaxNode(At)
{
    public bool IsPrivate { get; init; }

    /// <summary>The type that <c>this</c> must have: <c>fn int.double()</c>.</summary>
    public string? Receiver { get; init; }

    /// <summary>Names of all functions and methods called within.</summary>
    public IReadOnlySet<string> Calls { get; init; } = new HashSet<string>();

    public override bool EndsInBlock => true;
}

/// <summary>A whole script.</summary>
/// <remarks><see cref="Main"/>: The statements outside functions, as a function without parameters. <see cref="Functions"/>: All <c>fn</c>.</remarks>
internal sealed record ScriptSyntax(SourceText Source, FunctionSyntax Main, IReadOnlyList<FunctionSyntax> Functions)
{
    /// <summary>Calls of functions by name, in the order they stand in the text.</summary>
    public IReadOnlyList<CallSyntax> Calls { get; init; } = [];
}
