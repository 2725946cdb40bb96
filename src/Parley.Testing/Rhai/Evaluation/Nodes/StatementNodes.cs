namespace Parley.Testing.Rhai.Evaluation;

internal sealed class BlockNode(int at, Node[] statements) : Node(at, AnyWaits(statements))
{
    public override Value Eval(Frame frame)
    {
        var value = Value.Unit;
        foreach (var statement in statements)
        {
            Before(frame, statement);
            value = statement.Eval(frame);
            if (frame.Signal != Signal.None)
                return Value.Unit;
        }

        return value;
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var value = Value.Unit;
        foreach (var statement in statements)
        {
            Before(frame, statement);
            value = await statement.Run(frame).ConfigureAwait(false);
            if (frame.Signal != Signal.None)
                return Value.Unit;
        }

        return value;
    }

    private static void Before(Frame frame, Node statement)
    {
        try
        {
            frame.Run.Step();
        }
        catch (RhaiException error) when (frame.Locate(error, statement.At))
        {
            throw;
        }

        if (frame.Run.Run.Options.OnStep is { } hook)
            hook(RhaiPosition.Of(frame.Unit.Code.Source, statement.At));
    }
}

internal sealed class LetNode(int at, Symbol symbol, Node? value, bool isGlobal) : Node(at, value?.Waits == true)
{
    public override Value Eval(Frame frame) => Declare(frame, value?.Eval(frame) ?? Value.Unit);

    public override async ValueTask<Value> EvalAsync(Frame frame) => Declare(frame, await value!.Run(frame).ConfigureAwait(false));

    private Value Declare(Frame frame, in Value item)
    {
        frame.Declare(symbol, item);
        if (isGlobal && symbol.IsConstant)
            frame.Unit.Constants[symbol.Name] = item;
        return Value.Unit;
    }
}

internal sealed class ImportNode(int at, Node path, string? alias) : Node(at, waits: true)
{
    public override Value Eval(Frame frame) => throw new InvalidOperationException("An import is awaited.");

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var value = await path.Run(frame).ConfigureAwait(false);
        if (!value.IsString)
            throw frame.Error(RhaiErrorKind.Arguments, At, $"import takes a path, not {Printer.TypeName(value, frame.Run.Table)}", "ErrorMismatchDataType");
        try
        {
            var module = await frame.Run.Run.ImportAsync(frame.Run, frame.Unit, value.Text).ConfigureAwait(false);
            if (alias is not null)
                frame.Unit.Modules[alias] = module;
            return Value.Unit;
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}

internal sealed class IfNode(int at, Node condition, Node then, Node? otherwise) : Node(at, AnyWaits([condition, then, otherwise]))
{
    public override Value Eval(Frame frame) =>
        Truth(frame, condition, condition.Eval(frame)) ? then.Eval(frame) : otherwise?.Eval(frame) ?? Value.Unit;

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var taken = Truth(frame, condition, await condition.Run(frame).ConfigureAwait(false)) ? then : otherwise;
        return taken is null ? Value.Unit : await taken.Run(frame).ConfigureAwait(false);
    }
}

/// <remarks><see cref="Values"/>: None for the case that takes all.</remarks>
internal sealed record CaseCode(Node[] Values, Node? Guard, Node Body)
{
    public bool Waits => Guard?.Waits == true || Body.Waits;
}

internal sealed class SwitchNode(int at, Node subject, CaseCode[] cases) : Node(at, subject.Waits || cases.Any(item => item.Waits))
{
    public override Value Eval(Frame frame)
    {
        var value = subject.Eval(frame);
        foreach (var item in cases)
        {
            if (Fits(frame, item, value) && (item.Guard is null || Truth(frame, item.Guard, item.Guard.Eval(frame))))
                return item.Body.Eval(frame);
        }

        return Value.Unit;
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var value = await subject.Run(frame).ConfigureAwait(false);
        foreach (var item in cases)
        {
            if (Fits(frame, item, value) && (item.Guard is null || Truth(frame, item.Guard, await item.Guard.Run(frame).ConfigureAwait(false))))
                return await item.Body.Run(frame).ConfigureAwait(false);
        }

        return Value.Unit;
    }

    private static bool Fits(Frame frame, CaseCode item, in Value value)
    {
        if (item.Values.Length == 0)
            return true;
        foreach (var node in item.Values)
        {
            var expected = node.Eval(frame);
            if (expected.Kind == ValueKind.Range && (value.IsNumber || value.IsDecimal) ? Operators.Contains(expected.Range, value) : Operators.AreEqual(expected, value, frame.Run))
                return true;
        }

        return false;
    }
}

internal sealed class ThrowNode(int at, Node? value) : Node(at, value?.Waits == true)
{
    public override Value Eval(Frame frame) => throw Error(frame, value?.Eval(frame) ?? Value.Unit);

    public override async ValueTask<Value> EvalAsync(Frame frame) => throw Error(frame, await value!.Run(frame).ConfigureAwait(false));

    // What a catch got can be thrown on: its message stays the message.
    private RhaiException Error(Frame frame, in Value item)
    {
        var text = item.Kind == ValueKind.Map && item.Map["message"] is { IsString: true } message ? message.Text : frame.Run.TextOf(item);
        var error = new RhaiException(RhaiErrorKind.Thrown, text.Length == 0 ? "the script threw an error" : text) { Thrown = item };
        frame.Locate(error, At);
        return error;
    }
}

internal sealed class TryNode(int at, Node body, Symbol? symbol, Node handler) : Node(at, body.Waits || handler.Waits)
{
    public override Value Eval(Frame frame)
    {
        var depth = frame.Run.Depth;
        try
        {
            return body.Eval(frame);
        }
        catch (RhaiException error) when (error.IsCatchable)
        {
            Bind(frame, error, depth);
        }

        return handler.Eval(frame);
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var depth = frame.Run.Depth;
        try
        {
            return await body.Run(frame).ConfigureAwait(false);
        }
        catch (RhaiException error) when (error.IsCatchable)
        {
            Bind(frame, error, depth);
        }

        return await handler.Run(frame).ConfigureAwait(false);
    }

    private void Bind(Frame frame, RhaiException error, int depth)
    {
        frame.Run.Depth = depth;
        if (symbol is null)
            return;
        if (error.Kind == RhaiErrorKind.Thrown)
        {
            frame.Declare(symbol, error.Thrown);
            return;
        }

        var map = new RhaiMap { ["error"] = error.Name, ["message"] = error.Text, ["line"] = error.Line, ["position"] = error.Column };
        frame.Declare(symbol, map);
    }
}

/// <summary>break, continue and return.</summary>
/// <param name="at">Where it stands.</param>
/// <param name="signal">Which.</param>
/// <param name="value">What the loop's or the function's value becomes.</param>
/// <param name="loop">For one within an expression: the loop it is for, or null for the function.</param>
/// <param name="throws">It stands within an expression.</param>
internal sealed class JumpNode(int at, Signal signal, Node? value, object? loop, bool throws) : Node(at, value?.Waits == true)
{
    public override Value Eval(Frame frame) => Jump(frame, value?.Eval(frame) ?? Value.Unit);

    public override async ValueTask<Value> EvalAsync(Frame frame) => Jump(frame, await value!.Run(frame).ConfigureAwait(false));

    private Value Jump(Frame frame, in Value item)
    {
        if (throws)
            throw new JumpException(frame, loop, signal, item);
        frame.Signal = signal;
        frame.Result = item;
        return Value.Unit;
    }
}
