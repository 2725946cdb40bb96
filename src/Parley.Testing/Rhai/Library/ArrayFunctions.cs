using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Arrays, without those functions that are given one of the script's. A negative position counts from the end.</summary>
internal static class ArrayFunctions
{
    public static void AddTo(FunctionTableBuilder table)
    {
        AddReading(table);
        AddChanging(table);
        AddCutting(table);
    }

    private static void AddReading(FunctionTableBuilder table) => table
        .Add("prop len(array: array) -> int", "How many elements it has.", static (_, a) => a[0].Array.Items.Count)
        .Add("prop is_empty(array: array) -> bool", "Whether there is nothing in it.", static (_, a) => a[0].Array.Items.Count == 0)
        .Add("get(array: array, index: int) -> any", "One element, or () where there is none.", static (run, a) => Find(a[0].Array, a[1].Integer) is { } at ? run.Copy(a[0].Array.Items[at]) : Value.Unit)
        .Add("contains(array: array, item: any) -> bool", "Whether an element equals it.", static (run, a) => Operators.Contains(a[0], a[1], run))
        .Add("index_of(array: array, item: any) -> int", "Where the first equal element is, or -1.", static (run, a) => IndexOf(run, a[0].Array, a[1], 0))
        .Add("index_of(array: array, item: any, start: int) -> int", "Where the first equal element at or behind a position is, or -1.", static (run, a) => IndexOf(run, a[0].Array, a[1], a[2].Integer))
        .Add("join(array: array, separator: string|char) -> string", "All elements as one text.", static (run, a) => Join(run, a[0].Array, a[1].ToString()))
        .Add("join(array: array) -> string", "All elements as one text.", static (run, a) => Join(run, a[0].Array, ""))
        .Add("extract(array: array, range: range) -> array", "A copy of some elements.", static (run, a) => Extract(run, a[0].Array, a[1].Range.Within(a[0].Array.Items.Count)))
        .Add("extract(array: array, start: int) -> array", "A copy of the elements from a position on.", static (run, a) => Extract(run, a[0].Array, Cut(a[0].Array, a[1].Integer, long.MaxValue)))
        .Add("extract(array: array, start: int, count: int) -> array", "A copy of some elements.", static (run, a) => Extract(run, a[0].Array, Cut(a[0].Array, a[1].Integer, a[2].Integer)));

    private static void AddChanging(FunctionTableBuilder table) => table
        .Add("push(mut array: array, item: any)", "Adds an element at the end.", static (run, a) => Insert(run, a[0].Array, a[0].Array.Items.Count, [a[1]]))
        .Add("append(mut array: array, more: array)", "Adds another array's elements at the end.", static (run, a) => Insert(run, a[0].Array, a[0].Array.Items.Count, a[1].Array.Items))
        .Add("insert(mut array: array, index: int, item: any)", "Inserts an element before a position.", static (run, a) => Insert(run, a[0].Array, Characters.Clamp(a[1].Integer, a[0].Array.Items.Count), [a[2]]))
        .Add("set(mut array: array, index: int, item: any)", "Replaces an element; nothing where there is none.", static (_, a) => Set(a[0].Array, a[1].Integer, a[2]))
        .Add("pop(mut array: array) -> any", "Takes the last element, or () from an empty array.", static (_, a) => Take(a[0].Array, a[0].Array.Items.Count - 1))
        .Add("shift(mut array: array) -> any", "Takes the first element, or () from an empty array.", static (_, a) => Take(a[0].Array, 0))
        .Add("remove(mut array: array, index: int) -> any", "Takes one element, or () where there is none.", static (_, a) => Take(a[0].Array, Find(a[0].Array, a[1].Integer) ?? -1))
        .Add("clear(mut array: array)", "Takes all elements out.", static (_, a) => Cleared(a[0].Array))
        .Add("reverse(mut array: array)", "Turns the order round.", static (_, a) => Reverse(a[0].Array))
        .Add("truncate(mut array: array, count: int)", "Keeps at most so many elements.", static (_, a) => RemoveRange(a[0].Array, (int)Math.Clamp(a[1].Integer, 0, a[0].Array.Items.Count), a[0].Array.Items.Count))
        .Add("chop(mut array: array, count: int)", "Keeps at most so many elements at the end.", static (_, a) => RemoveRange(a[0].Array, 0, a[0].Array.Items.Count - (int)Math.Clamp(a[1].Integer, 0, a[0].Array.Items.Count)))
        .Add("pad(mut array: array, length: int, item: any)", "Adds an element until it is so long.", static (run, a) => Pad(run, a[0].Array, a[1].Integer, a[2]));

