using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>A variable, found while the script is read: its place in the frame of its function.</summary>
internal sealed class Symbol(string name, int slot, bool isConstant)
{
    public string Name { get; } = name;

    public int Slot { get; } = slot;

    public bool IsConstant { get; } = isConstant;

    /// <summary>A closure uses it: the slot holds a <see cref="Cell"/>. Known once the whole function is read, before anything runs.</summary>
    public bool IsCaptured { get; set; }
}

/// <summary>A function or closure, ready to run. Never changes once its script is read.</summary>
internal sealed class FunctionCode(FunctionSyntax syntax, ScriptCode script)
{
    public string Name { get; } = syntax.Name.Length == 0 ? "anonymous function" : syntax.Name;

    public int At { get; } = syntax.At;

    public ScriptCode Script { get; } = script;

    public bool IsPrivate { get; } = syntax.IsPrivate;

    public string? Receiver { get; } = syntax.Receiver;

    public Symbol[] Parameters { get; set; } = [];

    /// <summary>Variables of the surrounding function, and what they are called within this closure.</summary>
    public List<(Symbol Outer, Symbol Inner)> Captures { get; } = [];

    public int SlotCount { get; set; }

    /// <summary>Whether it may wait, so that it must be awaited.</summary>
    public bool Waits { get; set; }

    public Node Body { get; set; } = null!;

    public bool Fits(string name, int count) => Name == name && Parameters.Length == count;
}

/// <summary>A script file ready to run. Shared by all runs.</summary>
internal sealed class ScriptCode(SourceText source)
{
    public SourceText Source { get; } = source;

    public FunctionCode Main { get; set; } = null!;

    public List<FunctionCode> Functions { get; } = [];

    /// <summary>Variables that importers see, and under which name.</summary>
    public List<(string Alias, Symbol Symbol)> Exports { get; } = [];

    /// <summary>Names the script uses that nobody knows.</summary>
    public List<RhaiProblem> Unknown { get; } = [];

    public FunctionCode? Find(string name, int count)
    {
        foreach (var function in Functions)
        {
            if (function.Receiver is null && function.Fits(name, count))
                return function;
        }

        return null;
    }

    public bool HasName(string name) => Functions.Exists(function => function.Name == name);
}

/// <summary>A script file within one run: its constants, what it exports, the modules it imported.</summary>
internal sealed class ScriptUnit(ScriptCode code, bool isImported)
{
    public ScriptCode Code { get; } = code;

    public bool IsImported { get; } = isImported;

    /// <summary>Constants of the top level: <c>global::NAME</c>.</summary>
    public Dictionary<string, Value> Constants { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Value> Exports { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ScriptUnit> Modules { get; } = new(StringComparer.Ordinal);
}
