namespace Parley.Testing.Rhai.Evaluation;

/// <summary>One parameter of a function of the library or the host.</summary>
/// <param name="Name">As the definitions show it.</param>
/// <param name="Type">As it was written: <c>int|float</c>.</param>
/// <param name="Kinds">Which values fit, a bit for each <see cref="ValueKind"/>.</param>
/// <param name="Host">Which objects of the host fit.</param>
internal sealed record Parameter(string Name, string Type, int Kinds, Type? Host)
{
    public bool TakesAll => Kinds == ~0;

    public bool Takes(in Value value)
    {
        var kind = value.Kind;
        return kind == ValueKind.Host ? TakesAll || Host?.IsInstanceOfType(value.Object) == true : (Kinds & (1 << (int)kind)) != 0;
    }
}

internal enum FunctionForm
{
    Function,
    Getter,
    Setter,
}

/// <summary>
/// What a row of the table says about its function: <c>push(mut array: array, item: any)</c>, <c>abs(x: int|float) -> int|float</c>, <c>get state(agent: Agent) -> CallState</c>.
/// </summary>
internal sealed record Signature(string Name, FunctionForm Form, bool ChangesFirst, IReadOnlyList<Parameter> Parameters, string? Returns)
{
    public static Signature Parse(string text, IReadOnlyDictionary<string, Type> hostTypes)
    {
        var (head, returns) = text.Split(" -> ", 2) is [var before, var after] ? (before, after) : (text, null);
        var open = head.IndexOf('(', StringComparison.Ordinal);
        var name = head[..open];
        var form = name.StartsWith("get ", StringComparison.Ordinal) ? FunctionForm.Getter
            : name.StartsWith("set ", StringComparison.Ordinal) ? FunctionForm.Setter : FunctionForm.Function;
        var list = head[(open + 1)..^1];
        var changes = list.StartsWith("mut ", StringComparison.Ordinal);
        var parameters = (changes ? list[4..] : list)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split(": ", 2))
            .Select(part => new Parameter(part[0], part[1], Kinds(part[1], hostTypes, out var host), host))
            .ToList();
        return new Signature(form == FunctionForm.Function ? name : name[4..], form, changes, parameters, returns);
    }

    private static int Kinds(string type, IReadOnlyDictionary<string, Type> hostTypes, out Type? host)
    {
        host = null;
        var kinds = 0;
        foreach (var name in type.Split('|'))
        {
            if (hostTypes.TryGetValue(name, out var known))
                host = known;
            else
                kinds |= name == "any" ? ~0 : 1 << (int)Kind(name);
        }

        return kinds;
    }

    private static ValueKind Kind(string name) => name switch
    {
        "()" => ValueKind.Unit,
        "bool" => ValueKind.Boolean,
        "int" => ValueKind.Integer,
        "float" => ValueKind.Float,
        "decimal" => ValueKind.Decimal,
        "char" => ValueKind.Character,
        "string" => ValueKind.String,
        "array" => ValueKind.Array,
        "map" => ValueKind.Map,
        "blob" => ValueKind.Blob,
        "range" => ValueKind.Range,
        "Fn" => ValueKind.Function,
        "timestamp" => ValueKind.Time,
        _ => throw new ArgumentException($"There is no type '{name}' in the table.", nameof(name)),
    };
}
