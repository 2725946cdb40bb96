namespace Parley.Testing.Rhai.Evaluation;

internal sealed class UnaryNode(int at, string symbol, Node operand) : Node(at, operand.Waits)
{
    public override Value Eval(Frame frame) => Apply(frame, operand.Eval(frame));

    public override async ValueTask<Value> EvalAsync(Frame frame) => Apply(frame, await operand.Run(frame).ConfigureAwait(false));

    private Value Apply(Frame frame, in Value value)
    {
        try
        {
            return symbol switch
            {
                "()" => value,
                "-" => Operators.Negate(value, frame.Run),
                "+" when value.IsNumber => value,
                "!" when value.IsBoolean => !value.Boolean,
                _ => throw Operators.Unknown(symbol, frame.Run, value),
            };
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}

internal sealed class BinaryNode(int at, Operation operation, Node left, Node right) : Node(at, left.Waits || right.Waits)
{
    public override Value Eval(Frame frame)
    {
        var first = left.Eval(frame);
        var second = right.Eval(frame);
        if (first.IsInteger && second.IsInteger)
        {
            switch (operation)
            {
                case Operation.Less:
                    return first.Integer < second.Integer;
                case Operation.Equal:
                    return first.Integer == second.Integer;
            }
        }

        return Apply(frame, operation, first, second, At);
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var first = await left.Run(frame).ConfigureAwait(false);
        return Apply(frame, operation, first, await right.Run(frame).ConfigureAwait(false), At);
    }

    public static Value Apply(Frame frame, Operation operation, in Value first, in Value second, int at)
    {
        try
        {
            return Operators.Apply(operation, first, second, frame.Run);
        }
        catch (RhaiException error) when (frame.Locate(error, at))
        {
            throw;
        }
    }
}

/// <summary>&amp;&amp; and ||: the right side is looked at only when it decides.</summary>
internal sealed class LogicNode(int at, bool isAnd, Node left, Node right) : Node(at, left.Waits || right.Waits)
{
    public override Value Eval(Frame frame) =>
        Truth(frame, left, left.Eval(frame)) == isAnd ? Truth(frame, right, right.Eval(frame)) : !isAnd;

    public override async ValueTask<Value> EvalAsync(Frame frame) =>
        Truth(frame, left, await left.Run(frame).ConfigureAwait(false)) == isAnd ? Truth(frame, right, await right.Run(frame).ConfigureAwait(false)) : !isAnd;
}

/// <summary>??: the right side when the left is unit.</summary>
internal sealed class CoalesceNode(int at, Node left, Node right) : Node(at, left.Waits || right.Waits)
{
    public override Value Eval(Frame frame) => left.Eval(frame) is { IsUnit: false } value ? value : right.Eval(frame);

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var value = await left.Run(frame).ConfigureAwait(false);
        return value.IsUnit ? await right.Run(frame).ConfigureAwait(false) : value;
    }
}

internal sealed class IndexNode(int at, Node container, Node index, bool isOptional) : Node(at, container.Waits || index.Waits)
{
    public override Value Eval(Frame frame) => Find(frame).Read();

    public override async ValueTask<Value> EvalAsync(Frame frame) => (await FindAsync(frame).ConfigureAwait(false)).Read();

    public override Place Find(Frame frame)
    {
        var place = container.Find(frame);
        return IsSkipped(place) ? Place.Temporary(Value.Unit) : Element(frame, place, index.Eval(frame));
    }

    public override async ValueTask<Place> FindAsync(Frame frame)
    {
        var place = await container.FindAsync(frame).ConfigureAwait(false);
        return IsSkipped(place) ? Place.Temporary(Value.Unit) : Element(frame, place, await index.Run(frame).ConfigureAwait(false));
    }

    private bool IsSkipped(in Place place) => isOptional && place.Read().IsUnit;

    private Place Element(Frame frame, in Place place, in Value key)
    {
        try
        {
            return place.At(key, frame.Run);
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}

internal sealed class MemberNode(int at, Node owner, string name, bool isOptional) : Node(at, owner.Waits)
{
    public override Value Eval(Frame frame) => Find(frame).Read();

    public override async ValueTask<Value> EvalAsync(Frame frame) => (await FindAsync(frame).ConfigureAwait(false)).Read();

    public override Place Find(Frame frame) => Of(frame, owner.Find(frame));

    public override async ValueTask<Place> FindAsync(Frame frame) => Of(frame, await owner.FindAsync(frame).ConfigureAwait(false));

    private Place Of(Frame frame, in Place place)
    {
        if (isOptional && place.Read().IsUnit)
            return Place.Temporary(Value.Unit);
        try
        {
            return place.Member(name, frame.Run);
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
}

internal sealed class AssignNode(int at, Operation? operation, Node target, Node value) : Node(at, target.Waits || value.Waits)
{
    public override Value Eval(Frame frame)
    {
        var item = value.Eval(frame);
        return Write(frame, target.Find(frame), item);
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var item = await value.Run(frame).ConfigureAwait(false);
        return Write(frame, await target.FindAsync(frame).ConfigureAwait(false), item);
    }

    private Value Write(Frame frame, in Place place, in Value item)
    {
        try
        {
            if (operation is not { } change)
                place.Write(item, frame.Run);
            else if (change == Operation.Add && place.Constant is null && place.Read() is { Kind: ValueKind.Array } array)
                Append(array.Array, item, frame.Run);
            else
                place.Write(Operators.Apply(change, place.Read(), item, frame.Run), frame.Run);
            return Value.Unit;
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

    // += on an array adds another's elements, or one element, in place.
    private static void Append(RhaiArray array, in Value item, Execution run)
    {
        if (item.Kind == ValueKind.Array)
        {
            run.CheckCount(array.Items.Count + item.Array.Items.Count, "array");
            array.Items.AddRange(item.Array.Items);
        }
        else
        {
            run.CheckCount(array.Items.Count + 1, "array");
            array.Items.Add(item);
        }
    }
}

/// <summary>??=: assigned only to what is unit.</summary>
internal sealed class CoalesceAssignNode(int at, Node target, Node value) : Node(at, target.Waits || value.Waits)
{
    public override Value Eval(Frame frame)
    {
        var place = target.Find(frame);
        if (place.Read().IsUnit)
            Write(frame, place, value.Eval(frame));
        return Value.Unit;
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var place = await target.FindAsync(frame).ConfigureAwait(false);
        if (place.Read().IsUnit)
            Write(frame, place, await value.Run(frame).ConfigureAwait(false));
        return Value.Unit;
    }

    private void Write(Frame frame, in Place place, in Value item)
    {
        try
        {
            place.Write(item, frame.Run);
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}