    private static void AddCutting(FunctionTableBuilder table) => table
        .Add("split(mut array: array, index: int) -> array", "Cuts it in two and gives the second part.", static (_, a) => Drain(a[0].Array, Cut(a[0].Array, a[1].Integer, long.MaxValue)))
        .Add("drain(mut array: array, range: range) -> array", "Takes some elements out.", static (_, a) => Drain(a[0].Array, a[1].Range.Within(a[0].Array.Items.Count)))
        .Add("drain(mut array: array, start: int, count: int) -> array", "Takes some elements out.", static (_, a) => Drain(a[0].Array, Cut(a[0].Array, a[1].Integer, a[2].Integer)))
        .Add("retain(mut array: array, range: range) -> array", "Keeps some elements and gives the others.", static (_, a) => Retain(a[0].Array, a[1].Range.Within(a[0].Array.Items.Count)))
        .Add("retain(mut array: array, start: int, count: int) -> array", "Keeps some elements and gives the others.", static (_, a) => Retain(a[0].Array, Cut(a[0].Array, a[1].Integer, a[2].Integer)))
        .Add("splice(mut array: array, range: range, by: array)", "Replaces some elements by others.", static (run, a) => Splice(run, a[0].Array, a[1].Range.Within(a[0].Array.Items.Count), a[2].Array))
        .Add("splice(mut array: array, start: int, count: int, by: array)", "Replaces some elements by others.", static (run, a) => Splice(run, a[0].Array, Cut(a[0].Array, a[1].Integer, a[2].Integer), a[3].Array))
        .Add("sort(mut array: array)", "Sorts numbers, texts or characters.", static (run, a) => Sort(run, a[0].Array, 1))
        .Add("sort_desc(mut array: array)", "Sorts the other way round.", static (run, a) => Sort(run, a[0].Array, -1))
        .Add("order(array: array) -> array", "A sorted copy.", static (run, a) => Sorted(run, a[0].Array, 1))
        .Add("order_desc(array: array) -> array", "A copy sorted the other way round.", static (run, a) => Sorted(run, a[0].Array, -1))
        .Add("dedup(mut array: array)", "Takes out elements equal to the one before.", static (run, a) => Dedup(run, a[0].Array));

    public static int? Find(RhaiArray array, long index)
    {
        var at = index < 0 ? index + array.Items.Count : index;
        return at >= 0 && at < array.Items.Count ? (int)at : null;
    }

    private static (int Start, int Count) Cut(RhaiArray array, long start, long count)
    {
        var from = Characters.Clamp(start, array.Items.Count);
        return (from, (int)Math.Clamp(count, 0, array.Items.Count - from));
    }

    private static int IndexOf(Execution run, RhaiArray array, in Value item, long start)
    {
        for (var i = Characters.Clamp(start, array.Items.Count); i < array.Items.Count; i++)
        {
            if (Operators.AreEqual(array.Items[i], item, run))
                return i;
        }

        return -1;
    }

