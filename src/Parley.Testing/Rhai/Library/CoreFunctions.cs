using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Printing, types, time, function pointers, the way out.</summary>
internal static class CoreFunctions
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table
            .Add("print()", "Prints an empty line.", static (run, _) => Print(run, ""))
            .Add("print(value: any)", "Prints a value.", static (run, a) => Print(run, run.TextOf(a[0])))
            .Add("debug()", "Prints an empty line to the debug output.", static (run, _) => Debug(run, ""))
            .Add("debug(value: any)", "Prints a value as it would stand in a script, to the debug output.", static (run, a) => Debug(run, Printer.Shown(a[0], run.Limits.MaxString)))
            .Add("type_of(value: any) -> string", "The name of a value's type.", static (run, a) => Printer.TypeName(a[0], run.Table))
            .Add("to_string(value: any) -> string", "A value as print shows it.", static (run, a) => run.TextOf(a[0]))
            .Add("to_debug(value: any) -> string", "A value as it would stand in a script.", static (run, a) => Printer.Shown(a[0], run.Limits.MaxString))
            .Add("take(mut value: any) -> any", "Takes a value out of a variable, which is () from then on.", static (_, a) => Take(a))
            .Add("exit()", "Ends the script.", static (_, _) => throw Exit(Value.Unit))
            .Add("exit(value: any)", "Ends the script with a value.", static (_, a) => throw Exit(a[0]))
            .Async("sleep(seconds: int|float)", "Waits for some seconds.", static (run, a) => Sleep(run, a[0].Number))
            .Add("timestamp() -> timestamp", "Now, to measure how much time goes by.", static (run, _) => Value.Of(new RhaiTime(run.Run.Options.Clock, run.Run.Options.Clock.GetTimestamp())))
            .Add("prop elapsed(since: timestamp) -> float", "Seconds since then.", static (_, a) => ((RhaiTime)a[0].Object!).Elapsed)
            .Add("prop name(function: Fn) -> string", "The function's name.", static (_, a) => a[0].Function.Name)
            .Add("prop is_anonymous(function: Fn) -> bool", "Whether it is a closure.", static (_, a) => a[0].Function.Code is not null);
        AddCurry(table);
    }

    // A function pointer's arguments have no fixed number: a row for each that anybody needs.
    private static void AddCurry(FunctionTableBuilder table)
    {
        var parameters = "function: Fn";
        foreach (var count in Enumerable.Range(1, 5))
        {
            parameters += $", a{count}: any";
            table.Add($"curry({parameters}) -> Fn", "The function with its first arguments given.", static (_, a) => a[0].Function.Curry(a.AsSpan(1)));
        }
    }

    private static Value Take(Value[] a)
    {
        var taken = a[0];
        a[0] = Value.Unit;
        return taken;
    }

    private static Value Print(Execution run, string text)
    {
        run.Run.Options.Print(run.Host, text);
        return Value.Unit;
    }

    private static Value Debug(Execution run, string text)
    {
        run.Run.Options.Debug(run.Host, text);
        return Value.Unit;
    }

    private static RhaiException Exit(Value value) => new(RhaiErrorKind.Signal, "the script ended itself") { Thrown = value, Name = "Exit" };

    private static async ValueTask<Value> Sleep(Execution run, double seconds)
    {
        // More than a day is a mistake in the unit.
        var time = TimeSpan.FromSeconds(double.IsNaN(seconds) ? 0 : Math.Clamp(seconds, 0, 86_400));
        await Task.Delay(time, run.Run.Options.Clock, run.Cancellation).ConfigureAwait(false);
        return Value.Unit;
    }
}
