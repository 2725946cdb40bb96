using System.Collections.Frozen;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>What a script can use that it did not write: functions, properties, constants in modules. Made once, shared by all runs.</summary>
internal sealed class FunctionTable
{
    private readonly FrozenDictionary<string, NativeOverloads> _functions;
    private readonly FrozenDictionary<string, NativeOverloads> _getters;
    private readonly FrozenDictionary<string, NativeOverloads> _setters;
    private readonly IReadOnlyDictionary<Type, string> _typeNames;

    public FunctionTable(IReadOnlyList<NativeFunction> rows, IReadOnlyDictionary<string, Type> hostTypes, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Value>> modules)
    {
        Rows = rows;
        Modules = modules;
        HostTypes = hostTypes;
        _typeNames = hostTypes.ToDictionary(pair => pair.Value, pair => pair.Key);
        _functions = Overloads(rows, FunctionForm.Function);
        _getters = Overloads(rows, FunctionForm.Getter);
        _setters = Overloads(rows, FunctionForm.Setter);
    }

    /// <summary>All functions in the order they were added.</summary>
    public IReadOnlyList<NativeFunction> Rows { get; }

    public IReadOnlyDictionary<string, Type> HostTypes { get; }

    /// <summary>Constants by module: <c>State::Ringing</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Value>> Modules { get; }

    public IEnumerable<string> FunctionNames => _functions.Keys;

    public IEnumerable<string> PropertyNames => _getters.Keys;

    public NativeOverloads? Function(string name) => _functions.GetValueOrDefault(name);

    public NativeOverloads? Getter(string name) => _getters.GetValueOrDefault(name);

    public NativeOverloads? Setter(string name) => _setters.GetValueOrDefault(name);

    public string NameOf(Type type)
    {
        foreach (var (known, name) in _typeNames)
        {
            if (known.IsAssignableFrom(type))
                return name;
        }

        return type.Name;
    }

    /// <summary>Names of functions whose first parameter takes a value, for "did you mean".</summary>
    public IEnumerable<string> NamesFor(Value receiver) => Rows
        .Where(row => row.Signature.Form == FunctionForm.Function && row.Signature.Parameters.Count > 0 && row.Signature.Parameters[0].Takes(receiver))
        .Select(row => row.Signature.Name);

    private static FrozenDictionary<string, NativeOverloads> Overloads(IReadOnlyList<NativeFunction> rows, FunctionForm form) => rows
        .Where(row => row.Signature.Form == form)
        .GroupBy(row => row.Signature.Name)
        .ToFrozenDictionary(group => group.Key, group => new NativeOverloads(group.Key, [.. group]));
}

/// <summary>Collects the rows of a <see cref="FunctionTable"/>.</summary>
internal sealed class FunctionTableBuilder
{
    private readonly List<NativeFunction> _rows = [];
    private readonly Dictionary<string, Type> _hostTypes = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, Value>> _modules = [];

    /// <summary>Names a type of the host, so that signatures can use it.</summary>
    public FunctionTableBuilder Type<T>(string name)
    {
        _hostTypes.Add(name, typeof(T));
        return this;
    }

    public FunctionTableBuilder Module(string name, IReadOnlyDictionary<string, Value> constants)
    {
        _modules.Add(name, constants);
        return this;
    }

    /// <summary>A function that answers at once. One that begins with <c>prop</c> can be read as a property too.</summary>
    public FunctionTableBuilder Add(string signature, string docs, NativeBody body)
    {
        if (signature.StartsWith("prop ", StringComparison.Ordinal))
        {
            signature = signature[5..];
            Add("get " + signature, docs, body);
        }

        _rows.Add(new NativeFunction(Signature.Parse(signature, _hostTypes), docs, body, null, runsScript: false));
        return this;
    }

    /// <summary>A function that may wait; meanwhile other parts of the script may run, as responders do.</summary>
    public FunctionTableBuilder Async(string signature, string docs, WaitingNativeBody body)
    {
        _rows.Add(new NativeFunction(Signature.Parse(signature, _hostTypes), docs, null, body, runsScript: false));
        return this;
    }

    /// <summary>A function that calls functions of the script.</summary>
    public FunctionTableBuilder Calling(string signature, string docs, WaitingNativeBody body)
    {
        _rows.Add(new NativeFunction(Signature.Parse(signature, _hostTypes), docs, null, body, runsScript: true));
        return this;
    }

    public FunctionTable Build() => new(_rows, _hostTypes, _modules);
}
