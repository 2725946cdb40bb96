using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>What arrays do with a function of the script. It is given the element, or the element and its position, or the element as <c>this</c>, as it likes.</summary>
internal static class ArrayCallbacks
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table
            .Calling("map(array: array, function: Fn) -> array", "What the function makes of each element.", static (run, a) => Map(run, a[0].Array, a[1].Function))
            .Calling("filter(array: array, function: Fn) -> array", "Copies of the elements the function says true to.", static (run, a) => Filter(run, a[0].Array, a[1].Function))
            .Calling("for_each(mut array: array, function: Fn)", "Calls the function with each element as this, which it can change; it may take the position.", static (run, a) => ForEach(run, a[0].Array, a[1].Function))
            .Calling("find(array: array, function: Fn) -> any", "The first element the function says true to, or ().", static (run, a) => Find(run, a[0].Array, a[1].Function, 0))
            .Calling("find(array: array, function: Fn, start: int) -> any", "The first such element at or behind a position, or ().", static (run, a) => Find(run, a[0].Array, a[1].Function, a[2].Integer))
            .Calling("find_map(array: array, function: Fn) -> any", "What the function makes of the first element it makes something of, or ().", static (run, a) => FindMap(run, a[0].Array, a[1].Function, 0))
            .Calling("find_map(array: array, function: Fn, start: int) -> any", "The same at or behind a position.", static (run, a) => FindMap(run, a[0].Array, a[1].Function, a[2].Integer))
            .Calling("index_of(array: array, function: Fn) -> int", "Where the first element is that the function says true to, or -1.", static (run, a) => IndexOf(run, a[0].Array, a[1].Function, 0))
            .Calling("index_of(array: array, function: Fn, start: int) -> int", "The same at or behind a position.", static (run, a) => IndexOf(run, a[0].Array, a[1].Function, a[2].Integer))
            .Calling("all(array: array, function: Fn) -> bool", "Whether the function says true to all elements.", static async (run, a) => await First(run, a[0].Array, a[1].Function, 0, false).ConfigureAwait(false) < 0)
            .Calling("some(array: array, function: Fn) -> bool", "Whether the function says true to an element.", static async (run, a) => await First(run, a[0].Array, a[1].Function, 0, true).ConfigureAwait(false) >= 0)
            .Calling("reduce(array: array, function: Fn) -> any", "|sum, item| over all elements, beginning with ().", static (run, a) => Reduce(run, a[0].Array, a[1].Function, Value.Unit, isReverse: false))
            .Calling("reduce(array: array, function: Fn, first: any) -> any", "|sum, item| over all elements.", static (run, a) => Reduce(run, a[0].Array, a[1].Function, a[2], isReverse: false))
            .Calling("reduce_rev(array: array, function: Fn) -> any", "|sum, item| over all elements from the end.", static (run, a) => Reduce(run, a[0].Array, a[1].Function, Value.Unit, isReverse: true))
            .Calling("reduce_rev(array: array, function: Fn, first: any) -> any", "|sum, item| over all elements from the end.", static (run, a) => Reduce(run, a[0].Array, a[1].Function, a[2], isReverse: true))
            .Calling("zip(array: array, other: array, function: Fn) -> array", "What the function makes of pairs of elements.", static (run, a) => Zip(run, a[0].Array, a[1].Array, a[2].Function))
            .Calling("drain(mut array: array, function: Fn) -> array", "Takes out the elements the function says true to.", static (run, a) => Part(run, a[0].Array, a[1].Function, isDrained: true))
            .Calling("retain(mut array: array, function: Fn) -> array", "Keeps the elements the function says true to and gives the others.", static (run, a) => Part(run, a[0].Array, a[1].Function, isDrained: false))
            .Calling("sort(mut array: array, function: Fn)", "Sorts by |a, b| negative, 0 or positive.", static (run, a) => Sort(run, a[0].Array, a[1].Function))
            .Calling("sort_by(mut array: array, function: Fn)", "The same as sort with a function.", static (run, a) => Sort(run, a[0].Array, a[1].Function))
            .Calling("order(array: array, function: Fn) -> array", "A copy sorted by |a, b| negative, 0 or positive.", static (run, a) => Order(run, a[0].Array, a[1].Function))
            .Calling("order_by(array: array, function: Fn) -> array", "The same as order with a function.", static (run, a) => Order(run, a[0].Array, a[1].Function))
            .Calling("dedup(mut array: array, function: Fn)", "Takes out elements that |a, b| says to be equal to the one before.", static (run, a) => Dedup(run, a[0].Array, a[1].Function));
    }

    /// <summary>Calls a function with an element in the form it takes.</summary>
    public static ValueTask<Value> Call(Execution run, FunctionPointer function, Value item, int index) => Arity(function) switch
    {
        0 => run.CallAsync(function, item, []),
        2 => run.CallAsync(function, item, index),
        _ => run.CallAsync(function, item),
    };

    public static bool Truth(Execution run, in Value value) => value.IsBoolean
        ? value.Boolean
        : throw new RhaiException(RhaiErrorKind.Arguments, $"the function must give true or false here, not {Printer.TypeName(value, run.Table)}") { Name = "ErrorMismatchDataType" };

    private static int Arity(FunctionPointer function)
    {
        if (function.Arity is { } known)
            return known;
        var given = function.Curried.Length;
        foreach (var count in (int[])[1, 2, 0])
        {
            if (function.Unit.Code.Find(function.Name, count + given) is not null)
                return count;
        }

        return 1;
    }

    private static async ValueTask<Value> Map(Execution run, RhaiArray array, FunctionPointer function)
    {
        Value[] items = [.. array.Items];
        var mapped = new List<Value>(items.Length);
        for (var i = 0; i < items.Length; i++)
            mapped.Add(await Call(run, function, items[i], i).ConfigureAwait(false));
        return new RhaiArray(mapped);
    }

    private static async ValueTask<Value> Filter(Execution run, RhaiArray array, FunctionPointer function)
    {
        Value[] items = [.. array.Items];
        var kept = new List<Value>();
        for (var i = 0; i < items.Length; i++)
        {
            if (Truth(run, await Call(run, function, items[i], i).ConfigureAwait(false)))
                kept.Add(run.Copy(items[i]));
        }

        return new RhaiArray(kept);
    }

    private static async ValueTask<Value> ForEach(Execution run, RhaiArray array, FunctionPointer function)
    {
        for (var i = 0; i < array.Items.Count; i++)
            await Calls.PointerAsync(run, function, Arity(function) == 0 ? [] : [i], Place.Temporary(array).At(i, run)).ConfigureAwait(false);

        return Value.Unit;
    }

    private static async ValueTask<Value> Find(Execution run, RhaiArray array, FunctionPointer function, long start)
    {
        var at = await First(run, array, function, start, true).ConfigureAwait(false);
        return at < 0 || at >= array.Items.Count ? Value.Unit : run.Copy(array.Items[at]);
    }

    private static async ValueTask<Value> FindMap(Execution run, RhaiArray array, FunctionPointer function, long start)
    {
        Value[] items = [.. array.Items];
        for (var i = Characters.Clamp(start, items.Length); i < items.Length; i++)
        {
            if (await Call(run, function, items[i], i).ConfigureAwait(false) is { IsUnit: false } found)
                return found;
        }

        return Value.Unit;
    }

    private static async ValueTask<Value> IndexOf(Execution run, RhaiArray array, FunctionPointer function, long start) =>
        await First(run, array, function, start, true).ConfigureAwait(false);

    private static async ValueTask<int> First(Execution run, RhaiArray array, FunctionPointer function, long start, bool wanted)
    {
        Value[] items = [.. array.Items];
        for (var i = Characters.Clamp(start, items.Length); i < items.Length; i++)
        {
            if (Truth(run, await Call(run, function, items[i], i).ConfigureAwait(false)) == wanted)
                return i;
        }

        return -1;
    }

    // |sum, item|, |sum, item, index|, or |sum| with the item as this.
    private static async ValueTask<Value> Reduce(Execution run, RhaiArray array, FunctionPointer function, Value sum, bool isReverse)
    {
        Value[] items = [.. array.Items];
        for (var i = 0; i < items.Length; i++)
        {
            var at = isReverse ? items.Length - 1 - i : i;
            sum = function.Arity switch
            {
                1 => await run.CallAsync(function, items[at], [sum]).ConfigureAwait(false),
                3 => await run.CallAsync(function, sum, items[at], at).ConfigureAwait(false),
                _ => await run.CallAsync(function, sum, items[at]).ConfigureAwait(false),
            };
        }

        return sum;
    }

    private static async ValueTask<Value> Zip(Execution run, RhaiArray array, RhaiArray other, FunctionPointer function)
    {
        Value[] items = [.. array.Items];
        Value[] others = [.. other.Items];
        var zipped = new List<Value>();
        for (var i = 0; i < Math.Min(items.Length, others.Length); i++)
            zipped.Add(await run.CallAsync(function, items[i], others[i]).ConfigureAwait(false));
        return new RhaiArray(zipped);
    }

    private static async ValueTask<Value> Part(Execution run, RhaiArray array, FunctionPointer function, bool isDrained)
    {
        Value[] items = [.. array.Items];
        var kept = new List<Value>();
        var taken = new RhaiArray();
        for (var i = 0; i < items.Length; i++)
        {
            var isNamed = Truth(run, await Call(run, function, items[i], i).ConfigureAwait(false));
            (isNamed == isDrained ? taken.Items : kept).Add(items[i]);
        }

        array.Items.Clear();
        array.Items.AddRange(kept);
        return taken;
    }

    private static async ValueTask<Value> Sort(Execution run, RhaiArray array, FunctionPointer function)
    {
        var sorted = await MergeSort(run, [.. array.Items], function).ConfigureAwait(false);
        array.Items.Clear();
        array.Items.AddRange(sorted);
        return Value.Unit;
    }

    private static async ValueTask<Value> Order(Execution run, RhaiArray array, FunctionPointer function) =>
        new RhaiArray(await MergeSort(run, [.. run.Copy(array).Array.Items], function).ConfigureAwait(false));

    // Stable, and content with a function that contradicts itself.
    private static async ValueTask<Value[]> MergeSort(Execution run, Value[] items, FunctionPointer function)
    {
        var from = items;
        var to = new Value[items.Length];
        for (var width = 1; width < items.Length; width *= 2)
        {
            for (var start = 0; start < items.Length; start += 2 * width)
            {
                var (left, right) = (start, Math.Min(start + width, items.Length));
                var (middle, end) = (right, Math.Min(start + (2 * width), items.Length));
                for (var i = start; i < end; i++)
                {
                    var takesLeft = left < middle && (right >= end || await Compare(run, function, from[left], from[right]).ConfigureAwait(false) <= 0);
                    to[i] = takesLeft ? from[left++] : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        return from;
    }

    private static async ValueTask<int> Compare(Execution run, FunctionPointer function, Value left, Value right)
    {
        var order = await run.CallAsync(function, left, right).ConfigureAwait(false);

        // true stands for "in this order".
        return order.Kind switch
        {
            ValueKind.Integer => Math.Sign(order.Integer),
            ValueKind.Float => double.IsNaN(order.Float) ? 0 : Math.Sign(order.Float),
            ValueKind.Decimal => Math.Sign(order.Decimal),
            ValueKind.Boolean => order.Boolean ? -1 : 1,
            _ => throw new RhaiException(RhaiErrorKind.Arguments, $"the function must give a number here, not {Printer.TypeName(order, run.Table)}") { Name = "ErrorMismatchDataType" },
        };
    }

    private static async ValueTask<Value> Dedup(Execution run, RhaiArray array, FunctionPointer function)
    {
        var kept = new List<Value>();
        foreach (var item in (Value[])[.. array.Items])
        {
            if (kept.Count == 0 || !Truth(run, await run.CallAsync(function, kept[^1], item).ConfigureAwait(false)))
                kept.Add(item);
        }

        array.Items.Clear();
        array.Items.AddRange(kept);
        return Value.Unit;
    }
}
