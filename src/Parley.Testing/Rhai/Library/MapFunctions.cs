using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Object maps.</summary>
internal static class MapFunctions
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Add("len(map: map) -> int", "How many entries it has.", static (_, a) => a[0].Map.Count)
        .Add("is_empty(map: map) -> bool", "Whether there is nothing in it.", static (_, a) => a[0].Map.Count == 0)
        .Add("contains(map: map, key: string) -> bool", "Whether there is an entry of this key.", static (_, a) => a[0].Map.Entries.ContainsKey(a[1].Text))
        .Add("get(map: map, key: string) -> any", "The value of a key, or ().", static (run, a) => run.Copy(a[0].Map[a[1].Text]))
        .Add("set(mut map: map, key: string, value: any)", "Sets the value of a key.", static (run, a) => Set(run, a))
        .Add("remove(mut map: map, key: string) -> any", "Takes an entry out and gives its value, or ().", static (_, a) => a[0].Map.Entries.Remove(a[1].Text, out var value) ? value : Value.Unit)
        .Add("clear(mut map: map)", "Takes all entries out.", static (_, a) => Clear(a[0].Map))
        .Add("keys(map: map) -> array", "All keys, sorted.", static (_, a) => new RhaiArray(a[0].Map.Sorted.Select(entry => (Value)entry.Key)))
        .Add("values(map: map) -> array", "Copies of all values, in the order of their keys.", static (run, a) => new RhaiArray(a[0].Map.Sorted.Select(entry => run.Copy(entry.Value))))
        .Add("mixin(mut map: map, other: map)", "Sets all entries of another map.", static (run, a) => Mix(run, a[0].Map, a[1].Map, replaces: true))
        .Add("fill_with(mut map: map, other: map)", "Sets those entries of another map whose keys it has not.", static (run, a) => Mix(run, a[0].Map, a[1].Map, replaces: false))
        .Calling("map(map: map, function: Fn) -> map", "What |key, value| makes of each entry's value.", static (run, a) => Map(run, a[0].Map, a[1].Function))
        .Calling("filter(map: map, function: Fn) -> map", "Copies of the entries that |key, value| says true to.", static (run, a) => Filter(run, a[0].Map, a[1].Function))
        .Calling("drain(mut map: map, function: Fn) -> map", "Takes out the entries that |key, value| says true to.", static (run, a) => Part(run, a[0].Map, a[1].Function, isDrained: true))
        .Calling("retain(mut map: map, function: Fn) -> map", "Keeps the entries that |key, value| says true to and gives the others.", static (run, a) => Part(run, a[0].Map, a[1].Function, isDrained: false));

    private static Value Set(Execution run, Value[] a)
    {
        run.CheckCount(a[0].Map.Count + 1, "map");
        a[0].Map[a[1].Text] = a[2];
        return Value.Unit;
    }

    private static Value Clear(RhaiMap map)
    {
        map.Entries.Clear();
        return Value.Unit;
    }

    private static Value Mix(Execution run, RhaiMap map, RhaiMap other, bool replaces)
    {
        foreach (var (key, value) in other.Entries)
        {
            if (replaces || !map.Entries.ContainsKey(key))
                map[key] = run.Copy(value);
        }

        run.Checked(map);
        return Value.Unit;
    }

    private static async ValueTask<Value> Map(Execution run, RhaiMap map, FunctionPointer function)
    {
        var mapped = new RhaiMap();
        foreach (var (key, value) in map.Sorted.ToList())
            mapped[key] = await Call(run, function, key, value).ConfigureAwait(false);
        return mapped;
    }

    private static async ValueTask<Value> Filter(Execution run, RhaiMap map, FunctionPointer function)
    {
        var kept = new RhaiMap();
        foreach (var (key, value) in map.Sorted.ToList())
        {
            if (ArrayCallbacks.Truth(run, await Call(run, function, key, value).ConfigureAwait(false)))
                kept[key] = run.Copy(value);
        }

        return kept;
    }

    private static async ValueTask<Value> Part(Execution run, RhaiMap map, FunctionPointer function, bool isDrained)
    {
        var taken = new RhaiMap();
        foreach (var (key, value) in map.Sorted.ToList())
        {
            if (ArrayCallbacks.Truth(run, await Call(run, function, key, value).ConfigureAwait(false)) == isDrained && map.Entries.Remove(key))
                taken[key] = value;
        }

        return taken;
    }

    private static ValueTask<Value> Call(Execution run, FunctionPointer function, string key, in Value value) =>
        function.Arity == 1 ? run.CallAsync(function, value, [key]) : run.CallAsync(function, key, value);
}
