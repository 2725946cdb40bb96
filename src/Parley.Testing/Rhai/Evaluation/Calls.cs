namespace Parley.Testing.Rhai.Evaluation;

/// <summary>How functions are found and entered that are known only when they are called.</summary>
internal static class Calls
{
    /// <summary>Calls a function pointer. With a receiver, a closure or function of the script has it as <c>this</c>, a function of the library as its first argument.</summary>
    public static async ValueTask<Value> PointerAsync(Execution run, FunctionPointer function, Value[] arguments, Place? receiver)
    {
        if (function.Code is { } code)
            return await ClosureAsync(run, function, code, arguments, receiver).ConfigureAwait(false);
        Value[] values = function.Curried.Length == 0 ? arguments : [.. function.Curried.Select(run.Copy), .. arguments];
        if (function.Unit.Code.Find(function.Name, values.Length) is { } script)
            return await Enter(run, run.Enter(script, function.Unit, [], [], values), receiver).ConfigureAwait(false);
        if (receiver is { } place)
            values = [place.Read(), .. values];
        if (run.Table.Function(function.Name)?.Find(values) is not { } native)
            throw Unknown(run, function.Unit, function.Name, values, isMethod: false);
        return native.Waits ? await run.WaitFor(native, values).ConfigureAwait(false) : native.Body!(run, values);
    }

    public static Value Method(Frame frame, FunctionCode code, ScriptUnit unit, in Place receiver, Value[] arguments, int at)
    {
        try
        {
            var inner = frame.Run.Enter(code, unit, [], [], arguments);
            Bind(inner, receiver);
            var value = frame.Run.Finish(inner);
            GiveBack(inner, receiver);
            return value;
        }
        catch (RhaiException error) when (frame.Locate(error, at) || error.Through(code.Name, frame.Unit.Code.Source, at))
        {
            throw;
        }
    }

    public static async ValueTask<Value> MethodAsync(Frame frame, FunctionCode code, ScriptUnit unit, Place receiver, Value[] arguments, int at)
    {
        try
        {
            return await Enter(frame.Run, frame.Run.Enter(code, unit, [], [], arguments), receiver).ConfigureAwait(false);
        }
        catch (RhaiException error) when (frame.Locate(error, at) || error.Through(code.Name, frame.Unit.Code.Source, at))
        {
            throw;
        }
    }

    /// <summary>Calls a function that changes its first argument, and writes that back to where it came from.</summary>
    public static Value Changing(Frame frame, in Place place, Value[] values, int at, Func<Value> call)
    {
        try
        {
            if (place.Constant is not null)
                place.Write(default, frame.Run);
            var before = values[0];
            var result = call();
            if (!values[0].IsSame(before))
                place.Write(values[0], frame.Run);
            return result;
        }
        catch (RhaiException error) when (frame.Locate(error, at))
        {
            throw;
        }
    }

    public static ScriptUnit Module(Frame frame, string[] path, int at)
    {
        var unit = frame.Unit;
        foreach (var name in path)
        {
            if (!unit.Modules.TryGetValue(name, out var next))
            {
                var hint = NearestName.Hint(name, unit.Modules.Keys.Concat(frame.Run.Table.Modules.Keys));
                throw frame.Error(RhaiErrorKind.UnknownVariable, at, $"Module not found: {name}{hint}", "ErrorModuleNotFound");
            }

            unit = next;
        }

        return unit;
    }

    /// <summary>The type names a script may write, of the language or of the host.</summary>
    public static bool IsType(string name, in Value value, FunctionTable table) => name switch
    {
        "int" => value.IsInteger,
        "float" => value.IsFloat,
        "String" => value.IsString,
        _ => Printer.TypeName(value, table) == name || (value.Kind == ValueKind.Range && name == "range"),
    };

    /// <summary>The error of a call that no function fits, with what would fit.</summary>
    public static RhaiException Unknown(Execution run, ScriptUnit unit, string name, Value[] values, bool isMethod)
    {
        var types = string.Join(", ", values.Select(value => Printer.TypeName(value, run.Table)));
        var native = run.Table.Function(name);
        var scripts = unit.Code.Functions.Where(function => function.Name == name).ToList();
        if (scripts.Count == 0 && LeftOut.Reason(name) is { } reason)
            return new(RhaiErrorKind.UnknownFunction, reason) { Name = "ErrorFunctionNotFound" };
        var text = $"Function not found: {name} ({types})";
        if (native is null && scripts.Count == 0)
            return new(RhaiErrorKind.UnknownFunction, text + Hint(run, unit, name, values, isMethod)) { Name = "ErrorFunctionNotFound" };
        var known = scripts.Select(function => $"{name} ({string.Join(", ", function.Parameters.Select(parameter => parameter.Name))})")
            .Concat((native?.Functions ?? []).Select(function => $"{name} ({string.Join(", ", function.Signature.Parameters.Select(parameter => parameter.Type))})"))
            .Distinct().Take(4).ToList();
        if (values is [{ IsUnit: true }, ..] && isMethod)
            return new(RhaiErrorKind.Runtime, $"there is nothing to call {name} on: the value is ()") { Name = "ErrorFunctionNotFound" };
        return new(RhaiErrorKind.Arguments, $"{text}; there is {string.Join(", ", known)}") { Name = "ErrorFunctionNotFound" };
    }

    private static string Hint(Execution run, ScriptUnit unit, string name, Value[] values, bool isMethod)
    {
        var scripts = unit.Code.Functions.Select(function => function.Name);
        if (!isMethod || values.Length == 0)
            return NearestName.Hint(name, run.Table.FunctionNames.Concat(scripts));
        if (values[0].Kind == ValueKind.Map && NearestName.Of(name, values[0].Map.Entries.Keys) is { } key)
            return $" — did you mean '{key}'?";
        return NearestName.Hint(name, run.Table.NamesFor(values[0]).Concat(scripts));
    }

    private static ValueTask<Value> ClosureAsync(Execution run, FunctionPointer function, FunctionCode code, Value[] arguments, Place? receiver)
    {
        if (arguments.Length + function.Curried.Length != code.Parameters.Length)
        {
            throw new RhaiException(RhaiErrorKind.Arguments,
                $"Function not found: {code.Name} with {arguments.Length} argument{(arguments.Length == 1 ? "" : "s")}; it takes {code.Parameters.Length - function.Curried.Length}")
            {
                Name = "ErrorFunctionNotFound",
            };
        }

        return Enter(run, run.Enter(code, function.Unit, function.Captures, function.Curried, arguments), receiver);
    }

    private static async ValueTask<Value> Enter(Execution run, Frame inner, Place? receiver)
    {
        if (receiver is { } place)
            Bind(inner, place);
        var value = inner.Code.Waits ? await run.FinishAsync(inner).ConfigureAwait(false) : run.Finish(inner);
        if (receiver is { } from)
            GiveBack(inner, from);
        return value;
    }

    private static void Bind(Frame inner, in Place receiver)
    {
        inner.This = receiver.Read();
        inner.HasThis = true;
    }

    private static void GiveBack(Frame inner, in Place receiver)
    {
        if (!inner.This.IsSame(receiver.Read()))
            receiver.Write(inner.This, inner.Run);
    }
}