    private static string Join(Execution run, RhaiArray array, string separator)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < array.Items.Count && text.Length <= run.Limits.MaxString; i++)
            text.Append(i > 0 ? separator : "").Append(run.TextOf(array.Items[i]));
        return run.Checked(text.ToString());
    }

    private static Value Extract(Execution run, RhaiArray array, (int Start, int Count) part) =>
        run.Copy(new RhaiArray(array.Items.GetRange(part.Start, part.Count)));

    private static Value Insert(Execution run, RhaiArray array, int at, List<Value> items)
    {
        run.CheckCount((long)array.Items.Count + items.Count, "array");
        run.Charge(array.Items.Count - at);
        array.Items.InsertRange(at, items);
        return Value.Unit;
    }

    private static Value Set(RhaiArray array, long index, in Value item)
    {
        if (Find(array, index) is { } at)
            array.Items[at] = item;
        return Value.Unit;
    }

    private static Value Take(RhaiArray array, int at)
    {
        if (at < 0 || at >= array.Items.Count)
            return Value.Unit;
        var item = array.Items[at];
        array.Items.RemoveAt(at);
        return item;
    }

    private static Value Cleared(RhaiArray array)
    {
        array.Items.Clear();
        return Value.Unit;
    }

    private static Value Reverse(RhaiArray array)
    {
        array.Items.Reverse();
        return Value.Unit;
    }

    private static Value RemoveRange(RhaiArray array, int from, int to)
    {
        array.Items.RemoveRange(from, Math.Max(0, to - from));
        return Value.Unit;
    }

    private static Value Pad(Execution run, RhaiArray array, long length, in Value item)
    {
        run.CheckCount(length, "array");
        while (array.Items.Count < length)
        {
            run.Step();
            array.Items.Add(run.Copy(item));
        }

        return Value.Unit;
    }

    private static Value Drain(RhaiArray array, (int Start, int Count) part)
    {
        var taken = array.Items.GetRange(part.Start, part.Count);
        array.Items.RemoveRange(part.Start, part.Count);
        return new RhaiArray(taken);
    }

    private static Value Retain(RhaiArray array, (int Start, int Count) part)
    {
        var kept = array.Items.GetRange(part.Start, part.Count);
        array.Items.RemoveRange(part.Start, part.Count);
        var others = new RhaiArray([.. array.Items]);
        array.Items.Clear();
        array.Items.AddRange(kept);
        return others;
    }

    private static Value Splice(Execution run, RhaiArray array, (int Start, int Count) part, RhaiArray by)
    {
        run.CheckCount((long)array.Items.Count - part.Count + by.Items.Count, "array");
        array.Items.RemoveRange(part.Start, part.Count);
        array.Items.InsertRange(part.Start, by.Items);
        return Value.Unit;
    }

    private static Value Sorted(Execution run, RhaiArray array, int direction)
    {
        var copy = run.Copy(array).Array;
        Sort(run, copy, direction);
        return copy;
    }

    private static Value Sort(Execution run, RhaiArray array, int direction)
    {
        run.Charge(array.Items.Count * 8);
        foreach (var item in array.Items)
        {
            if (!Operators.TryCompare(item, array.Items[0], out _))
                throw new RhaiException(RhaiErrorKind.Arguments, $"sort needs elements of one type that can be compared; give it a function: sort(|a, b| …)") { Name = "ErrorMismatchDataType" };
        }

        // LINQ's sort is stable; List.Sort is not.
        List<Value> sorted = [.. array.Items.Order(Comparer<Value>.Create((a, b) => Operators.TryCompare(a, b, out var order) ? order * direction : 0))];
        array.Items.Clear();
        array.Items.AddRange(sorted);
        return Value.Unit;
    }

    private static Value Dedup(Execution run, RhaiArray array)
    {
        var kept = new List<Value>();
        foreach (var item in array.Items)
        {
            if (kept.Count == 0 || !Operators.AreEqual(kept[^1], item, run))
                kept.Add(item);
        }

        array.Items.Clear();
        array.Items.AddRange(kept);
        return Value.Unit;
    }
}
