namespace Parley.Testing.Rhai.Evaluation;

/// <summary>What all kinds of calls have in common: arguments, errors with their place.</summary>
internal abstract class AnyCallNode(int at, string name, Node[] arguments, bool waits) : Node(at, waits)
{
    protected string Name { get; } = name;

    protected Node[] Arguments { get; } = arguments;

    // A plain call cannot await. Only a closure kept in a map under the name of a library function that never waits leads here; then this thread waits.
    public override Value Eval(Frame frame) => EvalAsync(frame).AsTask().GetAwaiter().GetResult();

    protected Value Plain(Frame frame, NativeFunction function, Value[] values)
    {
        try
        {
            frame.Run.Called(frame.Unit.Code.Source, At);
            return function.Body!(frame.Run, values);
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
        catch (Exception exception) when (exception is not (RhaiException or JumpException))
        {
            throw frame.Wrap(exception, At);
        }
    }

    protected async ValueTask<Value> Native(Frame frame, NativeFunction function, Value[] values)
    {
        if (!function.Waits)
            return Plain(frame, function, values);
        try
        {
            frame.Run.Called(frame.Unit.Code.Source, At);
            frame.Run.ThrowIfStopped();
            return await frame.Run.WaitFor(function, values).ConfigureAwait(false);
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
        catch (Exception exception) when (exception is not (RhaiException or JumpException))
        {
            throw frame.Wrap(exception, At);
        }
    }

    protected Value Script(Frame frame, FunctionCode code, ScriptUnit unit, Value[] values)
    {
        try
        {
            return frame.Run.Finish(frame.Run.Enter(code, unit, [], [], values));
        }
        catch (RhaiException error) when (frame.Locate(error, At) || error.Through(code.Name, frame.Unit.Code.Source, At))
        {
            throw;
        }
    }

    protected async ValueTask<Value> ScriptAsync(Frame frame, FunctionCode code, ScriptUnit unit, Value[] values)
    {
        try
        {
            return await frame.Run.FinishAsync(frame.Run.Enter(code, unit, [], [], values)).ConfigureAwait(false);
        }
        catch (RhaiException error) when (frame.Locate(error, At) || error.Through(code.Name, frame.Unit.Code.Source, At))
        {
            throw;
        }
    }

    protected async ValueTask<Value> Pointer(Frame frame, FunctionPointer function, Value[] values, Place? receiver)
    {
        try
        {
            return await Calls.PointerAsync(frame.Run, function, values, receiver).ConfigureAwait(false);
        }
        catch (RhaiException error) when (frame.Locate(error, At) || error.Through(function.Name, frame.Unit.Code.Source, At))
        {
            throw;
        }
    }

    protected RhaiException Unknown(Frame frame, Value[] values, bool isMethod)
    {
        var error = Calls.Unknown(frame.Run, frame.Unit, Name, values, isMethod);
        frame.Locate(error, At);
        return error;
    }
}

/// <summary>A function of the same script.</summary>
internal sealed class ScriptCallNode(int at, FunctionCode code, Node[] arguments, bool waits) : AnyCallNode(at, code.Name, arguments, waits)
{
    public override Value Eval(Frame frame) => Script(frame, code, frame.Unit, EvalAll(Arguments, frame));

    public override async ValueTask<Value> EvalAsync(Frame frame) =>
        await ScriptAsync(frame, code, frame.Unit, await EvalAllAsync(Arguments, frame).ConfigureAwait(false)).ConfigureAwait(false);
}

/// <summary>A function of the library or the host; its first argument may be changed.</summary>
internal sealed class NativeCallNode(int at, string name, NativeOverloads? functions, Node[] arguments, bool waits) : AnyCallNode(at, name, arguments, waits)
{
    public override Value Eval(Frame frame)
    {
        var values = EvalAll(Arguments, frame);
        var function = functions?.Find(values) ?? throw Unknown(frame, values, isMethod: false);
        return function.Signature.ChangesFirst ? Changing(frame, function, values) : Plain(frame, function, values);
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var values = await EvalAllAsync(Arguments, frame).ConfigureAwait(false);
        var function = functions?.Find(values) ?? throw Unknown(frame, values, isMethod: false);
        if (function.Signature.ChangesFirst)
            return Changing(frame, function, values);
        return await Native(frame, function, values).ConfigureAwait(false);
    }

    private Value Changing(Frame frame, NativeFunction function, Value[] values)
    {
        if (Arguments[0] is not LocalNode variable)
            return Plain(frame, function, values);
        var place = variable.Find(frame);
        return Calls.Changing(frame, place, values, At, () => Plain(frame, function, values));
    }
}

/// <summary>A call of what a variable holds: <c>f(1)</c> where <c>f</c> is a closure, else of the function of that name.</summary>
internal sealed class VariableCallNode(int at, Symbol symbol, Node otherwise, string name, Node[] arguments) : AnyCallNode(at, name, arguments, waits: true)
{
    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        if (frame.Read(symbol) is not { Kind: ValueKind.Function } value)
            return await otherwise.Run(frame).ConfigureAwait(false);
        return await Pointer(frame, value.Function, await EvalAllAsync(Arguments, frame).ConfigureAwait(false), null).ConfigureAwait(false);
    }
}

/// <summary><c>call(f, …)</c>.</summary>
internal sealed class PointerCallNode(int at, Node[] arguments) : AnyCallNode(at, "call", arguments, waits: true)
{
    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var values = await EvalAllAsync(Arguments, frame).ConfigureAwait(false);
        if (values is not [{ Kind: ValueKind.Function } function, ..])
            throw Unknown(frame, values, isMethod: false);
        return await Pointer(frame, function.Function, values[1..], null).ConfigureAwait(false);
    }
}

/// <summary>A function of an imported module, or of this script as <c>global::f()</c>.</summary>
internal sealed class ModuleCallNode(int at, string[] modules, string name, Node[] arguments) : AnyCallNode(at, name, arguments, waits: true)
{
    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var values = await EvalAllAsync(Arguments, frame).ConfigureAwait(false);
        var isGlobal = modules is ["global"];
        var unit = isGlobal ? frame.Unit : Calls.Module(frame, modules, At);
        if (unit.Code.Find(Name, values.Length) is { } code && (isGlobal || !code.IsPrivate))
            return await ScriptAsync(frame, code, unit, values).ConfigureAwait(false);
        if (!isGlobal && unit.Exports.TryGetValue(Name, out var exported) && exported.Kind == ValueKind.Function)
            return await Pointer(frame, exported.Function, values, null).ConfigureAwait(false);
        var path = $"{string.Join("::", modules)}::{Name}";
        var counts = unit.Code.Functions.Where(function => function.Name == Name && !function.IsPrivate).Select(function => function.Parameters.Length).ToList();
        var hint = counts.Count > 0
            ? $"; it takes {string.Join(" or ", counts)}"
            : NearestName.Hint(Name, unit.Code.Functions.Where(function => !function.IsPrivate).Select(function => function.Name));
        throw frame.Error(RhaiErrorKind.UnknownFunction, At, $"Function not found: {path} with {values.Length} argument{(values.Length == 1 ? "" : "s")}{hint}", "ErrorFunctionNotFound");
    }
}
