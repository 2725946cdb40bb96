using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai;

/// <summary>
/// One run of a script file: its global constants, its modules. Functions may be called any number of times and from several threads; one is evaluated at a time,
/// and one that waits for something outside lets the others go on.
/// </summary>
internal sealed class RhaiRun
{
    // Modules that import modules; circles are found before.
    private const int MaxImportDepth = 32;

    private readonly RhaiProgram _program;
    private readonly ScriptUnit _unit;
    private readonly Turn _turn = new();
    private readonly Dictionary<string, ScriptUnit?> _modules = new(StringComparer.Ordinal);
    private int _importDepth;

    public RhaiRun(RhaiProgram program, FunctionTable table, RhaiRunOptions options)
    {
        _program = program;
        Table = table;
        Options = options;
        _unit = new ScriptUnit(program.Link(table), isImported: false);
        _modules[Path.GetFullPath(_unit.Code.Source.Name)] = null;
    }

    public FunctionTable Table { get; }

    public RhaiRunOptions Options { get; }

    /// <summary>Runs the statements outside functions.</summary>
    /// <param name="host">What the host's functions act on.</param>
    /// <param name="cancellation">Ends the script at its next step or wait.</param>
    /// <returns>The value of the last statement.</returns>
    /// <exception cref="RhaiException">The script stopped.</exception>
    public ValueTask<Value> RunAsync(object? host, CancellationToken cancellation) => InTurnAsync(new Execution(this, host, cancellation), async run =>
    {
        var value = await run.FinishAsync(run.Enter(_unit.Code.Main, _unit, [], [], [])).ConfigureAwait(false);
        if (!_program.IsOnlyMain)
            return value;
        return await run.FinishAsync(run.Enter(_unit.Code.Functions[0], _unit, [], [], [])).ConfigureAwait(false);
    });

    /// <summary>Calls a function the script handed out.</summary>
    public ValueTask<Value> CallAsync(FunctionPointer function, object? host, CancellationToken cancellation, params Value[] arguments) =>
        InTurnAsync(new Execution(this, host, cancellation), run => run.CallAsync(function, arguments));

    /// <summary>Calls a function the script handed out, on an execution of the caller's.</summary>
    public ValueTask<Value> CallAsync(FunctionPointer function, Execution run, params Value[] arguments) =>
        InTurnAsync(run, inner => inner.CallAsync(function, arguments));

    internal ValueTask TakeTurnAsync() => _turn.TakeAsync();

    internal void GiveTurn() => _turn.Give();

    internal async ValueTask<ScriptUnit> ImportAsync(Execution run, ScriptUnit importer, string path)
    {
        var name = Path.HasExtension(path) ? path : path + ".rhai";
        var folder = Path.GetDirectoryName(importer.Code.Source.Name) ?? "";
        var file = Path.GetFullPath(Path.Combine(folder, name));
        if (_modules.TryGetValue(file, out var known))
            return known ?? throw new RhaiException(RhaiErrorKind.Runtime, $"Module '{path}' is being imported already: modules import each other in a circle") { Name = "ErrorInModule" };
        if (++_importDepth > MaxImportDepth)
            throw new RhaiException(RhaiErrorKind.Limit, $"imports are nested deeper than {MaxImportDepth} levels") { Name = "ErrorInModule" };
        _modules[file] = null;
        try
        {
            var code = RhaiProgram.Parse(Read(path, file), Path.Combine(folder, name)).Link(Table);
            var unit = new ScriptUnit(code, isImported: true);
            var frame = run.Enter(code.Main, unit, [], [], []);
            await run.FinishAsync(frame).ConfigureAwait(false);
            foreach (var (alias, symbol) in code.Exports)
                unit.Exports[alias] = frame.Slots[symbol.Slot] is { IsCell: true } slot ? run.Copy(slot.Cell.Value) : run.Copy(frame.Slots[symbol.Slot]);
            _modules[file] = unit;
            return unit;
        }
        finally
        {
            _importDepth--;
            if (_modules[file] is null)
                _modules.Remove(file);
        }
    }

    private string Read(string path, string file)
    {
        try
        {
            return Options.ReadModule(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RhaiException(RhaiErrorKind.Runtime, $"Module not found: {path} ({file})", exception) { Name = "ErrorModuleNotFound" };
        }
    }

    private async ValueTask<Value> InTurnAsync(Execution run, Func<Execution, ValueTask<Value>> body)
    {
        await TakeTurnAsync().ConfigureAwait(false);
        try
        {
            return await body(run).ConfigureAwait(false);
        }
        finally
        {
            GiveTurn();
        }
    }
}
