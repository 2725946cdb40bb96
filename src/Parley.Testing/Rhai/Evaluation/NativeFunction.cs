namespace Parley.Testing.Rhai.Evaluation;

internal delegate Value NativeBody(Execution run, Value[] arguments);

internal delegate ValueTask<Value> WaitingNativeBody(Execution run, Value[] arguments);

/// <summary>One function of the library or the host: a row of the table.</summary>
internal sealed class NativeFunction(Signature signature, string docs, NativeBody? body, WaitingNativeBody? waiting, bool runsScript)
{
    public Signature Signature { get; } = signature;

    public string Docs { get; } = docs;

    /// <summary>Null for one that waits.</summary>
    public NativeBody? Body { get; } = body;

    public WaitingNativeBody? Waiting { get; } = waiting;

    /// <summary>It calls functions of the script itself, so the script's turn is not given up around it.</summary>
    public bool RunsScript { get; } = runsScript;

    public bool Waits => Waiting is not null;

    public bool Takes(Value[] arguments)
    {
        var parameters = Signature.Parameters;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!parameters[i].Takes(arguments[i]))
                return false;
        }

        return true;
    }
}

/// <summary>All functions of one name, by how many arguments they take.</summary>
internal sealed class NativeOverloads(string name, IReadOnlyList<NativeFunction> functions)
{
    // What takes anything comes last.
    private readonly NativeFunction[][] _byCount = [.. Enumerable
        .Range(0, functions.Max(function => function.Signature.Parameters.Count) + 1)
        .Select(count => functions
            .Where(function => function.Signature.Parameters.Count == count)
            .OrderBy(function => function.Signature.Parameters.Count(parameter => parameter.TakesAll))
            .ToArray())];

    public string Name { get; } = name;

    public IReadOnlyList<NativeFunction> Functions { get; } = functions;

    public bool Waits { get; } = functions.Any(function => function.Waits);

    public NativeFunction? Find(Value[] arguments)
    {
        if (arguments.Length >= _byCount.Length)
            return null;
        foreach (var function in _byCount[arguments.Length])
        {
            if (function.Takes(arguments))
                return function;
        }

        return null;
    }
}
