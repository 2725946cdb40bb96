namespace Parley.Testing.Rhai.Evaluation;

/// <summary>A function as a value: by name, or a closure with what it captured; and arguments given beforehand.</summary>
internal sealed class FunctionPointer(string name, ScriptUnit unit)
{
    public string Name { get; } = name;

    /// <summary>The script whose functions it sees.</summary>
    public ScriptUnit Unit { get; } = unit;

    /// <summary>The closure's code; null for a function by name.</summary>
    public FunctionCode? Code { get; init; }

    public Cell[] Captures { get; init; } = [];

    public Value[] Curried { get; init; } = [];

    /// <summary>How many arguments a closure still takes; null for a function by name.</summary>
    public int? Arity => Code is null ? null : Code.Parameters.Length - Curried.Length;

    public FunctionPointer Curry(ReadOnlySpan<Value> arguments) =>
        new(Name, Unit) { Code = Code, Captures = Captures, Curried = [.. Curried, .. arguments] };

    /// <summary>The same function with copies of what it captured, and of what those functions captured that it captured.</summary>
    public FunctionPointer Detached(Execution run) => Detached(run, new Dictionary<Cell, Cell>(ReferenceEqualityComparer.Instance));

    private FunctionPointer Detached(Execution run, Dictionary<Cell, Cell> copies)
    {
        if (Captures.Length == 0)
            return this;
        var captures = new Cell[Captures.Length];
        for (var i = 0; i < captures.Length; i++)
        {
            if (copies.TryGetValue(Captures[i], out var known))
            {
                captures[i] = known;
                continue;
            }

            var copy = captures[i] = copies[Captures[i]] = new Cell();
            var value = Captures[i].Value;
            copy.Value = value.Kind == ValueKind.Function ? value.Function.Detached(run, copies) : run.Copy(value);
        }

        return new FunctionPointer(Name, Unit) { Code = Code, Captures = captures, Curried = Curried };
    }
}
