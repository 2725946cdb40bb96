namespace Parley.Testing.Rhai.Evaluation;

/// <summary>
/// <c>owner.name(…)</c>. In this order: a closure kept in a map under that name, a function pointer's own methods, a function of the script with <c>this</c>,
/// a function of the library or host with the owner as first argument, and one of the script likewise.
/// </summary>
internal sealed class MethodCallNode(int at, Node owner, string name, NativeOverloads? natives, Node[] arguments, bool isOptional, bool waits)
    : AnyCallNode(at, name, arguments, waits || owner.Waits)
{
    public override Value Eval(Frame frame)
    {
        var place = owner.Find(frame);
        var receiver = place.Read();
        if (isOptional && receiver.IsUnit)
            return Value.Unit;
        var values = EvalAll(Arguments, frame, skip: 1);
        if (MapFunction(receiver) is not null || receiver.Kind == ValueKind.Function || Method(frame, receiver) is { Waits: true })
            return Dispatch(frame, place, values).AsTask().GetAwaiter().GetResult();
        if (Method(frame, receiver) is { } method)
            return Calls.Method(frame, method, frame.Unit, place, values[1..], At);

        // Read again: an argument may have changed it.
        values[0] = place.Read();
        if (natives?.Find(values) is { Waits: false } function)
            return Native(frame, function, place, values);
        return Otherwise(frame, values).AsTask().GetAwaiter().GetResult();
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var place = await owner.FindAsync(frame).ConfigureAwait(false);
        if (isOptional && place.Read().IsUnit)
            return Value.Unit;
        return await Dispatch(frame, place, await EvalAllAsync(Arguments, frame, skip: 1).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async ValueTask<Value> Dispatch(Frame frame, Place place, Value[] values)
    {
        var receiver = values[0] = place.Read();
        if (MapFunction(receiver) is { } held)
            return await Pointer(frame, held, values[1..], place).ConfigureAwait(false);
        if (receiver.Kind == ValueKind.Function && Name == "call")
            return await Pointer(frame, receiver.Function, values[1..], null).ConfigureAwait(false);
        if (receiver.Kind == ValueKind.Function && Name == "curry")
            return receiver.Function.Curry(values.AsSpan(1));
        if (Name == "call" && values.Length > 1 && values[1].Kind == ValueKind.Function)
            return await Pointer(frame, values[1].Function, values[2..], place).ConfigureAwait(false);
        if (Method(frame, receiver) is { } method)
            return await Calls.MethodAsync(frame, method, frame.Unit, place, values[1..], At).ConfigureAwait(false);
        if (natives?.Find(values) is not { } function)
            return await Otherwise(frame, values).ConfigureAwait(false);
        return function.Waits ? await Native(frame, function, values).ConfigureAwait(false) : Native(frame, function, place, values);
    }

    private Value Native(Frame frame, NativeFunction function, in Place place, Value[] values) => function.Signature.ChangesFirst
        ? Calls.Changing(frame, place, values, At, () => Plain(frame, function, values))
        : Plain(frame, function, values);

    private async ValueTask<Value> Otherwise(Frame frame, Value[] values)
    {
        values[0] = frame.Run.Copy(values[0]);
        if (frame.Unit.Code.Find(Name, values.Length) is { } code)
            return await ScriptAsync(frame, code, frame.Unit, values).ConfigureAwait(false);
        throw Unknown(frame, values, isMethod: true);
    }

    private FunctionPointer? MapFunction(in Value receiver) =>
        receiver.Kind == ValueKind.Map && receiver.Map.Entries.TryGetValue(Name, out var held) && held.Kind == ValueKind.Function ? held.Function : null;

    private FunctionCode? Method(Frame frame, in Value receiver)
    {
        FunctionCode? any = null;
        foreach (var function in frame.Unit.Code.Functions)
        {
            if (!function.Fits(Name, Arguments.Length))
                continue;
            if (function.Receiver is null)
                any = function;
            else if (Calls.IsType(function.Receiver, receiver, frame.Run.Table))
                return function;
        }

        return any;
    }
}
