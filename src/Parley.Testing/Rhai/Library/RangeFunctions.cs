using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Ranges, and sequences with a step.</summary>
internal static class RangeFunctions
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Add("range(from: int, to: int) -> range", "Integers from one up to, but without, another.", static (_, a) => new RhaiRange(a[0].Integer, a[1].Integer, false))
        .Add("range(from: int, to: int, step: int) -> range", "Every step-th integer; a negative step counts down.", static (_, a) => Step(a[0].Integer, a[1].Integer, a[2].Integer))
        .Add("range(range: range, step: int) -> range", "Every step-th integer of a range.", static (_, a) => Step(a[0].Range, a[1].Integer))
        .Add("range(from: int|float, to: int|float, step: int|float) -> iterator", "Numbers from one up to, but without, another.", static (_, a) => Floats(a[0].Number, a[1].Number, a[2].Number))
        .Add("prop start(range: range) -> int", "The first integer.", static (_, a) => a[0].Range.From)
        .Add("prop end(range: range) -> int", "The last integer, or the one behind it.", static (_, a) => a[0].Range.To)
        .Add("prop is_inclusive(range: range) -> bool", "Whether the end belongs to it.", static (_, a) => a[0].Range.IsInclusive)
        .Add("prop is_exclusive(range: range) -> bool", "Whether the end does not belong to it.", static (_, a) => !a[0].Range.IsInclusive)
        .Add("prop is_empty(range: range) -> bool", "Whether there is nothing in it.", static (_, a) => a[0].Range.IsEmpty)
        .Add("contains(range: range, item: int) -> bool", "Whether an integer lies in it.", static (_, a) => a[0].Range.Contains(a[1].Integer))
        .Add("to_array(range: range|iterator) -> array", "All of it as an array.", static (run, a) => ToArray(run, a[0]));

    private static Value Step(long from, long to, long step) => step == 0 ? throw NoStep() : new RhaiRange(from, to, false, step);

    private static Value Step(RhaiRange range, long step) => step == 0 ? throw NoStep() : range with { Step = step };

    private static Value Floats(double from, double to, double step)
    {
        // A step too small to change the number would never arrive.
        if (step == 0 || !double.IsFinite(from) || !double.IsFinite(to) || !double.IsFinite(step) || from + step == from)
            throw NoStep();
        return Value.Of(new RhaiSequence(Numbers()));

        IEnumerable<Value> Numbers()
        {
            for (var i = 0L; ; i++)
            {
                var at = from + (i * step);
                if (step > 0 ? at >= to : at <= to)
                    yield break;
                yield return at;
            }
        }
    }

    private static Value ToArray(Execution run, in Value value)
    {
        Iteration.TryGet(value, out var items);
        var array = new RhaiArray();
        foreach (var item in items)
        {
            run.CheckCount(array.Items.Count + 1, "array");
            run.Step();
            array.Items.Add(item);
        }

        return array;
    }

    private static RhaiException NoStep() => new(RhaiErrorKind.Arguments, "a range's step must lead from one number to the next") { Name = "ErrorInvalidStep" };
}
