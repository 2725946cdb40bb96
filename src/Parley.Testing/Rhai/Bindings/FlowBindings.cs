using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>Waiting, and doing things at the same time.</summary>
internal static class FlowBindings
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Calling("await_until(closure: Fn) -> any", "Calls the closure every 25 ms until it throws nothing any more, and gives its value; fails after the default timeout.", static (run, a) => UntilAsync(run, a[0].Function, null))
        .Calling("await_until(closure: Fn, within: string) -> any", "Calls the closure every 25 ms until it throws nothing any more, and gives its value; fails after this time.", static (run, a) => UntilAsync(run, a[0].Function, Durations.Parse(a[1].Text)))
        .Async("wait(seconds: int|float)", "Waits; fails at once when a call ends that was established before.", static (run, a) => WaitAsync(run, Seconds(a[0].Number)))
        .Async("wait(duration: string)", "Waits; fails at once when a call ends that was established before.", static (run, a) => WaitAsync(run, Durations.Parse(a[0].Text)))
        .Calling("parallel(tasks: array) -> array", "Calls all closures at the same time and gives their values in order; each has its own copy of what it captured. All end before the first error is thrown.", static (run, a) => ParallelAsync(run, a[0].Array))
        .Add("default_timeout(duration: string)", "How long await_until tries when it is not said.", static (run, a) =>
        {
            ScriptHost.Of(run).Context.SetDefaultTimeout(Durations.Parse(a[0].Text));
            return Value.Unit;
        });

    /// <summary>Whether trying again can mend it: what has not happened yet, but not what is wrong in the script.</summary>
    public static bool MayComeTrue(RhaiException error) => error.Kind switch
    {
        RhaiErrorKind.Runtime or RhaiErrorKind.Thrown => true,
        RhaiErrorKind.Host => error.InnerException is NotYetException,
        _ => false,
    };

    private static async ValueTask<Value> UntilAsync(Execution run, FunctionPointer closure, TimeSpan? within)
    {
        var host = ScriptHost.Of(run);
        RhaiException? last = null;
        try
        {
            return await run.Aside(new ValueTask<Value>(host.Context.UntilAsync(AttemptAsync, within, host.Scope))).ConfigureAwait(false);
        }
        catch (ExpectationException failure) when (last is not null)
        {
            throw last.Restated(failure.Message, failure);
        }

        async ValueTask<Value> AttemptAsync(CancellationToken cancel)
        {
            await run.Run.TakeTurnAsync().ConfigureAwait(false);
            try
            {
                return await run.CallAsync(closure).ConfigureAwait(false);
            }
            catch (RhaiException error) when (MayComeTrue(error))
            {
                last = error;
                throw new NotYetException(error.Text, error);
            }
            finally
            {
                run.Run.GiveTurn();
            }
        }
    }

    private static async ValueTask<Value> WaitAsync(Execution run, TimeSpan time)
    {
        await ScriptHost.Of(run).Context.WaitAsync(time).ConfigureAwait(false);
        return Value.Unit;
    }

    private static TimeSpan Seconds(double seconds) => seconds is >= 0 and <= 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw new ArgumentException($"wait takes 0 to 86400 seconds, not {Printer.Float(seconds)}");

    private static async ValueTask<Value> ParallelAsync(Execution run, RhaiArray tasks)
    {
        var closures = new List<FunctionPointer>();
        foreach (var item in tasks.Items)
        {
            closures.Add(item.Kind == ValueKind.Function
                ? item.Function.Detached(run)
                : throw new RhaiException(RhaiErrorKind.Arguments, $"parallel takes an array of closures, not of {Printer.TypeName(item, run.Table)}"));
        }

        // Copied before the first one runs; those begin as soon as this one waits.
        var running = closures.Select(closure => run.Run.CallAsync(closure, run.Fork(ScriptHost.Of(run).Beside(), closures.Count)).AsTask()).ToArray();
        var all = Task.WhenAll(running);
        await run.Aside(new ValueTask<bool>(all.ContinueWith(static _ => true, TaskScheduler.Default))).ConfigureAwait(false);
        foreach (var task in running)
            await task.ConfigureAwait(false);
        return new RhaiArray(running.Select(task => run.Copy(task.Result)));
    }
}
