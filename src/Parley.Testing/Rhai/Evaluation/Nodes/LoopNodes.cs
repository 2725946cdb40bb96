namespace Parley.Testing.Rhai.Evaluation;

/// <summary>A loop: one round of its body after the other, and the ways out of it.</summary>
/// <param name="at">Where it stands.</param>
/// <param name="key">What a break within an expression names it by.</param>
/// <param name="body">What a round does.</param>
/// <param name="waits">Whether any part may wait.</param>
internal abstract class RoundsNode(int at, object key, Node body, bool waits) : Node(at, waits)
{
    /// <returns>False to leave the loop.</returns>
    protected bool Round(Frame frame, ref Value result)
    {
        Step(frame);
        try
        {
            body.Eval(frame);
        }
        catch (JumpException jump) when (IsOwn(frame, jump))
        {
            frame.Signal = jump.Signal;
            frame.Result = jump.Value;
        }

        return IsGoingOn(frame, ref result);
    }

    protected async ValueTask RoundAsync(Frame frame)
    {
        Step(frame);
        try
        {
            await body.Run(frame).ConfigureAwait(false);
        }
        catch (JumpException jump) when (IsOwn(frame, jump))
        {
            frame.Signal = jump.Signal;
            frame.Result = jump.Value;
        }
    }

    protected static bool IsGoingOn(Frame frame, ref Value result)
    {
        switch (frame.Signal)
        {
            case Signal.None:
                return true;
            case Signal.Continue:
                frame.Signal = Signal.None;
                return true;
            case Signal.Break:
                frame.Signal = Signal.None;
                result = frame.Result;
                return false;
            default:
                return false;
        }
    }

    protected void Step(Frame frame)
    {
        try
        {
            frame.Run.Step();
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }

    private bool IsOwn(Frame frame, JumpException jump) => jump.Frame == frame && ReferenceEquals(jump.Loop, key);
}

/// <summary>while, loop, do.</summary>
internal sealed class LoopNode(int at, object key, Node? condition, Node body, bool isUntil, bool isPostTested)
    : RoundsNode(at, key, body, body.Waits || condition?.Waits == true)
{
    public override Value Eval(Frame frame)
    {
        var result = Value.Unit;
        var isTested = !isPostTested;
        while (true)
        {
            if (isTested && condition is not null && Truth(frame, condition, condition.Eval(frame)) == isUntil)
                return result;
            if (!Round(frame, ref result))
                return result;
            isTested = true;
        }
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var result = Value.Unit;
        var isTested = !isPostTested;
        while (true)
        {
            if (isTested && condition is not null && Truth(frame, condition, await condition.Run(frame).ConfigureAwait(false)) == isUntil)
                return result;
            await RoundAsync(frame).ConfigureAwait(false);
            if (!IsGoingOn(frame, ref result))
                return result;
            isTested = true;
        }
    }
}

internal sealed class ForNode(int at, object key, Symbol item, Symbol? counter, Node source, Node body) : RoundsNode(at, key, body, source.Waits || body.Waits)
{
    public override Value Eval(Frame frame)
    {
        var result = Value.Unit;
        var count = 0L;
        using var items = Items(frame, source.Eval(frame));
        while (items.MoveNext())
        {
            Declare(frame, items.Current, count++);
            if (!Round(frame, ref result))
                return result;
        }

        return result;
    }

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        var result = Value.Unit;
        var count = 0L;
        using var items = Items(frame, await source.Run(frame).ConfigureAwait(false));
        while (items.MoveNext())
        {
            Declare(frame, items.Current, count++);
            await RoundAsync(frame).ConfigureAwait(false);
            if (!IsGoingOn(frame, ref result))
                return result;
        }

        return result;
    }

    private void Declare(Frame frame, in Value value, long count)
    {
        frame.Declare(item, value);
        if (counter is not null)
            frame.Declare(counter, count);
    }

    private IEnumerator<Value> Items(Frame frame, in Value value) => Iteration.TryGet(value, out var items)
        ? items.GetEnumerator()
        : throw frame.Error(RhaiErrorKind.Arguments, source.At, $"For loop expects an array, a range or text, not {Printer.TypeName(value, frame.Run.Table)}", "ErrorFor");
}
